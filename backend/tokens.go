package backend

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"scimdesk/backend/server"
	"scimdesk/backend/store"
	"scimdesk/backend/token"
)

// TokenInfo is a token's record; the secret itself is not kept anywhere.
type TokenInfo struct {
	Exists      bool   `json:"exists"`
	ID          string `json:"id"`
	LastFour    string `json:"lastFour"`
	Created     string `json:"created"`
	LastUsed    string `json:"lastUsed"`
	LastRefused string `json:"lastRefused"` // when it was sent after its end
	Ended       string `json:"ended"`       // "" while it is accepted
	Expires     string `json:"expires"`     // when the admin has it end, "" for never
}

// NewToken is a secret at the one moment it is shown.
type NewToken struct {
	Secret string    `json:"secret"`
	Token  TokenInfo `json:"token"`
}

// TokenRotation says how a new token is made. By default the old one goes on until the new one has been seen and the old one
// has been quiet for 60 minutes.
type TokenRotation struct {
	Leaked  bool   `json:"leaked"`  // the old one ends at once, and Entra is refused until it has the new one
	Force   bool   `json:"force"`   // while two are accepted one makes way: the newer if it was never seen, else the older
	Expires string `json:"expires"` // RFC 3339; "" for never, which is what Entra copes with
}

// Tokens is what is accepted, and how a rotation goes.
type Tokens struct {
	Current  TokenInfo   `json:"current"`  // the newest accepted one
	Old      TokenInfo   `json:"old"`      // the one before it, while both are accepted
	NewSeen  bool        `json:"newSeen"`  // Current has been used
	OldEnds  string      `json:"oldEnds"`  // when Old ends if it stays quiet; "" until Current was seen
	Asks     bool        `json:"asks"`     // a rotation has not been finished for 7 days
	Reminds  bool        `json:"reminds"`  // Current is older than 180 days, and nobody was reminded yet
	Expiring bool        `json:"expiring"` // Current ends within 7 days
	Recent   []TokenUse  `json:"recent"`   // the last ten requests, newest first
	Ended    []TokenInfo `json:"ended"`    // newest first, at most ten
	OAuth    OAuthInfo   `json:"oauth"`
}

// TokenUse is a request and the token it came with.
type TokenUse struct {
	At       string `json:"at"`
	Activity int64  `json:"activity"` // its seq
	LastFour string `json:"lastFour"` // "" if it had none, or none of ours
	Accepted bool   `json:"accepted"`
}

// RotateToken makes a new token. With a target that has one at a time the old one ends at once, as one that leaked does. In a sample the Entra that is played gets it, as the admin would paste it.
func (b *Backend) RotateToken(ctx context.Context, r TokenRotation) (NewToken, error) {
	if b.sender == nil {
		return b.rotateToken(ctx, r)
	}
	return b.sender.paste(func() (NewToken, error) { return b.rotateToken(ctx, r) })
}

func (b *Backend) rotateToken(ctx context.Context, r TokenRotation) (NewToken, error) {
	expires, err := someTime(r.Expires)
	if err != nil {
		return NewToken{}, err
	}
	ends := r.Leaked || b.targets.get().OneToken
	secret, record, err := b.tokens.Rotate(ctx, token.Rotation{Leaked: ends, Force: r.Force, Expires: expires})
	if err != nil {
		return NewToken{}, err
	}
	b.log.Info("token rotated", "last_four", record.LastFour, "face", b.face)
	b.tellStatus()
	return NewToken{Secret: secret, Token: tokenInfo(record)}, nil
}

// EndToken stops accepting every token at once, without a new one: nobody gets in until one is made. Without a token it does
// nothing.
func (b *Backend) EndToken(ctx context.Context) error {
	ended, err := b.tokens.End(ctx)
	if err != nil {
		return err
	}
	for _, t := range ended {
		b.log.Info("token ended", "last_four", t.LastFour, "face", b.face)
	}
	if len(ended) > 0 {
		b.tellStatus()
	}
	return nil
}

// UndoRotation ends the newer of two accepted tokens: the old one is the only one again.
func (b *Backend) UndoRotation(ctx context.Context) error {
	if err := b.tokens.Undo(ctx); err != nil {
		return err
	}
	b.log.Info("token rotation undone", "face", b.face)
	b.tellStatus()
	return nil
}

// FinishRotation ends the older of two accepted tokens now.
func (b *Backend) FinishRotation(ctx context.Context) error {
	if err := b.tokens.Finish(ctx); err != nil {
		return err
	}
	b.log.Info("token rotation finished", "face", b.face)
	b.tellStatus()
	return nil
}

// SetTokenExpiry has the current token end at a time, RFC 3339, or never ("").
func (b *Backend) SetTokenExpiry(ctx context.Context, at string) error {
	end, err := someTime(at)
	if err != nil {
		return err
	}
	if err := b.tokens.Expire(ctx, end); err != nil {
		return err
	}
	b.log.Info("end of the token set", "expires", at, "face", b.face)
	b.tellStatus()
	return nil
}

// reminded is where the store keeps which token the admin was reminded of.
const reminded = "token reminded"

// DismissReminder notes that the admin has seen that the token is old.
func (b *Backend) DismissReminder(ctx context.Context) error {
	if err := b.store.SetMeta(ctx, reminded, b.tokens.State().Current.ID); err != nil {
		return err
	}
	b.tellStatus()
	return nil
}

const (
	remindAfter  = 180 * 24 * time.Hour // a token is old
	askAfter     = 7 * 24 * time.Hour   // a rotation should have been finished
	expiresSoon  = 7 * 24 * time.Hour
	recentTokens = 10
	recentRows   = 100 // looked at for them
)

// Tokens gives what is accepted, and how a rotation goes.
func (b *Backend) Tokens(ctx context.Context) (Tokens, error) {
	s := b.tokens.State()
	var old bool
	t := Tokens{
		Current: tokenInfo(s.Current),
		Old:     tokenInfo(s.Old),
		NewSeen: !s.Current.LastUsed.IsZero(),
		OldEnds: stamp(s.OldEnds),
		Recent:  []TokenUse{},
		Ended:   []TokenInfo{},
		OAuth:   b.oauthInfo(),
	}
	t.Asks, old, t.Expiring = tokenSigns(s, time.Now())
	for _, e := range s.Ended[:min(len(s.Ended), recentTokens)] {
		t.Ended = append(t.Ended, tokenInfo(e))
	}
	if old {
		seen, err := b.store.Meta(ctx, reminded)
		if err != nil {
			return Tokens{}, err
		}
		t.Reminds = seen != s.Current.ID
	}
	var err error
	t.Recent, err = b.recentTokens(ctx, s)
	return t, err
}

// tokenSigns tells what the admin should be asked: a rotation was not finished, the token is old, it ends soon.
func tokenSigns(s token.State, now time.Time) (asks, old, expiring bool) {
	c := s.Current
	if c.ID == "" {
		return false, false, false
	}
	age := now.Sub(c.Created)
	return s.Old.ID != "" && age >= askAfter, age >= remindAfter, !c.Expires.IsZero() && c.Expires.Sub(now) <= expiresSoon
}

// recentTokens gives the last requests and which token each came with.
func (b *Backend) recentTokens(ctx context.Context, s token.State) ([]TokenUse, error) {
	rows, err := b.store.ActivityPage(ctx, store.ActivityQuery{Limit: recentRows})
	if err != nil {
		return nil, err
	}
	client, _ := b.tokens.Client()
	lastFour := map[string]string{s.Current.ID: s.Current.LastFour, s.Old.ID: s.Old.LastFour, client.ID: client.LastFour}
	delete(lastFour, "") // of those that are not there
	for _, e := range s.Ended {
		lastFour[e.ID] = e.LastFour
	}
	uses := []TokenUse{}
	for _, a := range rows {
		if a.Method == "" { // the sum of many
			continue
		}
		if len(uses) == recentTokens {
			break
		}
		uses = append(uses, TokenUse{
			At: stamp(a.At), Activity: a.Seq, Accepted: a.Token != "",
			LastFour: cmp.Or(lastFour[a.Token], a.Hint),
		})
	}
	return uses, nil
}

// tokenInfo is a token for a face; of none it is empty.
func tokenInfo(t store.Token) TokenInfo {
	return TokenInfo{
		Exists: t.ID != "", ID: t.ID, LastFour: t.LastFour, Created: stamp(t.Created), LastUsed: stamp(t.LastUsed),
		LastRefused: stamp(t.LastRefused), Ended: stamp(t.Ended), Expires: stamp(t.Expires),
	}
}

// lastUse is when any token, or the OAuth client, was last accepted, and the id of that one.
func (b *Backend) lastUse(s token.State) (last time.Time, id string) {
	client, _ := b.tokens.Client()
	last, id = client.LastUsed, client.ID
	for _, t := range append(s.Ended, s.Old, s.Current) {
		if t.LastUsed.After(last) {
			last, id = t.LastUsed, t.ID
		}
	}
	return last, id
}

// someTime reads a time as a face says it; "" is none.
func someTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%w: %q is no time such as 2027-03-31T18:00:00Z", token.ErrExpiry, text)
	}
	return t.UTC().Truncate(time.Millisecond), nil
}

// verify tells the server whose a secret is.
func (b *Backend) verify(secret string) (server.Caller, bool) {
	who, ok := b.tokens.Verify(secret)
	return server.Caller(who), ok
}

package config

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// ErrAuthtoken is a text that is no authtoken of ngrok; what wraps it says what it is instead, and never repeats it.
var ErrAuthtoken = errors.New("this is no ngrok authtoken")

// How long an authtoken may be, in characters. Those of today have 49; a keychain takes more than 200 on each system.
const (
	authtokenMin = 10
	authtokenMax = 200
	pasteLimit   = 1 << 10 // of a whole command around it
)

// apiKeyWords stand around an API key, which ngrok makes on another page and does not take from an agent.
var apiKeyWords = regexp.MustCompile(`(?i)api[-_]?key|authorization:|bearer\s`)

// around finds the authtoken in what ngrok's pages show to be copied whole: a command, a line of its configuration, or a variable.
var around = regexp.MustCompile(`(?im)authtoken["']?(?:[ \t]*[:=][ \t]*|[ \t]+)["']?([^\s"']+)["']?[ \t]*$`)

// CleanAuthtoken finds the authtoken in what somebody pasted: alone, or in a whole command such as "ngrok config add-authtoken X". What can't
// be one is refused in words that say what to copy; whether ngrok takes it only ngrok knows.
func CleanAuthtoken(pasted string) (string, error) {
	text := strings.Trim(strings.TrimSpace(strings.TrimPrefix(pasted, "\ufeff")), `"'`) // Windows' editors begin a file with a mark
	if len(text) > pasteLimit {
		return "", fmt.Errorf("%w: it is far too long", ErrAuthtoken)
	}
	if found := around.FindStringSubmatch(text); found != nil {
		text = found[1]
	} else if apiKeyWords.MatchString(text) {
		return "", fmt.Errorf("%w but an API key: copy the one from ngrok's page Your Authtoken", ErrAuthtoken)
	}
	switch lower := strings.ToLower(text); {
	case text == "":
		return "", fmt.Errorf("%w: it is empty", ErrAuthtoken)
	case strings.Contains(text, "$"), strings.HasPrefix(text, "<"), strings.ContainsAny(text, "*…•"), strings.Contains(lower, "authtoken"):
		return "", fmt.Errorf("%w but what stands in its place: press the button that copies it, on ngrok's page Your Authtoken", ErrAuthtoken)
	case strings.HasPrefix(lower, "sdk_"), strings.HasPrefix(lower, "sdc_"), strings.HasPrefix(lower, "sda_"):
		return "", fmt.Errorf("%w but ScimDesk's own secret for Entra: copy the one from ngrok's page Your Authtoken", ErrAuthtoken)
	case strings.HasPrefix(lower, "ak_"), strings.HasPrefix(lower, "cr_"):
		return "", fmt.Errorf("%w but the ID of a key: copy the secret itself, from ngrok's page Your Authtoken", ErrAuthtoken)
	case strings.Contains(text, "://"):
		return "", fmt.Errorf("%w but an address", ErrAuthtoken)
	case strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "", fmt.Errorf("%w: it holds spaces, or characters that none has", ErrAuthtoken)
	case len(text) < authtokenMin || len(text) > authtokenMax:
		return "", fmt.Errorf("%w: one has from %d to %d characters, this has %d", ErrAuthtoken, authtokenMin, authtokenMax, len(text))
	}
	return text, nil
}

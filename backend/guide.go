package backend

import "context"

// Steps of the set-up guide, in their order.
const (
	GuidePlan     = "plan"      // which Entra plan, and which role
	GuideNight    = "night"     // does this computer run all night
	GuideTunnel   = "tunnel"    // a public address that answers
	GuideToken    = "token"     // a secret token
	GuideTarget   = "target"    // what the folder stands in for
	GuidePeople   = "people"    // who exists already: import, forecast, convert
	GuideValues   = "values"    // Tenant URL and Secret token in Entra
	GuideTest     = "test"      // Test Connection was seen
	GuideOnDemand = "on-demand" // one person by Provision on demand
	GuideForecast = "forecast"  // what the first cycle will do
	GuideStart    = "start"     // Start provisioning: the first user
	GuideGroup    = "group"     // the first group
	GuideCycle    = "cycle"     // the first cycle is done
	GuideWatch    = "watch"     // what to look after from now on
)

// GuideStep is a step with what the server itself has seen of it.
type GuideStep struct {
	ID      string `json:"id"`
	State   string `json:"state"`   // done, open, skipped or trouble
	By      string `json:"by"`      // done: "seen" (from traffic or state) or "said" (the admin ticked it)
	At      string `json:"at"`      // when it was seen or said
	Detail  string `json:"detail"`  // a code of the page's sentences, such as WRONG_PATH, REFUSED_TOKEN, NO_REQUEST, NO_GROUPS_FREE
	Value   string `json:"value"`   // what goes into that sentence: a path, a name, a count
	Since   string `json:"since"`   // of one that waits for traffic: since when it listens
	Request int64  `json:"request"` // seq of the request that shows it, 0 if none
}

// Guide is how far the set-up is.
type Guide struct {
	Store   string      `json:"store"`
	Step    string      `json:"step"` // where the admin is
	Steps   []GuideStep `json:"steps"`
	Plan    string      `json:"plan"`   // free, p1 or "" (not said)
	Role    string      `json:"role"`   // yes, no or ""
	Night   string      `json:"night"`  // yes, no or ""
	Portal  string      `json:"portal"` // classic or current
	Cloud   string      `json:"cloud"`  // public or usgov
	People  string      `json:"people"` // none, some or "": do people exist already
	Address string      `json:"address"`
	Done    bool        `json:"done"`
	Hidden  bool        `json:"hidden"` // the admin has put it away
}

// GuideChange notes what the admin says. Set one of the values; "" leaves it.
type GuideChange struct {
	Step   string `json:"step"`   // go there
	Skip   string `json:"skip"`   // leave this step out
	Done   string `json:"done"`   // it is done, though nothing can be seen of it
	Undone string `json:"undone"` // take skip or done back
	Plan   string `json:"plan"`
	Role   string `json:"role"`
	Night  string `json:"night"`
	Portal string `json:"portal"`
	Cloud  string `json:"cloud"`
	People string `json:"people"`
	Hidden string `json:"hidden"` // yes or no
}

// Guide gives how far the set-up is; it ticks itself from what the server has seen.
func (b *Backend) Guide(context.Context) (Guide, error) { return Guide{}, errUnbuilt }

// SaveGuide notes what the admin says; it is kept in the folder.
func (b *Backend) SaveGuide(context.Context, GuideChange) (Guide, error) { return Guide{}, errUnbuilt }

package tunnel

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
)

// pace is how soon something is tried again.
type pace int

// The paces.
const (
	never pace = iota // it will not heal by itself
	soon              // a fault of the network, or of ngrok
	taken             // the address is held by a session that ngrok will give up
	slow              // ngrok asks for patience, and trying makes it worse
)

// kind is what a Reason says to the admin: what happened, and the one thing to do.
type kind struct {
	code    string
	pace    pace
	message string
}

// The kinds, by what is to be done about them.
var (
	kindAuth = kind{"TUNNEL_AUTH", never, "ngrok does not accept the authtoken: it was reset, revoked, or not copied whole. Copy your authtoken from dashboard.ngrok.com and save it here again."}
	kindKey  = kind{"TUNNEL_AUTH", never, "What was saved is no authtoken; it may be an API key or another secret of ngrok's. Copy the one under \"Your Authtoken\" from dashboard.ngrok.com and save it here."}
	kindNone = kind{"TUNNEL_NO_TOKEN", never, "There is no authtoken for ngrok. Copy yours from dashboard.ngrok.com and save it here."}

	kindMail    = kind{"TUNNEL_ACCOUNT", never, "ngrok wants the e-mail address of your account confirmed first. Open dashboard.ngrok.com, confirm it, and start the tunnel again."}
	kindPayment = kind{"TUNNEL_ACCOUNT", never, "ngrok suspended the account because the last payment failed. Settle it at dashboard.ngrok.com, then start the tunnel again."}
	kindTerms   = kind{"TUNNEL_ACCOUNT", never, "ngrok suspended the account for its terms of service. Write to support@ngrok.com; until then use an address of your own."}

	kindOld     = kind{"TUNNEL_OLD_APP", never, "ngrok no longer accepts this version on a free account. Update ScimDesk, then start the tunnel again."}
	kindHere    = kind{"TUNNEL_REFUSED_HERE", never, "ngrok refuses connections from this network or country; an anonymising network or VPN does it too. Connect from another network, or use an address of your own."}
	kindPaidWay = kind{"TUNNEL_PROXY_PLAN", never, "ngrok allows a proxy or certificates of your own on the way only in a paid plan. Let this computer reach connect.ngrok-agent.com:443 directly and remove the proxy here, or choose another plan."}

	kindDomainPlan    = kind{"TUNNEL_DOMAIN_PLAN", never, "This domain needs a paid plan at ngrok. Leave the domain empty to use the one your account has, or choose another plan."}
	kindDomainUnknown = kind{"TUNNEL_DOMAIN_UNKNOWN", never, "This domain is not reserved at ngrok. Reserve it under Domains at dashboard.ngrok.com, or leave the domain empty here."}
	kindDomainForeign = kind{"TUNNEL_DOMAIN_FOREIGN", never, "This domain belongs to another ngrok account. Save the authtoken of the account that owns it, or enter a domain of your own."}
	kindDomainBad     = kind{"TUNNEL_DOMAIN_BAD", never, "ngrok can't use this text as a domain. Enter the name alone as dashboard.ngrok.com shows it, such as contoso.ngrok.app, or leave it empty."}
	kindDomainRegion  = kind{"TUNNEL_DOMAIN_REGION", never, "This domain is reserved in another region of ngrok's. Reserve it again without a region at dashboard.ngrok.com, or enter another domain."}
	kindDomainACL     = kind{"TUNNEL_DOMAIN_ACL", never, "The authtoken may not be used for this domain: its rules (ACL) at ngrok forbid it. Allow the domain there, or save another authtoken."}
	kindPool          = kind{"TUNNEL_DOMAIN_TAKEN", never, "The domain is used elsewhere in a way that does not share it. Stop the other program, or enter another domain here."}
	kindTaken         = kind{"TUNNEL_DOMAIN_TAKEN", taken, "The domain is in use: by another program, or still by the connection that was lost. It is tried again; if it stays so, stop the other ScimDesk or ngrok that uses it."}

	kindAgents    = kind{"TUNNEL_TOO_MANY", slow, "Too many programs are connected with this ngrok account. Stop those that are not needed, on other computers too; it is tried again."}
	kindEndpoints = kind{"TUNNEL_TOO_MANY", never, "This ngrok account has as many public addresses open as its plan allows. Close one at dashboard.ngrok.com, then start the tunnel again."}
	kindFast      = kind{"TUNNEL_TOO_FAST", slow, "ngrok was asked too often in a short time. Wait: it is tried again after a while; don't press reconnect until then."}
	kindPolicy    = kind{"TUNNEL_POLICY", never, "ngrok did not accept the rules for its edge. Switch them off here; ScimDesk applies every one of them by itself anyway."}
	kindQuota     = kind{"TUNNEL_QUOTA", slow, "The ngrok plan's quota for this month is used up. Choose another plan, or use an address of your own until the month ends."}
	kindRate      = kind{"TUNNEL_TOO_FAST", slow, "ngrok limits how much may pass at a time, and more came than that. Wait a minute: it is tried again by itself."}
	kindEdge      = kind{"TUNNEL_LOST", soon, "ngrok could not reach ScimDesk. It is tried again; if it stays so, press reconnect."}
	kindVisitor   = kind{"TUNNEL_OTHER", slow, "ngrok shows its own page to visitors instead of passing them on. Look at the account's notices at dashboard.ngrok.com."}

	kindNoNet     = kind{"TUNNEL_NO_NET", soon, "ngrok can't be reached. Check this computer's network, and that a firewall lets it reach connect.ngrok-agent.com:443; it is tried again."}
	kindLost      = kind{"TUNNEL_LOST", soon, "The connection to ngrok broke off. It is tried again; if it breaks often, check this computer's network."}
	kindProxy     = kind{"TUNNEL_PROXY", soon, "The proxy does not let ScimDesk through to ngrok. Check its address and password here, and that it allows connect.ngrok-agent.com:443; it is tried again."}
	kindBadProxy  = kind{"TUNNEL_PROXY", never, "The proxy can't be used as it is entered. Correct its address here, such as http://proxy.contoso.example:3128."}
	kindInspected = kind{"TUNNEL_INSPECTED", soon, "Something between this computer and ngrok opens encrypted connections (TLS inspection). Have connect.ngrok-agent.com exempted from it; it is tried again."}
	kindStopped   = kind{"TUNNEL_REMOTE_STOP", never, "Somebody stopped this tunnel in ngrok's dashboard. Start it again here when it should run."}
	kindBug       = kind{"TUNNEL_BUG", never, "ngrok does not understand what ScimDesk asked of it. Update ScimDesk; if it stays so, report it with the detail."}
	kindOther     = kind{"TUNNEL_OTHER", slow, "ngrok refused with a reason that ScimDesk does not know. Read the detail and look at dashboard.ngrok.com; it is tried again."}
)

// numbers are ngrok's codes without ERR_NGROK_, as ngrok.com/docs/errors lists them.
var numbers = map[string]kind{
	"105": kindKey, "106": kindKey, "107": kindAuth, "300": kindAuth, "206": kindKey, "4018": kindNone,
	"123": kindMail, "102": kindPayment, "337": kindPayment, "103": kindTerms, "338": kindTerms, "3208": kindTerms,
	"120": kindOld, "121": kindOld,
	"8014": kindHere, "9040": kindHere,
	"9009": kindPaidWay, "9012": kindPaidWay,
	"100": kindBug, "109": kindBug, "301": kindBug, "335": kindBug,
	"313": kindDomainPlan, "314": kindDomainPlan, "315": kindDomainPlan,
	"318": kindDomainUnknown, "319": kindDomainUnknown, "354": kindDomainUnknown,
	"320": kindDomainForeign,
	"326": kindDomainBad, "327": kindDomainBad, "328": kindDomainBad, "347": kindDomainBad, "355": kindDomainBad, "9037": kindDomainBad,
	"317": kindDomainRegion, "322": kindDomainRegion,
	"308": kindDomainACL, "316": kindDomainACL,
	"334": kindTaken, "6030": kindPool,
	"108": kindAgents, "348": kindAgents, "324": kindEndpoints, "350": kindEndpoints,
	"349": kindFast, "351": kindFast,
	"725": kindQuota, "726": kindQuota, "727": kindQuota, "728": kindQuota, "4027": kindQuota,
	"702": kindRate, "703": kindRate, "714": kindRate, "718": kindRate, "720": kindRate, "734": kindRate,
	"3004": kindEdge, "3005": kindEdge, "3006": kindEdge, "3200": kindEdge, "3210": kindEdge,
	"6022": kindVisitor, "6024": kindVisitor,
	"804": kindLost, "805": kindLost, "810": kindLost,
}

// others are the kinds that no number of ngrok's leads to.
var others = []kind{kindPolicy, kindNoNet, kindLost, kindProxy, kindBadProxy, kindInspected, kindStopped, kindOther}

// Codes lists every code that a Reason can have, sorted.
func Codes() []string {
	var codes []string
	for _, k := range numbers {
		codes = append(codes, k.code)
	}
	for _, k := range others {
		codes = append(codes, k.code)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// number is how ngrok names its errors, in headers and texts, and in the links to its explanations.
var number = regexp.MustCompile(`(?i)\berr_ngrok_(\d+)`)

// ByNgrok is what ngrok's own code means, such as ERR_NGROK_3200 in an answer's Ngrok-Error-Code header. Detail is left empty.
func ByNgrok(code string) *Reason {
	m := number.FindStringSubmatch(code)
	if m == nil {
		return kindOther.reason("")
	}
	r := byNumber(m[1]).reason("")
	r.Ngrok = "ERR_NGROK_" + m[1]
	return r
}

func byNumber(n string) kind {
	if k, ok := numbers[n]; ok {
		return k
	}
	if len(n) == 4 && "2200" <= n && n <= "2299" {
		return kindPolicy
	}
	return kindOther
}

func (k kind) reason(detail string) *Reason {
	return &Reason{Code: k.code, Message: k.message, Detail: detail, Heals: k.pace != never, pace: k.pace}
}

// because tells why err keeps a tunnel from being up. Ngrok's own code is looked for in the text, since the SDK types its errors
// differently in each place, and some not at all.
func because(err error, secrets ...string) *Reason {
	detail := tidy(redact(err.Error(), secrets...))
	if m := number.FindStringSubmatch(err.Error()); m != nil {
		r := byNumber(m[1]).reason(detail)
		r.Ngrok = "ERR_NGROK_" + m[1]
		return r
	}
	return bySystem(err).reason(detail)
}

// bySystem is what an error means that ngrok had no part in. Certificates are looked for in the text too, since the SDK's multiplexer passes
// on no types.
func bySystem(err error) kind {
	_, authority := errors.AsType[x509.UnknownAuthorityError](err)
	_, name := errors.AsType[x509.HostnameError](err)
	switch {
	case authority, name, strings.Contains(err.Error(), "x509:"):
		return kindInspected
	case errors.Is(err, errProxyText):
		return kindBadProxy
	case errors.Is(err, errProxy):
		return kindProxy
	case isDial(err), errors.Is(err, errSilent):
		return kindNoNet
	case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed), errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, ErrAway), errors.Is(err, errEnded):
		return kindLost
	}
	return kindLost // a text of the SDK's multiplexer: the session is gone, and no reason of ngrok's
}

func isDial(err error) bool {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return true
	}
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}

// tidy makes one line of ngrok's answers, which are a text, an empty line, and the code.
func tidy(text string) string { return strings.Join(strings.Fields(text), " ") }

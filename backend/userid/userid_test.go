package userid

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"scimdesk/backend/scim"
)

var update = flag.Bool("update", false, "write the golden files anew")

// one is a person with one e-mail of type work.
func one(userName, email string) Person {
	p := Person{ID: "id-" + userName, Name: "P " + userName, UserName: userName}
	if email != "" {
		p.Emails = []Email{{Value: email, Type: "work", Primary: true}}
	}
	return p
}

func named(given, family, userName string) Person {
	return Person{ID: "id-" + userName, Name: given + " " + family, UserName: userName, GivenName: given, FamilyName: family,
		Emails: []Email{{Value: userName + "@contoso.example", Type: "work"}}}
}

// nasty are directories with a rule, each a golden file of that name.
func nasty() map[string]struct {
	people  []Person
	others  []Keeper
	rule    Rule
	choices map[int]Choice
} {
	type directory = struct {
		people  []Person
		others  []Keeper
		rule    Rule
		choices map[int]Choice
	}
	mailboxes := []Person{one("a1", "anna.berg@contoso.example"), one("a2", "anna.berg@fabrikam.example"), one("a3", "Anna.Berg@northwind.example"), one("b1", "bo.lund@contoso.example")}
	swaps := []Person{one("x@d.example", "y@d.example"), one("y@d.example", "x@d.example"), one("1@d.example", "2@d.example"), one("2@d.example", "3@d.example"), one("3@d.example", "1@d.example")}
	chain := []Person{one("a@d.example", "b@d.example"), one("b@d.example", "c@d.example"), one("c@d.example", "d@d.example"), one("z", "a@d.example")}
	owned := one("o.wned", "owned@d.example")
	owned.Owned = true
	accents := []Person{
		named("Åsa", "Öberg", "p1"), named("Jürgen", "Weiß", "p2"), named("Łukasz", "Żółć", "p3"), named("Nguyễn", "Thị Hồng", "p4"), named("Иван", "Щукин", "p5"),
		named("Γιώργος", "Παπαδόπουλος", "p6"), named("小", "王", "p7"), named("はなこ", "やまだ", "p8"), named("محمد", "العربي", "p9"), named("שרה", "כהן", "p10"),
		named("O'Brien", "D’Arcy", "p11"), named("Ana\u0301", "Mun\u0303oz", "p12"), named("", "Only", "p13"), named("민준", "김", "p14"), named("अनिल", "शर्मा", "p15"),
	}
	limit := strings.Repeat("x", longestBox)
	return map[string]directory{
		"same mailbox in two domains":                                {people: mailboxes, rule: Rule{To: ToMailbox}},
		"same mailbox, the second gets a number and the third stays": {people: mailboxes, rule: Rule{To: ToMailbox}, choices: map[int]Choice{1: {Do: Suffix}, 2: {Do: Skip}}},
		"same mailbox, all get numbers":                              {people: mailboxes, others: []Keeper{{"k", "Keeper", "Anna.Berg3"}}, rule: Rule{To: ToMailbox}, choices: map[int]Choice{0: {Do: Suffix}, 1: {Do: Suffix}, 2: {Do: Suffix}}},
		"swaps and circles":                                          {people: swaps, rule: Rule{To: ToEmail}},
		"a circle that somebody leaves":                              {people: swaps, rule: Rule{To: ToEmail}, choices: map[int]Choice{3: {Do: Skip}}},
		"a chain of three":                                           {people: chain, rule: Rule{To: ToEmail}},
		"a chain whose end stays":                                    {people: chain, rule: Rule{To: ToEmail}, choices: map[int]Choice{2: {Do: Skip}}},
		"a chain whose end stays, settled":                           {people: chain, rule: Rule{To: ToEmail}, choices: map[int]Choice{2: {Do: Skip}, 1: {Do: Type, To: " new@d.example "}}},
		"accents in many scripts":                                    {people: accents, rule: Rule{To: ToTemplate, Template: "{givenName|ascii|first|lower}.{familyName|de|ascii|lower}@{domain}"}},
		"accents as they are":                                        {people: accents, rule: Rule{To: ToTemplate, Template: "{givenName|first}{familyName|3}"}},
		"e-mails that are empty or none": {people: []Person{
			one("none", ""), one("blank", "  "), one("noat", "noat"), one("nobox", "@d.example"), one("nodomain", "x@"), one("space", "a b@d.example"), one("end", " end@d.example "),
			one("hidden", "a\u200bb@d.example"), one("turned", "a\u202eb@d.example"), one("line", "a\nb@d.example"),
			{ID: "two", Name: "Two", UserName: "two", Emails: []Email{{Value: "h@d.example", Type: "home"}, {Value: "o@d.example", Type: "other"}}},
			{ID: "only", Name: "Only", UserName: "only", Emails: []Email{{Value: "only@d.example"}}},
			{ID: "primary", Name: "Primary", UserName: "primary", Emails: []Email{{Value: "h2@d.example", Type: "home"}, {Value: "p@d.example", Type: "other", Primary: true}}},
			{ID: "works", Name: "Works", UserName: "works", Emails: []Email{{Value: "w1@d.example", Type: "work"}, {Value: "w2@d.example", Type: "Work", Primary: true}, {Value: "p2@d.example", Type: "home", Primary: true}}},
		}, rule: Rule{To: ToEmail}},
		"64 bytes before the at": {people: []Person{one("fits", limit+"@d.example"), one("long", limit+"y@d.example"), one("twice", strings.ToUpper(limit)+"@D.example"), one("longid", strings.Repeat("i", longest+1)+"@d.example")},
			rule: Rule{To: ToEmail}, choices: map[int]Choice{2: {Do: Suffix}}},
		"letter case and Unicode form": {people: []Person{
			one("Anna@D.example", "anna@d.example"), one("ren\u00e9@d.example", "rene\u0301@d.example"), one("ｗｉｄｅ@d.example", "wide@d.example"), one("same@d.example", "same@d.example"),
			one("other", "ANNA@d.example"), one("third", "RENÉ@d.example"),
		}, rule: Rule{To: ToEmail}},
		"right to left":             {people: []Person{one("x1", "\u05e9\u05e8\u05d4@\u05d3\u05d5\u05d2\u05de\u05d4.example"), one("x2", "محمد@d.example"), one("x3", "\u200fשרה@d.example"), one("x4", "می\u200cخواهم@d.example")}, rule: Rule{To: ToEmail}},
		"owned by Entra":            {people: []Person{owned, one("b", "o.wned"), one("c", "owned@d.example")}, rule: Rule{To: ToEmail}, choices: map[int]Choice{0: {Do: Type, To: "other"}}},
		"owned by Entra, converted": {people: []Person{owned, one("b", "b@d.example")}, rule: Rule{To: ToEmail, Owned: true}},
		"somebody else has it":      {people: []Person{one("a", "taken@d.example"), one("b", "b@d.example")}, others: []Keeper{{"k", "Keeper", "TAKEN@d.example"}, {"l", "Last", "b2@d.example"}}, rule: Rule{To: ToEmail}},
		"from domain to domain": {people: []Person{one("a@old.example", ""), one("b@OLD.example.", ""), one("c@sub.old.example", ""), one("d@new.example", ""), one("e", ""), one("f@xn--bcher-kva.example", "")},
			rule: Rule{To: ToDomain, FromDomain: "@old.example", ToDomain: "new.example"}},
		"from a domain in Unicode": {people: []Person{one("f@xn--bcher-kva.example", ""), one("g@Bücher.example", ""), one("h@bu\u0308cher.example", "")}, rule: Rule{To: ToDomain, FromDomain: "bücher.example", ToDomain: "books.example"}},
		"by a file": {people: []Person{one("a", ""), one("b", ""), one("c", ""), one("d", ""), one("e", "")}, others: []Keeper{{"k", "Keeper", "k"}},
			rule: Rule{To: ToFile, Pairs: []Pair{{"B", "a"}, {"a", "b"}, {"nobody", "x"}, {"c", ""}, {"a", "again"}, {"k", "y"}, {"e", "D"}, {"", "z"}}}},
	}
}

// TestPlans compares plans over nasty directories with what was looked at and found right.
func TestPlans(t *testing.T) {
	for name, d := range nasty() {
		t.Run(name, func(t *testing.T) {
			rule, err := New(d.rule)
			if err != nil {
				t.Fatal(err)
			}
			rows := Plan(d.people, d.others, rule, d.choices)
			got := written(rows)
			file := filepath.Join("testdata", strings.ReplaceAll(strings.ReplaceAll(name, ",", ""), " ", "-")+".golden")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the plan is\n%s\nand should be\n%s", got, want)
			}
			if again := written(Plan(d.people, d.others, rule, d.choices)); again != got {
				t.Errorf("a second time the plan is\n%s", again)
			}
		})
	}
}

func written(rows []Row) string {
	var out strings.Builder
	for i, r := range rows {
		fmt.Fprintf(&out, "%d %+q -> %+q %s", i, r.From, r.To, r.State)
		for _, word := range []string{r.Code, r.What, r.With.UserName} {
			if word != "" {
				fmt.Fprintf(&out, " %+q", word)
			}
		}
		if r.Chain {
			out.WriteString(" chain")
		}
		if r.Settled != "" {
			out.WriteString(" by " + r.Settled)
		}
		out.WriteString("\n")
	}
	for _, s := range Order(rows) {
		fmt.Fprintf(&out, "then %d", s.Row)
		if s.Group > 0 {
			fmt.Fprintf(&out, " in circle %d", s.Group)
		}
		out.WriteString("\n")
	}
	return out.String()
}

// TestWrongRulesAreNamed lists rules that can't be followed with what their error must say.
func TestWrongRulesAreNamed(t *testing.T) {
	for want, rule := range map[string]Rule{
		`"sideways"`:               {To: "sideways"},
		"of which type":            {To: ToOtherEmail},
		"old domain is missing":    {To: ToDomain, ToDomain: "a.example"},
		`new domain "a b.example"`: {To: ToDomain, FromDomain: "a.example", ToDomain: "a b.example"},
		"template is empty":        {To: ToTemplate, Template: " "},
		"names no field":           {To: ToTemplate, Template: "{{x}}"},
		`no field "givenNme"`:      {To: ToTemplate, Template: "{givenNme}"},
		`no filter "shout"`:        {To: ToTemplate, Template: "{givenName|shout}"},
		`no filter "0"`:            {To: ToTemplate, Template: "{givenName|0}"},
		"} without a {":            {To: ToTemplate, Template: "{givenName}}"},
		"{ without a }":            {To: ToTemplate, Template: "{givenName"},
		"longer than 300":          {To: ToTemplate, Template: "{givenName}" + strings.Repeat("x", 300)},
		"no line":                  {To: ToFile},
	} {
		if _, err := New(rule); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v gives %v, which does not say %s", rule, err, want)
		}
	}
}

func TestTemplates(t *testing.T) {
	p := Person{GivenName: "Zoë", FamilyName: "van Dür", DisplayName: "Zoë van Dür", UserName: "zvd", ExternalID: "E-1", EmployeeNumber: "007", LocalID: "L9", Department: "Sales",
		Emails: []Email{{Value: "zoe.vd@contoso.example"}}}
	for template, want := range map[string]string{
		"{givenName|first}{familyName}@{domain}": "Zvan Dür@contoso.example",
		"{GIVENNAME | upper}":                    "ZOË",
		"{{{userName}}}":                         "{zvd}",
		"{displayName|de|ascii|lower}":           "zoevanduer",
		"{familyName|ascii|first4}":              "vanD",
		"{mailbox}.{externalId}.{employeeNumber}.{localId}.{department|2}.{email}": "zoe.vd.E-1.007.L9.Sa.zoe.vd@contoso.example",
	} {
		rule, err := New(Rule{To: ToTemplate, Template: template})
		if err != nil {
			t.Fatal(template, err)
		}
		if got, why := rule.fill(&p); got != want || why.code != "" {
			t.Errorf("%s gives %q %v, not %q", template, got, why, want)
		}
	}
}

// TestNobodyEverSharesAnID makes directories at random, many of whom want each other's IDs, settles what collides in random ways, carries the plan
// out step by step and takes it back: at no moment do two people have one ID, nobody gets another than the plan says, and in the end all is as before.
func TestNobodyEverSharesAnID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := []string{"a", "B", "b\u0301", "\u0107", "c\u0301", "d@x.example", "D2@x.example", "e", "e2", "f", "ｆ", "g", "h"}
		taken := map[string]bool{}
		var people []Person
		var others []Keeper
		for i, id := range rapid.Permutation(ids).Draw(t, "ids") {
			if taken[scim.Key(id)] {
				continue
			}
			taken[scim.Key(id)] = true
			if rapid.IntRange(0, 4).Draw(t, "keeps") == 0 {
				others = append(others, Keeper{fmt.Sprint("k", i), "Keeper", id})
				continue
			}
			people = append(people, Person{ID: fmt.Sprint(i), UserName: id, ExternalID: rapid.SampledFrom(append(ids, "", "new", "a b")).Draw(t, "to"), Owned: rapid.IntRange(0, 6).Draw(t, "owned") == 0})
		}
		rule, err := New(Rule{To: ToExternalID, Owned: rapid.Bool().Draw(t, "even owned")})
		if err != nil {
			t.Fatal(err)
		}
		choices := map[int]Choice{}
		for i := range people {
			do := rapid.SampledFrom([]string{"", "", Skip, Suffix, Type}).Draw(t, "do")
			if do != "" {
				choices[i] = Choice{do, rapid.SampledFrom(ids).Draw(t, "typed")}
			}
		}
		rows := Plan(people, others, rule, choices)
		for open := true; open; {
			open = false
			for i := range rows {
				if rows[i].State == Collision {
					choices[i], open = Choice{Do: rapid.SampledFrom([]string{Skip, Suffix}).Draw(t, "settled")}, true
				}
			}
			rows = Plan(people, others, rule, choices)
		}
		carryOutAndBack(t, people, others, rows)
	})
}

func carryOutAndBack(t *rapid.T, people []Person, others []Keeper, rows []Row) {
	now := map[string]string{}
	for _, p := range people {
		now[p.ID] = p.UserName
	}
	for _, k := range others {
		now[k.ID] = k.UserName
	}
	before := maps.Clone(now)
	steps := Order(rows)
	walk := func(to func(Row) string) {
		for i := 0; i < len(steps); {
			end := i + 1
			for steps[i].Group > 0 && end < len(steps) && steps[end].Group == steps[i].Group {
				end++
			}
			for ; i < end; i++ {
				now[rows[steps[i].Row].ID] = to(rows[steps[i].Row])
			}
			keys := map[string]string{}
			for id, userName := range now {
				if other, shared := keys[scim.Key(userName)]; shared {
					t.Fatalf("%s and %s both have %q", id, other, userName)
				}
				keys[scim.Key(userName)] = id
			}
		}
	}
	walk(func(r Row) string { return r.To })
	moved := 0
	for _, r := range rows {
		want := r.From
		if r.Moves() {
			want = r.To
			moved++
		}
		if now[r.ID] != want {
			t.Fatalf("%s has %q instead of %q", r.ID, now[r.ID], want)
		}
	}
	if moved != len(steps) {
		t.Fatalf("%d rows move and %d have a turn", moved, len(steps))
	}
	slices.Reverse(steps)
	walk(func(r Row) string { return r.From })
	if !maps.Equal(now, before) {
		t.Fatalf("%v is not as it was, %v", now, before)
	}
}

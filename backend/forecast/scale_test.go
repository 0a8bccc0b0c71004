package forecast

import (
	"fmt"
	"testing"
)

// BenchmarkForecast plays a first cycle over as many users as people: half matched, half under an old ID, and everybody has one of a few
// names, so that each hint fits thousands.
func BenchmarkForecast(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			in := crowd(b, n)
			people := in.People
			b.ReportAllocs()
			for b.Loop() {
				in.People = append([]Person{}, people...)
				if _, err := Make(in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func crowd(t testing.TB, n int) Input {
	t.Helper()
	header := []string{"userPrincipalName", "displayName", "surname", "mail", "givenName", "objectId", "accountEnabled"}
	rows, lines, people := make([][]string, n), make([]int, n), make([]Person, n)
	for i := range n {
		name := fmt.Sprintf("u%d@contoso.example", i)
		rows[i], lines[i] = []string{name, "Anna Berg", "Berg", "", "Anna", fmt.Sprint("o", i), "True"}, i+2
		if i%2 == 0 {
			name = fmt.Sprint("old", i)
		}
		people[i] = person(t, fmt.Sprint(i), fmt.Sprintf(`{"userName":%q,"displayName":"Anna Berg","externalId":"same","active":true}`, name))
	}
	users, err := ReadUsers(header, rows, lines)
	if err != nil {
		t.Fatal(err)
	}
	return Input{Users: users, People: people, Mapping: []Mapping{
		{Source: "objectId", Path: "externalId", Match: 1}, {Source: "userPrincipalName", Path: "userName", Match: 2}, {Source: "displayName", Path: "displayName"},
		{Source: "mail", Path: `emails[type eq "work"].value`}, {Source: "givenName", Path: "name.givenName"}, {Source: "surname", Path: "name.familyName"},
	}}
}

package entra

import (
	"net/http"
	"slices"
	"testing"
)

func TestNamesake(t *testing.T) {
	s := newTarget(t)
	var sent []string
	c := newClient(t, s, Options{People: 12, Groups: 1, Seed: 5, Progress: func(e Exchange) { sent = append(sent, e.Method) }})
	if err := c.Namesake(t.Context()); err == nil {
		t.Error("nobody is there yet, and somebody shares a name with them")
	}
	cycle(t, c)
	before := c.People()
	for range 2 {
		sent = nil
		if err := c.Namesake(t.Context()); err != nil {
			t.Fatal(err)
		}
		if want := []string{http.MethodGet, http.MethodPost}; !slices.Equal(sent, want) {
			t.Errorf("sent %v, want %v, and no DELETE for whom the target refused", sent, want)
		}
	}
	if after := c.People(); len(after) != len(before) {
		t.Errorf("%d people, before %d: a namesake is not of the office", len(after), len(before))
	}
	agree(t, c)
}

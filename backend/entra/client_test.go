package entra

import (
	"testing"
)

func newClient(t *testing.T, s *target, o Options) *Client {
	t.Helper()
	o.URL, o.Token = s.URL+"/scim/v2", testToken
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// agree fails when the target differs from the client's idea.
func agree(t *testing.T, c *Client) {
	t.Helper()
	differences, err := c.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range differences {
		t.Error(d)
	}
}

func TestRehearse(t *testing.T) {
	for _, dialect := range []Dialect{Legacy, Flagged, Mixed} {
		for _, workers := range []int{1, 4} {
			s := newTarget(t)
			c := newClient(t, s, Options{Dialect: dialect, People: 60, Groups: 8, Seed: 7, Concurrency: workers})
			r, err := c.Rehearse(t.Context(), 3)
			if err != nil {
				t.Fatal(err)
			}
			if !r.OK() || len(r.Cycles) != 3 {
				t.Errorf("%s with %d workers:", dialect, workers)
				if err := r.Print(t.Output()); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

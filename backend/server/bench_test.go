package server

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// BenchmarkMatch is what Entra asks most: who has this userName? Without a network, by itself and as a tunnel hands it on, by one
// client after the other.
func BenchmarkMatch(b *testing.B) {
	st, err := store.Open(b.Context(), store.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = st.Close() })
	const people = 200
	for i := range people {
		r, err := scim.ParseResource(scim.User, fmt.Appendf(nil, `{"userName":"p%d@x.example","displayName":"P %d","active":true}`, i, i))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := st.Create(b.Context(), store.Cause{}, r, store.With{}); err != nil {
			b.Fatal(err)
		}
	}
	h := New(Options{Store: st, Verify: onlySecret})
	carried := int64(0)
	for _, way := range []struct {
		name string
		h    http.Handler
	}{{"itself", h}, {"tunnel", From(h, Origin{Via: ViaTunnel, Carried: func(n int64) { carried += n }})}} {
		b.Run(way.name, func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				r := httptest.NewRequestWithContext(b.Context(), "GET", fmt.Sprintf(`http://desk.example/scim/v2/Users?filter=userName+eq+"p%d@x.example"`, i%people), nil)
				r.Header.Set("Authorization", "Bearer "+secret)
				r.Header.Set("ADSCIMVersion", "5.0")
				r.Header.Set("X-Forwarded-For", "20.190.137.45")
				w := httptest.NewRecorder()
				way.h.ServeHTTP(w, r)
				if w.Code != 200 {
					b.Fatal(w.Code, w.Body)
				}
			}
		})
	}
}

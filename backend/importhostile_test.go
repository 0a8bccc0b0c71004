package backend

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"scimdesk/backend/scim"
)

const serverToken = `other+System/Se"cret=1`

// hostile is a server that does as it is told, and counts what it is asked.
func hostile(t *testing.T, do http.HandlerFunc) (ImportSource, *atomic.Int32) {
	t.Helper()
	asked := &atomic.Int32{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		do(w, r)
	}))
	t.Cleanup(srv.Close)
	return ImportSource{URL: srv.URL, Token: serverToken, Kind: importPeople}, asked
}

// raw answers without HTTP's rules.
func raw(t *testing.T, w http.ResponseWriter, text string) {
	t.Helper()
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	_, _ = io.WriteString(c, text)
	_ = c.Close()
}

// TestAServerTellsNobodyItsToken: whatever it says back, no error has the token in it, and the token goes nowhere else.
func TestAServerTellsNobodyItsToken(t *testing.T) {
	b, _ := serve(t)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	defer elsewhere.Close()
	said := url.QueryEscape(serverToken)
	for name, do := range map[string]http.HandlerFunc{
		"no HTTP":      func(w http.ResponseWriter, _ *http.Request) { raw(t, w, "Bearer "+serverToken+"\r\n\r\n") },
		"a bad header": func(w http.ResponseWriter, _ *http.Request) { raw(t, w, "HTTP/1.1 200 OK\r\n"+serverToken+"\r\n\r\n") },
		"a bad length": func(w http.ResponseWriter, _ *http.Request) {
			raw(t, w, "HTTP/1.1 200 OK\r\nContent-Length: "+serverToken+"\r\n\r\n")
		},
		"an encoding": func(w http.ResponseWriter, _ *http.Request) {
			raw(t, w, "HTTP/1.1 200 OK\r\nTransfer-Encoding: "+serverToken+"\r\n\r\n")
		},
		"a status": func(w http.ResponseWriter, _ *http.Request) { raw(t, w, "HTTP/1.1 "+serverToken+" \r\n\r\n") },
		"a detail": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(400)
			_, _ = fmt.Fprintf(w, `{"detail":%q}`, serverToken+" and "+said)
		},
		"a redirect": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) },
		"a host": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://"+said+".example/")
			w.WriteHeader(307)
		},
		"a file": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "file:///etc/hosts")
			w.WriteHeader(302)
		},
		"a broken answer": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprintf(w, `{"totalResults":1,"Resources":["%s"]}`, serverToken)
		},
	} {
		s, asked := hostile(t, do)
		_, err := b.PlanImport(t.Context(), s)
		if !errors.Is(err, ErrServer) || strings.Contains(err.Error(), `cret=1`) || strings.Contains(err.Error(), "cret%3D1") {
			t.Errorf("%s: %v", name, err)
		}
		if asked.Load() != 1 {
			t.Errorf("%s: asked %d times", name, asked.Load())
		}
	}
}

func people200(from, to, total int) string {
	var list strings.Builder
	for i := from; i < to; i++ {
		fmt.Fprintf(&list, `,{"id":"%d","userName":"u%d"}`, i, i)
	}
	return fmt.Sprintf(`{"totalResults":%d,"Resources":[%s]}`, total, strings.TrimPrefix(list.String(), ","))
}

// TestAServerThatMiscountsIsReadWhole: a total that is that of the page, none at all, or too large, and what is given twice.
func TestAServerThatMiscountsIsReadWhole(t *testing.T) {
	b, _ := serve(t)
	pages := func(total func(begin, end int) int, all, most int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			var begin int
			_, _ = fmt.Sscan(r.URL.Query().Get("startIndex"), &begin)
			begin = min(begin-1, all)
			end := min(begin+most, all)
			_, _ = io.WriteString(w, people200(begin, end, total(begin, end)))
		}
	}
	for name, c := range map[string]struct {
		do    http.HandlerFunc
		rows  int
		asked int32
	}{
		"its page's total":             {pages(func(begin, end int) int { return end - begin }, 450, 200), 450, 4},
		"no total":                     {pages(func(int, int) int { return 0 }, 120, 50), 120, 4},
		"too large":                    {pages(func(int, int) int { return 900 }, 120, 50), 120, 4},
		"exactly a page":               {pages(func(int, int) int { return 200 }, 200, 200), 200, 2},
		"all at once, without a total": {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, people200(0, 250, 0)) }, 250, 2},
		"an error behind the last": {func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("startIndex") != "1" {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			_, _ = io.WriteString(w, people200(0, 200, 200))
		}, 200, 2},
		"compressed": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = io.WriteString(z, people200(0, 3, 3))
			_ = z.Close()
		}, 3, 1},
	} {
		s, asked := hostile(t, c.do)
		plan, err := b.PlanImport(t.Context(), s)
		if err != nil || plan.Change != c.rows || asked.Load() != c.asked {
			t.Errorf("%s: %+v in %d requests, want %d in %d: %v", name, plan, asked.Load(), c.rows, c.asked, err)
		}
	}
	s, _ := hostile(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"totalResults":3,"Resources":[{"id":"1","userName":"a"},{"id":"1","userName":"b"},{"id":"2","userName":"A"}]}`)
	})
	plan, rows := preview(t, b, s)
	if plan.Change != 1 || rows[1].State != ImportDouble || rows[2].State != ImportDouble {
		t.Errorf("given twice: %+v", rows)
	}
}

// TestAServerCantFillTheMemoryOrTakeForever: neither by what it gives nor by how, nor by giving one at a time without an end.
func TestAServerCantFillTheMemoryOrTakeForever(t *testing.T) {
	b, _ := serve(t)
	block := bytes.Repeat([]byte(" "), 1<<20)
	for name, do := range map[string]http.HandlerFunc{
		"endless": func(w http.ResponseWriter, _ *http.Request) {
			for range serverBody>>20 + 64 {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		},
		"a bomb": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			for range serverBody>>20 + 64 {
				if _, err := z.Write(block); err != nil {
					return
				}
			}
			_ = z.Close()
		},
	} {
		s, _ := hostile(t, do)
		if _, err := b.PlanImport(t.Context(), s); !errors.Is(err, ErrServer) || !strings.Contains(err.Error(), "more than can be taken") {
			t.Errorf("%s: %v", name, err)
		}
	}
	s, asked := hostile(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, people200(0, 1, 2)) })
	r, err := newReader(s.URL, s.Token)
	if err != nil {
		t.Fatal(err)
	}
	r.began = time.Now().Add(-serverWhole - time.Second)
	if _, err := r.page(t.Context(), scim.User, 1, 0); !errors.Is(err, ErrServer) || asked.Load() != 0 {
		t.Errorf("after half an hour: %v", err)
	}
	deep, _ := hostile(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"totalResults":1,"Resources":[`+strings.Repeat(`{"a":`, 9000)+"1"+strings.Repeat("}", 9000)+`]}`)
	})
	if plan, err := b.PlanImport(t.Context(), deep); err == nil && plan.Change != 0 {
		t.Errorf("nested: %+v %v", plan, err)
	}
}

package scim

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// TestDecodeAgrees holds the decoder against encoding/json where both have one idea of what is valid.
func TestDecodeAgrees(t *testing.T) {
	for _, text := range []string{
		`{}`, ` [ ] `, `"a"`, `""`, `0`, `-0`, `1.5E-3`, `-12e+7`, `true`, `false`, `null`, `[1,[2,{"a":[]}],"x"]`,
		`{"a":{"b":null},"c":[true,false]}`, `"\"\\\/\b\f\n\r\t\u0041\ud83d\ude00é"`, "\t{\r\n\"a\" : 1 ,\"b\":2}\n",
		``, `{`, `[`, `"`, `"\`, `"\u12`, `"\x"`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{a:1}`, `[1,]`, `[,1]`, `[1 2]`, `01`, `1.`, `.5`, `-`, `+1`, `1e`, `1e+`,
		`tru`, `nul`, `True`, `NaN`, `{}{}`, `1 2`, "\"a\nb\"", "\"\x01\"", `'a'`, `{"a":1]`, `[1}`, `//`, `{"a" 1}`, "\u00a0{}",
	} {
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		var want any
		wantErr := d.Decode(&want)
		if wantErr == nil && d.More() {
			wantErr = errFollows
		}
		got, err := decode([]byte(text))
		if (err == nil) != (wantErr == nil) {
			t.Errorf("%q: error %v, but encoding/json says %v", text, err, wantErr)
			continue
		}
		if err != nil {
			wantError(t, err, InvalidSyntax, "invalid JSON at offset")
			continue
		}
		if got = plain(got); !reflect.DeepEqual(got, want) {
			t.Errorf("%q is %#v, but encoding/json says %#v", text, got, want)
		}
		again, err := decode(appendJSON(nil, got, nil))
		if err != nil || !reflect.DeepEqual(plain(again), want) {
			t.Errorf("%q is written %s", text, appendJSON(nil, got, nil))
		}
	}
}

var errFollows = &Error{Detail: "something follows"}

func TestDecodeNamesThePlace(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":tru}`:      `offset 5: unexpected 't'`,
		`{"a":1`:         `offset 6: the text ends too early`,
		`{"a":"x`:        `offset 5: a string is not closed`,
		"{\"a\":\"é\xff": `offset 8: the text is not valid UTF-8`,
		`{"b":1,"B":2}`:  `offset 7: the attribute "B" stands twice in one object, also as "b"`,
		`"\ud83d"`:       `offset 1: a string has half of a surrogate pair`,
		`"\udc00\ud800"`: `offset 1: a string has half of a surrogate pair`,
		`"\ud83d\u0041"`: `offset 1: a string has half of a surrogate pair`,
		`<html>`:         `offset 0: unexpected '<'`,
	} {
		_, err := decode([]byte(text))
		wantError(t, err, InvalidSyntax, want)
	}
	if _, err := decode([]byte("\ufeff{}")); err != nil {
		t.Errorf("a byte order mark is refused: %v", err)
	}
	_, err := decode([]byte(`{"` + strings.Repeat("x", maxName+1) + `":1}`))
	wantError(t, err, InvalidSyntax, "1 to 512 bytes")
	_, err = decode([]byte(`{"name":{"":1}}`))
	wantError(t, err, InvalidSyntax, "offset 9", "1 to 512 bytes")
	for _, deep := range []string{strings.Repeat("[", 1<<20), strings.Repeat(`{"a":`, 1<<18)} {
		_, err := decode([]byte(deep))
		wantError(t, err, InvalidSyntax, "32 deep")
	}
	if _, err := decode([]byte(strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1))); err != nil {
		t.Errorf("a body of %d levels is refused: %v", maxDepth, err)
	}
}

// TestDeepestBodyIsStored: names with dots and URNs become objects, so that a document is deeper than its body was.
func TestDeepestBodyIsStored(t *testing.T) {
	deep := strings.Repeat(`{"a":`, maxDepth-1) + `{}` + strings.Repeat(`}`, maxDepth-1)
	r := user(t, `{"userName":"a","x.y":`+deep+`,"urn:x:y:1.0:User:a.b":`+deep+`}`)
	wantStable(t, r)
}

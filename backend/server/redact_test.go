package server

import "testing"

func TestRedact(t *testing.T) {
	for in, want := range map[string]string{
		`{"userName":"a","n":1.0}`:                                          `{"userName":"a","n":1.0}`,
		`{"Password":"x","n":1.0}`:                                          `{"Password":"***","n":1.0}`,
		`{"Operations":[{"op":"add","path":"password","value":"x"}]}`:       `{"Operations":[{"op":"add","path":"password","value":"***"}]}`,
		`{"Operations":[{"op":"add","value":{"password":"x"}}]}`:            `{"Operations":[{"op":"add","value":{"password":"***"}}]}`,
		`{"a":[{"urn:ietf:params:scim:schemas:core:2.0:User:password":1}]}`: `{"a":[{"urn:ietf:params:scim:schemas:core:2.0:User:password":"***"}]}`,
		`{"passw\u006frd":"x"}`:                                             `{"password":"***"}`,
		`{"displayName":"Zo\u00eb 1.0"}`:                                    `{"displayName":"Zo\u00eb 1.0"}`,
		`{"password":"x"`:                                                   "not kept: it may hold a password and is no JSON",
	} {
		if got := string(redact([]byte(in))); got != want {
			t.Errorf("redact(%s) = %s, want %s", in, got, want)
		}
	}
}

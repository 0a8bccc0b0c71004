package config

import (
	"errors"
	"strings"
	"testing"
)

const goodToken = "2abcDEFghiJKLmnoPQRstuVWXyz_3AbCdEfGhIjKlMnOpQrSt"

func TestAuthtokenIsFoundInWhatIsPasted(t *testing.T) {
	for _, pasted := range []string{
		goodToken, "  " + goodToken + "\r\n", "\ufeff" + goodToken + "\r\n", `"` + goodToken + `"`,
		"ngrok config add-authtoken " + goodToken, "$ ngrok config add-authtoken " + goodToken + "\n",
		"ngrok authtoken " + goodToken, "NGROK_AUTHTOKEN=" + goodToken, "export NGROK_AUTHTOKEN='" + goodToken + "'",
		`$env:NGROK_AUTHTOKEN = "` + goodToken + `"`, "version: 3\nagent:\n  authtoken: " + goodToken + "\n  api_key: whatever\n",
		`"authtoken": "` + goodToken + `"`,
	} {
		if got, err := CleanAuthtoken(pasted); err != nil || got != goodToken {
			t.Errorf("%q gives %q, %v", pasted, got, err)
		}
	}
}

func TestWhatIsNoAuthtokenIsRefusedAndNotRepeated(t *testing.T) {
	for pasted, says := range map[string]string{
		"":                                      "empty",
		" \n":                                   "empty",
		"short":                                 "characters",
		strings.Repeat("x", 201):                "characters",
		strings.Repeat("x", 5000):               "too long",
		"two words that are none":               "spaces",
		"with\x00control-characters":            "characters that none has",
		"ümläute-sind-keine-zeichen":            "characters that none has",
		"ngrok config add-api-key " + goodToken: "API key",
		"NGROK_API_KEY=" + goodToken:            "API key",
		"Authorization: Bearer " + goodToken:    "API key",
		"ngrok config add-authtoken $YOUR_AUTHTOKEN": "in its place",
		"ngrok config add-authtoken <token>":         "in its place",
		"YOUR_NGROK_AUTHTOKEN":                       "in its place",
		"2abc**********************Qr":               "in its place",
		"sdk_0123456789abcdef0123456789":             "for Entra",
		"sdc_0123456789abcdef0123456789":             "for Entra",
		"sda_0123456789abcdef0123456789":             "for Entra",
		"ak_0123456789abcdef0123456789":              "ID of a key",
		"https://dashboard.ngrok.com/x":              "address",
	} {
		_, err := CleanAuthtoken(pasted)
		if !errors.Is(err, ErrAuthtoken) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q is refused with %v, want words about %q", pasted, err, says)
		}
		if err != nil && len(pasted) > 10 && strings.Contains(err.Error(), strings.TrimSpace(pasted)) {
			t.Errorf("the refusal repeats what was pasted: %v", err)
		}
	}
}

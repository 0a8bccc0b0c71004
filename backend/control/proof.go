package control

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
)

// A client shows that it knows the run's secret, and the door shows the same with its answer; the secret itself is never sent,
// because the port in an old run.json may be another program's by now. The nonce is the client's and new for each request, so
// an old answer proves nothing. The door keeps no nonces: who can listen on loopback may repeat a request within the same run.
const (
	nonceHeader = "Scimdesk-Nonce"
	proofHeader = "Scimdesk-Proof" // the request's, and the answer's
)

// askProof is what a request carries. It holds for one method and one path with its query.
func askProof(secret, method, uri, nonce string) string { return proof(secret, method, uri, nonce) }

// answerProof is what the door's answer carries. It has fewer parts than a request's, so neither can pass as the other.
func answerProof(secret, nonce string) string { return proof(secret, nonce, "answer") }

// proof is keyed by the secret. No part can hold a line break: HTTP allows none in a method, a request's target or a header.
func proof(secret string, parts ...string) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(h.Sum(nil))
}

// proves compares in constant time.
func proves(h http.Header, want string) bool {
	return hmac.Equal([]byte(h.Get(proofHeader)), []byte(want))
}

package control

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
)

// sealLimit is the largest sealed body in bytes: room for a part of a file (4 MiB, which base64 makes a third larger), and for 100,000 ids.
const sealLimit = 8 << 20

var errSeal = errors.New("the body is not of who knows the secret")

// A body, which may hold ngrok's authtoken, is sealed by AES-256-GCM under a key that the run's secret and the request's nonce make:
// whoever listens at the port of an old run.json learns nothing from it, and nobody can put another body under a request.

// seal makes the body that is sent. It holds for one request alone.
func seal(secret, method, uri, nonce string, body []byte) []byte {
	return sealer(secret, nonce).Seal(nil, nil, body, []byte(method+"\n"+uri)) //nolint:gosec // it draws its nonce by itself
}

func unseal(secret, method, uri, nonce string, body []byte) ([]byte, error) {
	plain, err := sealer(secret, nonce).Open(nil, nil, body, []byte(method+"\n"+uri))
	if err != nil {
		return nil, errSeal
	}
	return plain, nil
}

func sealer(secret, nonce string) cipher.AEAD {
	key := hmac.New(sha256.New, []byte(secret))
	key.Write([]byte("body\n" + nonce))
	block, err := aes.NewCipher(key.Sum(nil))
	if err != nil {
		panic(err) // a key of 32 bytes is always right
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return aead
}

// unsealBody replaces a request's body by what was sealed in it. A request without one stays as it is.
func unsealBody(secret string, r *http.Request) error {
	if r.ContentLength == 0 {
		return nil
	}
	sealed, err := io.ReadAll(io.LimitReader(r.Body, sealLimit+1))
	if err != nil || len(sealed) > sealLimit {
		return errSeal
	}
	plain, err := unseal(secret, r.Method, r.RequestURI, r.Header.Get(nonceHeader), sealed)
	if err != nil {
		return err
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(plain)), int64(len(plain))
	return nil
}

package token

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"hash/crc32"
	"math/big"
	"strings"
)

// Prefix begins every secret token, so that scanners and people recognise one. The secret of an OAuth client and access tokens have
// prefixes of their own, of the same length.
const (
	Prefix       = "sdk_"
	clientPrefix = "sdc_"
	accessPrefix = "sda_"
)

// Prefixes are the beginnings of all that must never be shown.
func Prefixes() []string { return []string{Prefix, clientPrefix, accessPrefix} }

const (
	bodyLen = 43 // 256 bits in base 62
	sumLen  = 6  // CRC-32 in base 62
	secrLen = len(Prefix) + bodyLen + sumLen
)

// newSecret makes a secret of 256 random bits in letters and digits, so that a double click selects all of it, with a
// checksum at its end. Its 53 characters are far below what Entra's form takes (1 KB in its strictest cloud).
func newSecret(prefix string) string {
	var raw [32]byte
	_, _ = rand.Read(raw[:]) // never fails: crypto/rand ends the process instead
	body := base62(new(big.Int).SetBytes(raw[:]), bodyLen)
	return prefix + body + sum(body)
}

// wellFormed reports whether s has the shape of a secret and its checksum fits. It tells a typing or pasting error from a
// wrong secret; it says nothing about whether the secret is accepted.
func wellFormed(s, prefix string) bool {
	if len(s) != secrLen || !strings.HasPrefix(s, prefix) {
		return false
	}
	body := s[len(prefix) : len(prefix)+bodyLen]
	return sum(body) == s[len(prefix)+bodyLen:]
}

func sum(body string) string {
	return base62(new(big.Int).SetUint64(uint64(crc32.ChecksumIEEE([]byte(body)))), sumLen)
}

func base62(n *big.Int, width int) string { return fmt.Sprintf("%0*s", width, n.Text(62)) }

func hash(secret string) [sha256.Size]byte { return sha256.Sum256([]byte(secret)) }

func lastFour(secret string) string { return secret[len(secret)-4:] }

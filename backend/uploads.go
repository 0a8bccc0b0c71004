package backend

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
	"unicode/utf8"
)

// What a face may hand over at once, and for how long it is kept.
const (
	uploadLimit = 64 << 20 // bytes of one file
	uploadPart  = 4 << 20  // bytes of one part
	uploadsKept = 8
	uploadFor   = 2 * time.Hour
	uploadName  = 200 // characters of a name
)

// ErrUpload is a file that can't be taken as it is; what wraps it says why and what to do.
var ErrUpload = errors.New("the file can't be read")

// UploadPart is the next piece of a file that a face hands over: a page has no path of what was dropped on it, and scimd's reader may be
// another process. The first part has no ID; the answer's ID goes with those behind it.
type UploadPart struct {
	ID   string `json:"id"`
	Name string `json:"name"` // as the user knows it; of the first part
	Data string `json:"data"` // base64, at most 4 MiB before encoding
}

// Upload is a file that was handed over: kept in memory alone, for two hours, 64 MiB at most.
type Upload struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size int    `json:"size"` // bytes so far
}

// uploads keeps what was handed over. The zero value is ready.
type uploads struct {
	mu   sync.Mutex
	kept []*upload // the oldest first
}

type upload struct {
	id, name string
	data     []byte
	at       time.Time
}

// PutUpload takes a part of a file. BAD_FILE says that it is too large or is not kept any more.
func (b *Backend) PutUpload(_ context.Context, p UploadPart) (Upload, error) {
	data, err := base64.StdEncoding.DecodeString(p.Data)
	if err != nil || len(data) > uploadPart {
		return Upload{}, fmt.Errorf("%w: a part is base64 of at most %d bytes", ErrUpload, uploadPart)
	}
	return b.uploads.put(p.ID, p.Name, data, time.Now())
}

// DropUpload forgets a file that was handed over.
func (b *Backend) DropUpload(_ context.Context, id string) error {
	b.uploads.drop(id)
	return nil
}

func (u *uploads) put(id, name string, data []byte, now time.Time) (Upload, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.kept = slices.DeleteFunc(u.kept, func(k *upload) bool { return now.Sub(k.at) > uploadFor })
	at := slices.IndexFunc(u.kept, func(k *upload) bool { return k.id == id })
	switch {
	case id != "" && at < 0:
		return Upload{}, fmt.Errorf("%w: it is not kept any more; choose it again", ErrUpload)
	case id == "":
		if utf8.RuneCountInString(name) > uploadName {
			name = string([]rune(name)[:uploadName])
		}
		if len(u.kept) >= uploadsKept {
			u.kept = slices.Delete(u.kept, 0, 1)
		}
		u.kept = append(u.kept, &upload{id: rand.Text(), name: name})
		at = len(u.kept) - 1
	}
	k := u.kept[at]
	if len(k.data)+len(data) > uploadLimit {
		u.kept = slices.Delete(u.kept, at, at+1)
		return Upload{}, fmt.Errorf("%w: it is larger than %d MiB; split it", ErrUpload, uploadLimit>>20)
	}
	k.data, k.at = append(k.data, data...), now
	return Upload{ID: k.id, Name: k.name, Size: len(k.data)}, nil
}

// get gives the bytes of a file that was handed over, which nobody changes any more, and its name.
func (u *uploads) get(id string) (data []byte, name string, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, k := range u.kept {
		if k.id == id && id != "" {
			return k.data, k.name, nil
		}
	}
	return nil, "", fmt.Errorf("%w: it is not kept any more; choose it again", ErrUpload)
}

func (u *uploads) drop(id string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.kept = slices.DeleteFunc(u.kept, func(k *upload) bool { return k.id == id })
}

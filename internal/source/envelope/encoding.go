package envelope

import (
	"bytes"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// utf16Order tells UTF-16 from the head of an input, by its mark or by every
// other byte being 0: PowerShell's redirection writes it.
func utf16Order(head []byte) string {
	switch {
	case begins(head, "\xff\xfe\x00\x00"):
		return ""
	case begins(head, "\xff\xfe"):
		return "utf-16le"
	case begins(head, "\xfe\xff"):
		return "utf-16be"
	}
	head = head[:min(len(head), 4096)]
	if len(head) < 32 {
		return ""
	}
	var zero [2]int
	for i, c := range head {
		if c == 0 {
			zero[i%2]++
		}
	}
	half := len(head) / 2
	switch {
	case zero[1]*10 > half*9 && zero[0]*10 < half:
		return "utf-16le"
	case zero[0]*10 > half*9 && zero[1]*10 < half:
		return "utf-16be"
	}
	return ""
}

// wide reads UTF-16 as UTF-8.
type wide struct {
	src       io.Reader
	bigEndian bool
	raw       [8 << 10]byte
	have      int // bytes of raw that are not decoded
	high      rune
	out       []byte
	at        int
	err       error
}

func (w *wide) Read(p []byte) (int, error) {
	for w.at == len(w.out) {
		if w.err != nil {
			return 0, w.err
		}
		n, err := w.src.Read(w.raw[w.have:])
		w.have += n
		w.err = err
		w.decode()
	}
	n := copy(p, w.out[w.at:])
	w.at += n
	return n, nil
}

// decode turns the whole units of raw into out.
func (w *wide) decode() {
	w.out, w.at = w.out[:0], 0
	i := 0
	for ; i+1 < w.have; i += 2 {
		r := rune(w.raw[i]) | rune(w.raw[i+1])<<8
		if w.bigEndian {
			r = rune(w.raw[i])<<8 | rune(w.raw[i+1])
		}
		if w.high != 0 {
			both := utf16.DecodeRune(w.high, r)
			w.high = 0
			w.out = utf8.AppendRune(w.out, both)
			if both != utf8.RuneError {
				continue
			}
		}
		if r >= 0xd800 && r < 0xdc00 {
			w.high = r
			continue
		}
		w.out = utf8.AppendRune(w.out, r) // a lone low half is written as U+FFFD
	}
	w.have = copy(w.raw[:], w.raw[i:w.have])
	if w.err == nil {
		return
	}
	if w.high != 0 || w.have > 0 {
		w.out = utf8.AppendRune(w.out, utf8.RuneError)
		w.high, w.have = 0, 0
	}
}

// withoutNUL leaves out NUL bytes, which no text of PostgreSQL holds: a log
// that was truncated while its writer went on, or a crash, leaves runs of them.
type withoutNUL struct {
	src  io.Reader
	read int64
	left int64 // NUL bytes
	keep bool  // they belong to lengths
}

func (w *withoutNUL) Read(p []byte) (int, error) {
	for {
		n, err := w.src.Read(p)
		w.read += int64(n)
		kept := n
		if i := bytes.IndexByte(p[:n], 0); i >= 0 && !w.keep {
			kept = i
			for _, c := range p[i:n] {
				if c != 0 {
					p[kept] = c
					kept++
				}
			}
			w.left += int64(n - kept)
		}
		if kept > 0 || err != nil || len(p) == 0 {
			return kept, err
		}
	}
}

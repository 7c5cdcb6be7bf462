package sqltree

import (
	"encoding/binary"

	"github.com/cespare/xxhash/v2"
)

// The lexical key is a running hash of token hashes. Both constants are odd
// 64-bit numbers with well spread bits (the golden ratio, and a prime of
// xxHash64).
const (
	mixA = 0x9e3779b97f4a7c15
	mixB = 0xc2b2ae3d27d4eb4f
)

func mix(h, token uint64) uint64 {
	h = (h ^ token) * mixA
	return h ^ h>>29
}

// hashWord hashes an unquoted word, ASCII case folded.
func hashWord(s []byte) uint64 {
	h := uint64(len(s)) * mixB
	for len(s) >= 8 {
		v := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		h = mix(h, lower8(v))
		s = s[8:]
	}
	if len(s) > 0 {
		var v uint64
		for i, c := range s {
			v |= uint64(c) << (8 * i)
		}
		h = mix(h, lower8(v))
	}
	h ^= h >> 32
	return h * mixB
}

// lower8 folds eight ASCII bytes to lower case at once; bytes outside A-Z stay.
func lower8(v uint64) uint64 {
	const ones = 0x0101010101010101
	low := v & (ones * 0x7f)
	isUpper := ((low + ones*(128-'A')) &^ (low + ones*(128-'Z'-1))) & ^v & (ones * 0x80)
	return v | isUpper>>2
}

func hashBytes(s []byte) uint64 { return xxhash.Sum64(s) }

// HashLiteral hashes the content of a literal or parameter value, without its
// quotes: 5, '5' and $1 = '5' in a log's DETAIL hash equal.
func HashLiteral(content []byte) uint32 {
	n := len(content)
	if n > 8 {
		h := xxhash.Sum64(content)
		return uint32(h ^ h>>32)
	}
	var v uint64
	switch {
	case n >= 4: // two halves, which overlap in equal bytes
		v = uint64(binary.LittleEndian.Uint32(content)) | uint64(binary.LittleEndian.Uint32(content[n-4:]))<<(8*(n-4))
	case n > 0:
		v = uint64(content[0]) | uint64(content[n/2])<<(8*(n/2)) | uint64(content[n-1])<<(8*(n-1))
	}
	return HashShort(v, n)
}

// HashShort is [HashLiteral] of n bytes, at most 8, that lie in v with the first
// one lowest and zeros behind the last.
func HashShort(v uint64, n int) uint32 {
	h := (v ^ uint64(n)*mixB) * mixA
	h = (h ^ h>>32) * mixB
	return uint32(h ^ h>>32)
}

// MixLiteral folds the hash of one more value into the last one that is kept,
// so that two lists of values that differ anywhere hash differently.
func MixLiteral(last, next uint32) uint32 {
	h := mix(uint64(last), uint64(next))
	return uint32(h ^ h>>32)
}

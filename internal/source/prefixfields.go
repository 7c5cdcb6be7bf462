package source

import "bytes"

// digits returns how many bytes of s are decimal digits.
func digits(s []byte) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// sessionIDLen returns the length of "6b03f8fb.4884" (%c) at the start of s.
func sessionIDLen(s []byte) int {
	n := hexDigits(s)
	if n == 0 || n > 16 || n >= len(s) || s[n] != '.' {
		return 0
	}
	k := hexDigits(s[n+1:])
	if k == 0 || k > 16 {
		return 0
	}
	return n + 1 + k
}

func hexDigits(s []byte) int {
	n := 0
	for n < len(s) && (s[n] >= '0' && s[n] <= '9' || s[n] >= 'a' && s[n] <= 'f') {
		n++
	}
	return n
}

// epoch reads "1795422459.529" (%n) and returns µs.
func epoch(s []byte) (us int64, n int) {
	n = digits(s)
	if n < 9 || n > 11 || n >= len(s) || s[n] != '.' {
		return 0, 0
	}
	for _, c := range s[:n] {
		us = us*10 + int64(c-'0')
	}
	k := digits(s[n+1:])
	if k == 0 {
		return 0, 0
	}
	return us*1e6 + fraction(s[n+1:n+1+k]), n + 1 + k
}

// fraction returns the µs of the digits after a decimal point.
func fraction(s []byte) (us int64) {
	if len(s) == 3 { // what a server writes
		return int64(s[0]-'0')*100_000 + int64(s[1]-'0')*10_000 + int64(s[2]-'0')*1000
	}
	scale := int64(100_000)
	for _, c := range s[:min(len(s), 6)] {
		us += int64(c-'0') * scale
		scale /= 10
	}
	return us
}

// indexFrom is bytes.Index from an offset.
func indexFrom(s []byte, from int, sub []byte) int {
	if from > len(s) {
		return -1
	}
	i := bytes.Index(s[from:], sub)
	if i < 0 {
		return -1
	}
	return from + i
}

// trimBlanks cuts the blanks of padding.
func trimBlanks(s []byte) []byte {
	for len(s) > 0 && s[0] == ' ' {
		s = s[1:]
	}
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}

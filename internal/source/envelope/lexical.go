package envelope

import "bytes"

func begins(s []byte, prefix string) bool { return bytes.HasPrefix(s, []byte(prefix)) }

// digits returns how many stand at the start of s.
func digits(s []byte) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

func number(s []byte) int {
	n := 0
	for _, c := range s {
		n = n*10 + int(c-'0')
	}
	return n
}

// fraction returns the µs of the digits after a decimal point.
func fraction(s []byte) (us int64) {
	scale := int64(100_000)
	for _, c := range s[:min(len(s), 6)] {
		us += int64(c-'0') * scale
		scale /= 10
	}
	return us
}

// letter tells what words are made of; bytes beyond ASCII are letters of other
// languages.
func letter(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 0x80
}

func firstLine(s []byte) []byte {
	line, _, _ := bytes.Cut(s, []byte{'\n'})
	return line
}

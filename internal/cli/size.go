package cli

import (
	"fmt"
	"strconv"
	"strings"
)

// size is a flag in bytes: 500MB is 5e8, 500MiB is 500 * 2^20, a bare number
// is bytes.
type size int64

var units = []struct {
	suffix string
	bytes  float64
}{
	{"KiB", 1 << 10},
	{"MiB", 1 << 20},
	{"GiB", 1 << 30},
	{"TiB", 1 << 40},
	{"kB", 1e3},
	{"KB", 1e3},
	{"MB", 1e6},
	{"GB", 1e9},
	{"TB", 1e12},
	{"B", 1},
}

// Set implements pflag.Value.
func (s *size) Set(text string) error {
	number, factor := strings.TrimSpace(text), 1.0
	for _, u := range units {
		if head, ok := strings.CutSuffix(number, u.suffix); ok {
			number, factor = strings.TrimSpace(head), u.bytes
			break
		}
	}
	f, err := strconv.ParseFloat(number, 64)
	if err != nil || !(f >= 0) || f*factor > 1<<62 {
		return fmt.Errorf("%q is no size; write it like 500MB or 1GiB", text)
	}
	*s = size(f * factor)
	return nil
}

func (s *size) String() string {
	n := int64(*s)
	for _, u := range []struct {
		suffix string
		bytes  int64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if n >= u.bytes && n%u.bytes == 0 {
			return fmt.Sprintf("%d%s", n/u.bytes, u.suffix)
		}
	}
	return strconv.FormatInt(n, 10)
}

// Type implements pflag.Value.
func (s *size) Type() string { return "size" }

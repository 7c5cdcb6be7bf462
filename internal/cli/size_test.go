package cli

import "testing"

func TestSize_readsDecimalAndBinaryUnits(t *testing.T) {
	for _, c := range []struct {
		text string
		want size
	}{
		{"0", 0},
		{"12", 12},
		{"12B", 12},
		{"500MB", 500_000_000},
		{"500 MB", 500_000_000},
		{"1MiB", 1 << 20},
		{"1.5GiB", 3 << 29},
		{"2kB", 2000},
	} {
		var got size
		if err := got.Set(c.text); err != nil || got != c.want {
			t.Errorf("Set(%q) = %d, %v; want %d", c.text, got, err, c.want)
		}
	}
}

func TestSize_refusesWhatIsNoSize(t *testing.T) {
	for _, text := range []string{"", "MB", "3apples", "-1MB", "NaN", "1e300GB", "1 2MB"} {
		var got size
		if err := got.Set(text); err == nil {
			t.Errorf("Set(%q) = %d, want an error", text, got)
		}
	}
}

func TestSize_printsWhatItReads(t *testing.T) {
	for _, text := range []string{"0", "1MiB", "3GiB", "7KiB", "1000"} {
		var s size
		if err := s.Set(text); err != nil || s.String() != text {
			t.Errorf("%q prints as %q, %v", text, s.String(), err)
		}
	}
}

package envelope

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

func TestSorter_theOldestComesFirst(t *testing.T) {
	for _, limit := range []int{1, 500, maxRun} { // in the file, partly, in memory
		s := &sorter{limit: limit}
		for _, it := range []struct {
			at   int64
			text string
		}{{30, "d"}, {20, "c2"}, {20, "c1"}, {25, "late"}, {10, "b"}, {0, "a"}} {
			if err := s.add(&item{at: it.at, key: []byte("pod"), text: []byte(it.text), partial: it.at == 10}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.finish(); err != nil {
			t.Fatal(err)
		}
		var got []string
		for {
			it, err := s.next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprintf("%d %s %s %v", it.at, it.key, it.text, it.partial))
		}
		want := "0 pod a false, 10 pod b true, 20 pod c1 false, 20 pod c2 false, 25 pod late false, 30 pod d false"
		if got := strings.Join(got, ", "); got != want {
			t.Errorf("limit %d: %s, want %s", limit, got, want)
		}
	}
}

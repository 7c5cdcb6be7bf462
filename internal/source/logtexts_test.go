package source

import (
	"fmt"
	"testing"

	"github.com/apilint/apilint/analyzer/sqltree"
)

func TestLexedTexts_neverDifferFromLexing(t *testing.T) {
	var kept lexedTexts
	for round := range 3 {
		for i := range 3 * textSlots { // more than there is room for
			text := []byte(fmt.Sprintf("SELECT a%d FROM t WHERE b = %d LIMIT $1", i, i*7))
			for range 1 + i%3 {
				var want sqltree.Lexed
				sqltree.Lex(text, &want)
				if got := kept.lex(text); *got != want {
					t.Fatalf("round %d, %s: %+v, want %+v", round, text, got, want)
				}
			}
		}
	}
}

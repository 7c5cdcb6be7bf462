package sqltree_test

import (
	"testing"

	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
)

func TestLexed_valuesEqualThoseOfWorkload(t *testing.T) {
	pairs := [][2]int{
		{int(sqltree.Select), int(workload.CommandSelect)},
		{int(sqltree.Merge), int(workload.CommandMerge)},
		{int(sqltree.Transaction), int(workload.CommandTransaction)},
		{int(sqltree.Empty), int(workload.CommandEmpty)},
		{int(sqltree.Copy), int(workload.CommandCopy)},
		{int(sqltree.DDL), int(workload.CommandDDL)},
		{int(sqltree.Batched), int(workload.TraitBatched)},
		{int(sqltree.Noise), int(workload.TraitNoise)},
		{int(sqltree.Truncated), int(workload.TraitTruncated)},
		{int(sqltree.HasLimit), int(workload.TraitLimit)},
		{sqltree.MaxLiterals, workload.MaxParams},
	}
	for i, p := range pairs {
		if p[0] != p[1] {
			t.Errorf("pair %d: %d and %d", i, p[0], p[1])
		}
	}
}

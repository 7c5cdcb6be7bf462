package schema

// settle gives partitioned tables the figures of their partitions: PostgreSQL
// keeps none for them, or (VACUUM never analyses a partitioned table by
// itself) has no values. Sizes are added up; the values of a column are those
// of the largest partition.
func (s *Schema) settle() {
	done := map[*Table]bool{}
	for _, t := range s.Tables {
		if t.Kind == KindPartitioned {
			s.sum(t, done)
		}
	}
}

func (s *Schema) sum(t *Table, done map[*Table]bool) {
	if done[t] {
		return
	}
	done[t] = true
	var total *TableStats
	var largest *Table
	for _, n := range t.Partitions {
		child := s.tables.get(n)
		if child == nil {
			continue
		}
		if child.Kind == KindPartitioned {
			s.sum(child, done)
		}
		if child.Stats == nil {
			continue
		}
		if total == nil {
			total = &TableStats{Rows: -1}
		}
		total.Rows = addRows(total.Rows, child.Stats.Rows)
		total.Pages += child.Stats.Pages
		total.AllVisible += child.Stats.AllVisible
		total.Bytes += child.Stats.Bytes
		if largest == nil || child.Stats.Rows > largest.Stats.Rows {
			largest = child
		}
	}
	if total != nil {
		t.Stats = total
	}
	for _, col := range t.Columns {
		if col.Stats != nil && !s.catalog.derived[col] {
			continue
		}
		if c := s.mostTelling(t, largest, col.Name); c != nil {
			col.Stats = c
			s.catalog.derived[col] = true
		}
	}
	s.sumIndexes(t)
}

// addRows adds numbers of rows, of which -1 is unknown.
func addRows(a, b float64) float64 {
	switch {
	case a < 0:
		return b
	case b < 0:
		return a
	}
	return a + b
}

// mostTelling is a column's statistics in the largest partition, or the first
// that has some.
func (s *Schema) mostTelling(t, largest *Table, column string) *ColumnStats {
	if c := largest.Column(column); c != nil && c.Stats != nil {
		return c.Stats
	}
	for _, n := range t.Partitions {
		if c := s.tables.get(n).Column(column); c != nil && c.Stats != nil {
			return c.Stats
		}
	}
	return nil
}

// sumIndexes adds up the indexes of the partitions. How often an index of a
// partitioned table was used is known if it is of every part.
func (s *Schema) sumIndexes(t *Table) {
	for _, x := range t.Indexes {
		var total *IndexStats
		for _, n := range t.Partitions {
			child := s.tables.get(n)
			if child == nil {
				continue
			}
			for _, part := range child.Indexes {
				if s.catalog.parentIndex[part] != x || part.Stats == nil {
					continue
				}
				if total == nil {
					total = &IndexStats{Rows: -1}
				}
				total.Pages += part.Stats.Pages
				total.Bytes += part.Stats.Bytes
				total.Rows = addRows(total.Rows, part.Stats.Rows)
				if total.Scans >= 0 && part.Stats.Scans >= 0 {
					total.Scans += part.Stats.Scans
				} else {
					total.Scans = -1
				}
			}
		}
		if total != nil {
			x.Stats = total
		}
	}
}

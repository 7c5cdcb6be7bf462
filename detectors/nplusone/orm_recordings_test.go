package nplusone_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// recorded are the data layers of the recordings by the names that the report
// gives them; what is not here has no shape of its own.
var recorded = map[string]string{
	"activerecord": "ActiveRecord", "dbixclass": "DBIx::Class", "django": "Django", "drizzle": "Drizzle", "eloquent": "Eloquent", "gorm": "GORM",
	"hibernate": "Hibernate", "objection": "Objection", "peewee": "peewee", "sequelize": "Sequelize", "sqlalchemy": "SQLAlchemy", "typeorm": "TypeORM",
}

func TestFindings_nameTheDataLayerThatWroteThem(t *testing.T) {
	right, silent := 0, 0
	tell := func(name, orm, got string) {
		switch got {
		case "":
			silent++
		case recorded[orm]:
			right++
		default:
			t.Errorf("%s: named %s", name, got)
		}
	}
	folder := filepath.Join(recordings, "open")
	for _, c := range readTruths(t, folder) {
		for _, f := range review(t, folder, c, nil).Findings {
			if f.Loop != nil && f.Confidence >= .5 && recorded[c.ORM] != "" {
				tell(c.Log, c.ORM, f.Loop.WrittenBy)
			}
		}
	}
	logs, err := filepath.Glob("../../testdata/nplusone/orm/*.log")
	if err != nil || len(logs) == 0 {
		t.Fatalf("no logs of data layers: %v", err)
	}
	for _, path := range logs {
		orm, _, _ := strings.Cut(filepath.Base(path), "-")
		for _, f := range analyse(t, nil, path).Findings {
			if recorded[orm] != "" {
				tell(path, orm, f.Loop.WrittenBy)
			} else if f.Loop.WrittenBy != "" {
				t.Errorf("%s: named %s", path, f.Loop.WrittenBy)
			}
		}
	}
	t.Logf("%d findings named, %d not", right, silent)
	if right < 4*silent {
		t.Errorf("%d of %d findings named, want four of five", right, right+silent)
	}
}

// Programs that write their SQL by hand, or through a layer without a shape of
// its own, must not be told to use somebody else's.
func TestFindings_nameNoDataLayerWhereThereIsNone(t *testing.T) {
	folder := filepath.Join(recordings, "open")
	for _, c := range readTruths(t, folder) {
		if recorded[c.ORM] != "" {
			continue
		}
		for _, f := range review(t, folder, c, nil).Findings {
			if f.Loop != nil && f.Loop.WrittenBy != "" {
				t.Errorf("%s: named %s", c.Log, f.Loop.WrittenBy)
			}
		}
	}
}

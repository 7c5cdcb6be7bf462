package nplusone

import "testing"

func TestNames_matchColumnsWithTables(t *testing.T) {
	for _, c := range []struct {
		column, table string
		want          bool
	}{
		{"user_id", "users", true},
		{"user_id", "user", true},
		{"userId", "user", true},
		{"UserID", "Users", true},
		{"userid", "users", true},
		{"id_user", "users", true},
		{"fk_user", "users", true},
		{"user_uuid", "users", true},
		{"author_id", "library_author", true},
		{"category_id", "shop_categories", true},
		{"order_line_id", "order_lines", true},
		{"orderline_id", "order_lines", true},
		{"company_id", "companies", true},
		{"address_id", "addresses", true},
		{"box_id", "boxes", true},
		{"status_id", "statuses", true},
		{"person_id", "people", true},
		{"child_id", "children", true},
		{"author_id", "users", false},
		{"user_id", "user_groups", false},
		{"id", "users", false},
		{"paid", "pa", false},
		{"name", "names", false},
		{"_id", "users", false},
	} {
		if got := names(stem(c.column), c.table); got != c.want {
			t.Errorf("%s and %s: %v", c.column, c.table, got)
		}
	}
}

func TestOwnKey_isTheTablesNameWithAnEnding(t *testing.T) {
	for _, c := range []struct {
		column, table string
		own, short    bool
	}{
		{"id", "users", true, false},
		{"invoiceId", "Invoice", true, false},
		{"user_uuid", "users", true, false},
		{"order_position_no", "order_positions", true, false},
		{"emp_no", "employee", false, true},
		{"post_id", "blog_post", false, true},
		{"patient_id", "allergies_patients", false, true}, // which it is not: only one that every row has another of
		{"user_id", "user_profiles", false, false},
		{"us_id", "users", false, false},
		{"name", "names", false, false},
	} {
		own := ownKey(c.column, c.table)
		if short := !own && shortKey(c.column, c.table); own != c.own || short != c.short {
			t.Errorf("%s of %s: own %v, short %v", c.column, c.table, own, short)
		}
	}
}

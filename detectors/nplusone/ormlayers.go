package nplusone

import (
	"regexp"
	"strings"
)

// layer is a data layer: what its SQL looks like, and what to write there
// instead of a loop. Of the advice, %c stands for the child's table and %p for
// the parent's.
type layer struct {
	name   string
	tags   []string // in framework= or db_driver= of a sqlcommenter tag, or in the application's name
	writes func(shape) bool
	// advice; an empty one is none
	one, many, count, insert, update, remove string
}

// shape is one statement as its client wrote it.
type shape struct {
	text     string // normalised: one line, placeholders
	raw      string // as first seen; the normalised text where only that is known
	literals bool   // raw holds values where the text has placeholders
}

func newShape(text, raw string) shape {
	return shape{text: text, raw: raw, literals: raw != "" && strings.Contains(text, "$1") && !strings.Contains(raw, "$1")}
}

func (s shape) upper() bool {
	return strings.HasPrefix(s.text, "SELECT ") || strings.HasPrefix(s.text, "INSERT ") || strings.HasPrefix(s.text, "UPDATE ") || strings.HasPrefix(s.text, "DELETE ")
}

func (s shape) lower() bool {
	return strings.HasPrefix(s.text, "select ") || strings.HasPrefix(s.text, "insert ") || strings.HasPrefix(s.text, "update ") || strings.HasPrefix(s.text, "delete ")
}

// from matches SELECT outputs FROM "table" with what follows.
var from = regexp.MustCompile(`(?i)^SELECT (.*?) FROM "([^"]+)"(?: (?:AS )?"?([A-Za-z_]\w*)"?)?(?: |$)`)

// selected takes a SELECT of one quoted table apart: outputs, table and what
// stands behind it.
func (s shape) selected() (outputs, table, rest string, ok bool) {
	m := from.FindStringSubmatchIndex(s.text)
	if m == nil {
		return "", "", "", false
	}
	end := strings.Index(s.text[m[4]:], `"`) + m[4] + 1
	return s.text[m[2]:m[3]], s.text[m[4]:m[5]], strings.TrimPrefix(s.text[end:], " "), true
}

// own reports outputs that are all columns of the table, quoted and
// qualified.
func own(outputs, table string) bool {
	for _, o := range strings.Split(outputs, ",") {
		o = strings.TrimSpace(o)
		if !strings.HasPrefix(o, `"`+table+`"."`) || strings.Count(o, `"`) != 4 || !strings.HasSuffix(o, `"`) {
			return false
		}
	}
	return true
}

// unqualified reports outputs that are quoted columns without a table.
func unqualified(outputs string) bool {
	for _, o := range strings.Split(outputs, ",") {
		o = strings.TrimSpace(o)
		if len(o) < 3 || o[0] != '"' || o[len(o)-1] != '"' || strings.Count(o, `"`) != 2 {
			return false
		}
	}
	return true
}

var (
	aliased     = regexp.MustCompile(`(?i)(?:SELECT|,) ("?[\w.]+"?\."?\w+"?) AS ("?\w+"?)`)
	quotedAs    = regexp.MustCompile(`FROM "[^"]+" AS "([^"]+)"`)
	bareAs      = regexp.MustCompile(`FROM "[^"]+" AS ([a-z]\w*)`)
	numbered0   = regexp.MustCompile(`[a-z][a-z_]*\d+_\.\w+`)
	numbered6   = regexp.MustCompile(`\b[a-z]+\d+_\d+\.\w+`)
	doctrine    = regexp.MustCompile(`\bt\d+\.\w+ AS \w+_\d+\b|\b[a-z]\d+_\.\w+ AS \w+_\d+\b`)
	threeParts  = regexp.MustCompile(`"[^"]+"\."[^"]+"\."[^"]+"`)
	onParens    = regexp.MustCompile(`INNER JOIN "[^"]+" ON \("[^"]+"\."[^"]+" = "[^"]+"\."[^"]+"\)(?: INNER JOIN .*?)? WHERE (?:NOT )?"`)
	tableStar   = regexp.MustCompile(`(?i)^SELECT "([^"]+)"\.\*$`)
	limitN      = regexp.MustCompile(`LIMIT (\d+)\s*;?\s*$`)
	returning   = regexp.MustCompile(`^INSERT INTO "([^"]+)" \(.* RETURNING "([^"]+)"\."[^"]+"$`)
	notNull     = regexp.MustCompile(`"([^"]+)"\."([^"]+)" = \$\d+ and "([^"]+)"\."([^"]+)" is not null`)
	mikro       = regexp.MustCompile(` from "[^"]+" as "[a-z]\d+"`)
	drizzleAs   = regexp.MustCompile(`^select .* from "[^"]+" "[^"]+"(?: |$)`)
	casts       = regexp.MustCompile(`\$\d+::(?:INTEGER|VARCHAR|BIGINT|UUID|SMALLINT|BOOLEAN|NUMERIC|DATE|FLOAT|TIMESTAMP|JSONB?)\b`)
	sqlaReturns = regexp.MustCompile(`^INSERT INTO (?:\w+\.)?(\w+) \(.*\) VALUES \(.* RETURNING (?:\w+\.)?\w+\.\w+(?:,|$)`)
	ectoAs      = regexp.MustCompile(`^[a-z]0$`)
	dbixMe      = regexp.MustCompile(`^SELECT .*\bme\.\w+.* FROM \S+ me(?: |$)|^SELECT COUNT\( \* \) FROM \S+ me\b`)
)

// likeAlias reports outputs that are called by their table and column:
// users.id AS users_id.
func likeAlias(text string, quoted bool) bool {
	for _, m := range aliased.FindAllStringSubmatch(text, 4) {
		column, name := m[1], m[2]
		if (strings.Count(column, `"`) == 4 && strings.Contains(name, `"`)) != quoted {
			continue
		}
		unquoted := strings.NewReplacer(`"`, "", ".", "_").Replace(column)
		if unquoted == strings.Trim(name, `"`) {
			return true
		}
	}
	return false
}

// layers are told apart by habits of their SQL that no other has. What two of
// them write alike names neither.
var layers = []layer{
	{
		name: "ActiveRecord", tags: []string{"rails", "activerecord"},
		writes: func(s shape) bool {
			if strings.HasPrefix(s.text, "SELECT $") && strings.Contains(s.text, ` AS one FROM "`) || strings.HasPrefix(s.text, `SELECT 1 AS one FROM "`) {
				return true
			}
			outputs, table, rest, ok := s.selected()
			star := tableStar.FindStringSubmatch("SELECT " + outputs)
			return ok && s.upper() && star != nil && star[1] == table && !strings.HasPrefix(rest, "AS ") &&
				!strings.Contains(rest, ` ON ("`) && !strings.Contains(rest, `WHERE (("`) && !strings.Contains(rest, `" IN (SELECT "`) &&
				!strings.HasPrefix(rest, `WHERE ("`)
		},
		one: "includes(...) or preload(...) the association to %c where %p is read", many: "includes(...) or preload(...) %c where %p is read",
		count:  "a counter cache on %p, or %c.where(...).group(...).count once",
		insert: "insert_all with the rows of %c", update: "upsert_all, or update_all when all rows of %c get the same value", remove: "delete_all on %c, or dependent: :delete_all",
	},
	{
		name: "Django", tags: []string{"django"},
		writes: func(s shape) bool {
			if m := returning.FindStringSubmatch(s.text); m != nil && m[1] == m[2] {
				return true
			}
			if strings.Contains(s.text, `COUNT(*) AS "__count"`) || strings.Contains(s.text, `"_prefetch_related_val_`) || s.upper() && onParens.MatchString(s.text) {
				return true
			}
			outputs, table, _, ok := s.selected()
			if !ok || !s.upper() || !own(outputs, table) || strings.Contains(s.raw, "\n") {
				return false
			}
			m := limitN.FindStringSubmatch(s.raw)
			return m != nil && m[1] == "21" || s.literals
		},
		one: "select_related(...) for %c where %p is read", many: "prefetch_related(...) for %c where %p is read",
		count:  "annotate(Count(...)) or annotate(Exists(...)) where %p is read",
		insert: "bulk_create(...) for the rows of %c", update: "bulk_update(...), or one filter(...).update(...), for %c", remove: "filter(...).delete() once for %c",
	},
	{
		name: "SQLAlchemy", tags: []string{"sqlalchemy"},
		writes: func(s shape) bool {
			return strings.Contains(s.raw, " \nFROM ") && !strings.Contains(s.raw, `FROM "`) || strings.Contains(s.text, " AS anon_1") ||
				s.upper() && (likeAlias(s.text, false) || sqlaReturns.MatchString(s.text) || casts.MatchString(s.text) || strings.Contains(s.text, ") AS count_1"))
		},
		one: "joinedload(...) or selectinload(...) for %c where %p is read", many: "selectinload(...) for %c where %p is read",
		count:  "one select(key, func.count()).group_by(key) over %c",
		insert: "session.execute(insert(...), rows) once for %c", update: "session.execute(update(...), rows) once for %c", remove: "one delete(...).where(key.in_(...)) on %c",
	},
	{
		name: "Hibernate", tags: []string{"hibernate"},
		writes: func(s shape) bool {
			if !s.lower() {
				return false
			}
			return numbered0.MatchString(s.text) && !strings.Contains(s.text, `"`) || numbered6.MatchString(s.text) && strings.HasPrefix(s.text, "select ")
		},
		one: "JOIN FETCH (or an entity graph) for %c where %p is read, or @BatchSize on it", many: "JOIN FETCH (or an entity graph) for %c where %p is read, or @BatchSize on the collection",
		count:  "one JPQL query: select key, count(*) ... group by key",
		insert: "hibernate.jdbc.batch_size with order_inserts, and ids from a sequence", update: "hibernate.jdbc.batch_size with order_updates, or one JPQL update of %c", remove: "one JPQL delete from %c",
	},
	{
		name: "GORM", tags: []string{"gorm"},
		writes: func(s shape) bool {
			outputs, table, rest, ok := s.selected()
			return ok && s.upper() && (outputs == "*" || outputs == "count(*)") &&
				strings.Contains(rest, `"`+table+`"."`) && !strings.Contains(rest, `("`)
		},
		one: "Preload(...) or Joins(...) for %c where %p is read", many: "Preload(...) for %c where %p is read",
		count:  "one Select(\"key, count(*)\").Group(\"key\") over %c",
		insert: "Create(&slice), or CreateInBatches, for %c", update: "one Clauses(clause.OnConflict{...}).Create(&slice), or one Updates with IN, for %c", remove: "one Delete with IN on %c",
	},
	{
		name: "ent", tags: []string{"entgo", "ent-go"},
		writes: func(s shape) bool {
			outputs, table, _, ok := s.selected()
			m := limitN.FindStringSubmatch(s.raw)
			return ok && s.upper() && own(outputs, table) && m != nil && m[1] == "2" && !s.literals && strings.Contains(s.raw, "$1")
		},
		one: "the With... method of the edge to %c where %p is read", many: "the With... method of the edge to %c where %p is read",
		count: "one GroupBy(key).Aggregate(ent.Count()) over %c", insert: "CreateBulk(...) for %c", update: "one Update().Where(IDIn(...)) on %c", remove: "one Delete().Where(IDIn(...)) on %c",
	},
	{
		name: "bun", tags: []string{"bun"},
		writes: func(s shape) bool {
			m := quotedAs.FindStringSubmatch(s.text)
			outputs, _, _, ok := s.selected()
			return ok && m != nil && s.upper() && !tNumber(m[1]) && own(outputs, m[1]) && !strings.Contains(s.text, "__prisma")
		},
		one: "Relation(...) for %c where %p is read", many: "Relation(...) for %c where %p is read",
		count: "one GroupExpr(key) with ColumnExpr(\"count(*)\") over %c", insert: "NewInsert().Model(&slice) for %c", update: "NewUpdate().Model(&slice).Bulk() for %c", remove: "NewDelete() with IN on %c",
	},
	{
		name: "Sequelize", tags: []string{"sequelize"},
		writes: func(s shape) bool {
			m := quotedAs.FindStringSubmatch(s.text)
			outputs, _, rest, ok := s.selected()
			return ok && m != nil && s.upper() && !tNumber(m[1]) &&
				(strings.Contains(outputs, ` AS "`+m[1]+".") || strings.Contains(outputs, `" AS "`) && dotted.MatchString(outputs) ||
					unqualified(outputs) && (strings.Contains(rest, `"`+m[1]+`"."`) || rest == `AS "`+m[1]+`"`))
		},
		one: "include the model of %c where %p is read", many: "include the model of %c (separate: true for long lists) where %p is read",
		count: "one findAll over %c with attributes [key, fn('COUNT', ...)] and group", insert: "bulkCreate for %c", update: "bulkCreate with updateOnDuplicate, or one update with a where of all keys, for %c", remove: "one destroy with a where of all keys of %c",
	},
	{
		name: "Prisma", tags: []string{"prisma"},
		writes: func(s shape) bool {
			return strings.Contains(s.text, `"__prisma_data__"`) || s.upper() && threeParts.MatchString(s.text) &&
				(strings.Contains(s.text, ` OFFSET `) || strings.Contains(s.text, ` AND $`) || strings.Contains(s.text, ` AND 1=1`))
		},
		one: "include the relation to %c where %p is read", many: "include %c where %p is read",
		count: "include { _count: ... } where %p is read", insert: "createMany for %c", update: "updateMany, or one $transaction, for %c", remove: "deleteMany on %c",
	},
	{
		name: "TypeORM", tags: []string{"typeorm"},
		writes: func(s shape) bool {
			return strings.Contains(s.text, `"distinctAlias"`) || s.upper() && likeAlias(s.text, true) && !strings.Contains(s.text, `" AS "t1"`)
		},
		one: "relations: [...] or leftJoinAndSelect for %c where %p is read", many: "relations: [...] or leftJoinAndSelect for %c where %p is read",
		count: "loadRelationCountAndMap where %p is read", insert: "insert([...]) with all rows of %c", update: "save([...]) or one update with In(...) on %c", remove: "one delete with In(...) on %c",
	},
	{
		name: "MikroORM", tags: []string{"mikro-orm", "mikroorm"},
		writes: func(s shape) bool { return s.lower() && mikro.MatchString(s.text) },
		one:    "populate: [...] for %c where %p is read", many: "populate: [...] for %c where %p is read",
		count: "one query builder over %c with groupBy", insert: "insertMany for %c", update: "one flush at the end instead of one per row of %c", remove: "one nativeDelete with $in on %c",
	},
	{
		name: "Objection", tags: []string{"objection"},
		writes: func(s shape) bool {
			if strings.HasPrefix(s.text, `select count(*) as "count" from (select "`) && strings.HasSuffix(s.text, `as "temp"`) {
				return true
			}
			outputs, table, rest, ok := s.selected()
			star := tableStar.FindStringSubmatch("SELECT " + outputs)
			return ok && s.lower() && star != nil && star[1] == table && (strings.HasPrefix(rest, `where "`+table+`"."`) || strings.Contains(rest, ` in ($`)) && !strings.Contains(rest, "is not null")
		},
		one: "withGraphFetched('...') for %c where %p is read", many: "withGraphFetched('...') for %c where %p is read",
		count: "one count over %c with groupBy", insert: "insert([...]) with all rows of %c", update: "one patch with whereIn on %c", remove: "one delete with whereIn on %c",
	},
	{
		name: "Eloquent", tags: []string{"laravel", "eloquent"},
		writes: func(s shape) bool {
			if strings.Contains(s.text, " as aggregate from ") || strings.Contains(s.text, ` as "pivot_`) || strings.Contains(s.text, `"laravel_`) || strings.HasSuffix(s.text, `) as "exists"`) {
				return true
			}
			if m := notNull.FindStringSubmatch(s.text); m != nil && m[1] == m[3] && m[2] == m[4] {
				return true
			}
			outputs, table, rest, ok := s.selected()
			return ok && s.lower() && outputs == "*" && strings.HasPrefix(rest, `where "`+table+`"."`) && (strings.Contains(rest, " limit ") || strings.Contains(rest, ` in ($1)`) || strings.HasSuffix(rest, `."deleted_at" is null`))
		},
		one: "with('...') for %c where %p is read", many: "with('...') for %c where %p is read",
		count: "withCount('...') or withExists('...') where %p is read", insert: "insert([...]) with all rows of %c", update: "upsert([...]) or one update with whereIn on %c", remove: "one delete with whereIn on %c",
	},
	{
		name: "Drizzle", tags: []string{"drizzle"},
		writes: func(s shape) bool {
			if strings.Contains(s.text, "json_agg(json_build_array(") {
				return s.lower()
			}
			outputs, table, rest, ok := s.selected()
			return ok && s.lower() && unqualified(outputs) && (drizzleAs.MatchString(s.text) && strings.HasPrefix(rest, `"`) ||
				(strings.HasPrefix(rest, `where "`+table+`"."`) || strings.HasPrefix(rest, `where ("`+table+`"."`) || strings.HasPrefix(rest, `order by "`+table+`"."`)) &&
					(strings.Contains(rest, "order by") || !strings.Contains(rest, " limit ")) && !strings.Contains(rest, " is not null"))
		},
		one: "with: { ... } of the query API for %c where %p is read, or a leftJoin", many: "with: { ... } of the query API for %c where %p is read",
		count: "one select with count() and groupBy over %c", insert: "insert().values([...]) with all rows of %c", update: "one update with inArray on %c", remove: "one delete with inArray on %c",
	},
	{
		name: "Sequel", tags: []string{"sequel"},
		writes: func(s shape) bool {
			outputs, table, rest, ok := s.selected()
			return ok && s.upper() && outputs == "*" && s.literals && strings.HasPrefix(strings.TrimLeft(strings.TrimPrefix(rest, "WHERE "), "("), `"`+table+`"."`) && strings.HasPrefix(rest, "WHERE (")
		},
		one: "eager(:...) for %c where %p is read", many: "eager(:...) for %c where %p is read",
		count: "group_and_count(key) over %c", insert: "multi_insert for %c", update: "one update over all keys of %c", remove: "one delete over all keys of %c",
	},
	{
		name: "peewee", tags: []string{"peewee"},
		writes: func(s shape) bool {
			m := quotedAs.FindStringSubmatch(s.text)
			return m != nil && s.upper() && m[1] == "t1" && strings.Contains(s.text, `"t1"."`) && !strings.Contains(s.text, "__prisma")
		},
		one: "a join with the columns of %c in the select of %p, or prefetch(...)", many: "prefetch(...) of %p with %c",
		count: "one select(key, fn.COUNT()).group_by(key) over %c", insert: "insert_many(...) for %c", update: "bulk_update(...) for %c", remove: "one delete().where(key.in_(...)) on %c",
	},
	{
		name: "Entity Framework", tags: []string{"entityframework", "entity framework"},
		writes: func(s shape) bool {
			m := bareAs.FindStringSubmatch(s.text)
			return m != nil && s.upper() && !strings.ContainsAny(m[1], "0123456789") && strings.Contains(s.text, m[1]+`."`)
		},
		one: "Include(...) for %c where %p is read", many: "Include(...) for %c where %p is read (AsSplitQuery for several lists)",
		count: "a Count() within the Select over %p", insert: "AddRange and one SaveChanges for %c", update: "one SaveChanges after the loop, or ExecuteUpdate, for %c", remove: "ExecuteDelete on %c",
	},
	{
		name: "Ecto", tags: []string{"ecto"},
		writes: func(s shape) bool {
			m := bareAs.FindStringSubmatch(s.text)
			return m != nil && s.upper() && ectoAs.MatchString(m[1]) && strings.Contains(s.text, m[1]+`."`)
		},
		one: "preload for %c where %p is read", many: "preload for %c where %p is read",
		count: "one query over %c with group_by", insert: "insert_all for %c", update: "update_all for %c", remove: "delete_all for %c",
	},
	{
		name: "Doctrine", tags: []string{"doctrine"},
		writes: func(s shape) bool { return s.upper() && doctrine.MatchString(s.text) },
		one:    "a fetch join (addSelect) of %c where %p is read", many: "a fetch join (addSelect) of %c where %p is read",
		count: "one DQL query with COUNT and GROUP BY over %c", insert: "one flush() after the loop, and for many rows of %c a multi-row INSERT", update: "one DQL UPDATE of %c", remove: "one DQL DELETE from %c",
	},
	{
		name: "DBIx::Class", tags: []string{"dbix"},
		writes: func(s shape) bool { return dbixMe.MatchString(s.text) },
		one:    "prefetch => ... for %c where %p is searched", many: "prefetch => ... for %c where %p is searched",
		count: "one search over %c with group_by", insert: "populate([...]) for %c", update: "one update on a resultset of all keys of %c", remove: "one delete on a resultset of all keys of %c",
	},
}

var dotted = regexp.MustCompile(` AS "[^".]+\.[^"]+"`)

// tNumber reports an alias like t1.
func tNumber(name string) bool {
	return len(name) > 1 && name[0] == 't' && strings.Trim(name[1:], "0123456789") == ""
}

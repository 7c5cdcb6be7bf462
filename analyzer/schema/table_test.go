package schema

import "testing"

func TestAddDDL_tables(t *testing.T) {
	runDDL(t, []ddlCase{
		{
			"columns with types as format_type prints them",
			`CREATE TABLE t (a int4, b varchar(20), c timestamptz(3), d decimal(10), e text[], f "char", g float(24), h interval day to minute)`, `
			table public.t
			  a integer
			  b character varying(20)
			  c timestamp(3) with time zone
			  d numeric(10,0)
			  e text[]
			  f "char"
			  g real
			  h interval day to minute`,
		},
		{
			"types of users: known ones with their schema, those of extensions bare",
			`CREATE TYPE mood AS ENUM ('ok'); CREATE SCHEMA app; CREATE DOMAIN app.email AS text;
			 CREATE TABLE t (a mood, b mood[], c app.email, d citext, e geometry(Point,4326), f public.hstore)`, `
			table public.t
			  a public.mood
			  b public.mood[]
			  c app.email
			  d citext
			  e geometry(point,4326)
			  f hstore`,
		},
		{
			"defaults, NOT NULL, collations, generated columns",
			`CREATE TABLE t (a int NOT NULL DEFAULT 3, b text COLLATE "C" DEFAULT 'x'::text, c text COLLATE "en_US.utf8", d int GENERATED ALWAYS AS (a * 2) STORED, e int DEFAULT NULL)`, `
			table public.t
			  a integer not null default 3
			  b text collate C default 'x'
			  c text collate en_US.utf8
			  d integer generated a * 2
			  e integer`,
		},
		{
			"serial and identity",
			`CREATE TABLE t (a bigserial, b smallserial, c int GENERATED ALWAYS AS IDENTITY)`, `
			table public.t
			  a bigint not null default nextval('public.t_a_seq'::regclass)
			  b smallint not null default nextval('public.t_b_seq'::regclass)
			  c integer not null`,
		},
		{
			"keys behind columns and behind all of them",
			`CREATE TABLE t (a int PRIMARY KEY, b int UNIQUE, c int, UNIQUE (c, b) INCLUDE (a), CONSTRAINT own UNIQUE NULLS NOT DISTINCT (c))`, `
			table public.t
			  a integer not null
			  b integer
			  c integer
			  p t_pkey (a)
			  u t_b_key (b)
			  u t_c_b_a_key (c, b)
			  u own (c)
			  btree t_pkey (a) primary
			  btree t_b_key (b) unique
			  btree t_c_b_a_key (c, b) include (a) unique
			  btree own (c) unique nulls not distinct`,
		},
		{
			"two equal keys are one index, under the name that was given",
			`CREATE TABLE t (a int PRIMARY KEY UNIQUE, b int UNIQUE, CONSTRAINT named UNIQUE (b))`, `
			table public.t
			  a integer not null
			  b integer
			  p t_pkey (a)
			  u named (b)
			  btree t_pkey (a) primary
			  btree named (b) unique`,
		},
		{
			"foreign keys: the columns that they leave out are those of the primary key",
			`CREATE TABLE u (x int, y int, z int UNIQUE, PRIMARY KEY (y, x));
			 CREATE TABLE t (a int REFERENCES u (z) ON DELETE CASCADE, b int, c int, FOREIGN KEY (b, c) REFERENCES u ON DELETE SET NULL, d int CONSTRAINT up REFERENCES t2);
			 CREATE TABLE t2 (id int PRIMARY KEY)`, `
			table public.u
			  x integer not null
			  y integer not null
			  z integer
			  p u_pkey (y, x)
			  u u_z_key (z)
			  btree u_pkey (y, x) primary
			  btree u_z_key (z) unique
			table public.t
			  a integer
			  b integer
			  c integer
			  d integer
			  f t_a_fkey (a) -> public.u (z) CASCADE
			  f t_b_c_fkey (b, c) -> public.u (y, x) SET NULL
			  f up (d) -> public.t2 (id)
			table public.t2
			  id integer not null
			  p t2_pkey (id)
			  btree t2_pkey (id) primary`,
		},
		{
			"checks are named after their one column",
			`CREATE TABLE t (a int CHECK (a > 0) CHECK (a < 9), b int, CHECK (a > b), CONSTRAINT own CHECK (b <> 3))`, `
			table public.t
			  a integer
			  b integer
			  c t_a_check (a) a > 0
			  c t_a_check1 (a) a < 9
			  c t_check (a, b) a > b
			  c own (b) b <> 3`,
		},
		{
			"exclusion constraints are indexes",
			`CREATE TABLE t (room int, during tsrange, EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (room > 0))`, `
			table public.t
			  room integer
			  during tsrange
			  x t_room_during_excl (room, during)
			  gist t_room_during_excl (room, during) where room > 0`,
		},
		{
			"LIKE takes what it is told to",
			`CREATE TABLE a (id int PRIMARY KEY, b text DEFAULT 'x' NOT NULL CHECK (b <> ''), c int); CREATE INDEX ON a (c);
			 CREATE TABLE plain (LIKE a); CREATE TABLE full_copy (LIKE a INCLUDING ALL, d int); DROP TABLE a`, `
			table public.plain
			  id integer not null
			  b text not null
			  c integer
			table public.full_copy
			  id integer not null
			  b text not null default 'x'
			  c integer
			  d integer
			  c a_b_check (b) b <> ''
			  p full_copy_pkey (id)
			  btree full_copy_pkey (id) primary
			  btree full_copy_c_idx (c)`,
		},
		{
			"heirs have the columns and checks of their parents, not the keys",
			`CREATE TABLE a (id int PRIMARY KEY, n int CHECK (n > 0)); CREATE TABLE b (x int, n int NOT NULL) INHERITS (a)`, `
			table public.a
			  id integer not null
			  n integer
			  c a_n_check (n) n > 0
			  p a_pkey (id)
			  btree a_pkey (id) primary
			table public.b of public.a
			  id integer not null
			  n integer not null
			  x integer
			  c a_n_check (n) n > 0`,
		},
		{
			"a table of a type",
			`CREATE TYPE pair AS (a int, b text); CREATE TABLE t OF pair (a WITH OPTIONS NOT NULL, PRIMARY KEY (b))`, `
			table public.t
			  a integer not null
			  b text not null
			  p t_pkey (b)
			  btree t_pkey (b) primary`,
		},
		{
			"IF NOT EXISTS leaves the table alone",
			`CREATE TABLE t (a int); CREATE TABLE IF NOT EXISTS t (b int)`, `
			table public.t
			  a integer`,
		},
		{
			"temporary tables are no part of a schema, nor is what is done to them",
			`CREATE TEMP TABLE t (a int PRIMARY KEY); CREATE INDEX ON t (a); ALTER TABLE t ADD b int; DROP TABLE t; CREATE TEMP VIEW v AS SELECT 1`, ``,
		},
		{
			"foreign tables",
			`CREATE FOREIGN TABLE t (a int NOT NULL) SERVER s`, `
			foreign public.t
			  a integer not null`,
		},
		{
			"quoted names keep their case, others lose it",
			`CREATE TABLE "Order" ("Id" INT PRIMARY KEY, FooBar INT)`, `
			table public.Order
			  Id integer not null
			  foobar integer
			  p Order_pkey (Id)
			  btree Order_pkey (Id) primary`,
		},
		{
			"the search path decides where a table goes",
			`CREATE SCHEMA app; SET search_path TO app, public; CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE public.b (a int REFERENCES a); RESET search_path; CREATE TABLE c (a int REFERENCES app.a)`, `
			table app.a
			  id integer not null
			  p a_pkey (id)
			  btree a_pkey (id) primary
			table public.b
			  a integer
			  f b_a_fkey (a) -> app.a (id)
			table public.c
			  a integer
			  f c_a_fkey (a) -> app.a (id)`,
		},
		{
			"an empty search path, as pg_dump sets it",
			`SELECT pg_catalog.set_config('search_path', '', false); CREATE TABLE public.t (a int); ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (a)`, `
			table public.t
			  a integer not null
			  p t_pkey (a)
			  btree t_pkey (a) primary`,
		},
	})
}

func TestAddDDL_partitions(t *testing.T) {
	runDDL(t, []ddlCase{
		{
			"a partition has the indexes and keys of its parent, whichever came first",
			`CREATE TABLE p (id int, at date, u int REFERENCES p2, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
			 CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
			 CREATE INDEX ON p (at DESC);
			 CREATE TABLE p_2 PARTITION OF p DEFAULT`, `
			partitioned public.p by at
			  id integer not null
			  at date not null
			  u integer
			  p p_pkey (id, at)
			  f p_u_fkey (u) -> public.p2 ()
			  btree p_pkey (id, at) primary
			  btree p_at_idx (at desc)
			table public.p_1 of public.p
			  id integer not null
			  at date not null
			  u integer
			  p p_1_pkey (id, at)
			  f p_u_fkey (u) -> public.p2 ()
			  btree p_1_pkey (id, at) primary
			  btree p_1_at_idx (at desc)
			table public.p_2 of public.p
			  id integer not null
			  at date not null
			  u integer
			  p p_2_pkey (id, at)
			  f p_u_fkey (u) -> public.p2 ()
			  btree p_2_pkey (id, at) primary
			  btree p_2_at_idx (at desc)`,
		},
		{
			"what is attached keeps an index that is like the parent's but for its direction",
			`CREATE TABLE p (a int NOT NULL, b int) PARTITION BY LIST (lower(b::text)); CREATE INDEX ON p (a); CREATE INDEX ON p (b);
			 CREATE TABLE q (b int, a int); CREATE INDEX mine ON q (a DESC);
			 ALTER TABLE p ATTACH PARTITION q FOR VALUES IN ('1')`, `
			partitioned public.p by lower(b::text)
			  a integer not null
			  b integer
			  btree p_a_idx (a)
			  btree p_b_idx (b)
			table public.q of public.p
			  b integer
			  a integer not null
			  btree mine (a desc)
			  btree q_b_idx (b)`,
		},
		{
			"an index ON ONLY is invalid until each partition has its part",
			`CREATE TABLE p (a int, b int) PARTITION BY RANGE (a); CREATE TABLE p1 PARTITION OF p DEFAULT;
			 CREATE INDEX x ON ONLY p (a); CREATE INDEX y ON ONLY p (b); CREATE INDEX y1 ON p1 (b); ALTER INDEX y ATTACH PARTITION y1`, `
			partitioned public.p by a
			  a integer
			  b integer
			  btree x (a) invalid
			  btree y (b)
			table public.p1 of public.p
			  a integer
			  b integer
			  btree y1 (b)`,
		},
		{
			"dropping the parent's index drops its parts; a detached table keeps its own",
			`CREATE TABLE p (a int) PARTITION BY RANGE (a); CREATE INDEX x ON p (a);
			 CREATE TABLE p1 PARTITION OF p DEFAULT; CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (1) TO (2);
			 ALTER TABLE p DETACH PARTITION p2; DROP INDEX x; ALTER TABLE p DROP COLUMN a`, `
			partitioned public.p by a
			table public.p1 of public.p
			table public.p2
			  a integer
			  btree p2_a_idx (a)`,
		},
		{
			"columns and constraints go down to partitions of partitions",
			`CREATE TABLE p (a int) PARTITION BY RANGE (a); CREATE TABLE p1 PARTITION OF p DEFAULT PARTITION BY LIST (a); CREATE TABLE p11 PARTITION OF p1 DEFAULT;
			 ALTER TABLE p ADD b int NOT NULL DEFAULT 2, ADD CHECK (b > 0), ADD UNIQUE (a, b)`, `
			partitioned public.p by a
			  a integer
			  b integer not null default 2
			  c p_b_check (b) b > 0
			  u p_a_b_key (a, b)
			  btree p_a_b_key (a, b) unique
			partitioned public.p1 by a of public.p
			  a integer
			  b integer not null default 2
			  c p_b_check (b) b > 0
			  u p1_a_b_key (a, b)
			  btree p1_a_b_key (a, b) unique
			table public.p11 of public.p1
			  a integer
			  b integer not null default 2
			  c p_b_check (b) b > 0
			  u p11_a_b_key (a, b)
			  btree p11_a_b_key (a, b) unique`,
		},
	})
}

func TestAddDDL_partitionsAreListedByTheParent(t *testing.T) {
	s := loaded(t, `CREATE TABLE p (a int) PARTITION BY RANGE (a); CREATE TABLE p1 PARTITION OF p DEFAULT; ALTER TABLE p1 RENAME TO p2;
		CREATE TABLE i (a int); CREATE TABLE j () INHERITS (i); ALTER TABLE i RENAME TO k`)
	if got := s.Table("", "p").Partitions; len(got) != 1 || got[0] != (Name{"public", "p2"}) {
		t.Errorf("partitions of p: %v, not p2", got)
	}
	k := s.Table("", "k")
	if len(k.Children) != 1 || k.Children[0] != (Name{"public", "j"}) || len(k.Partitions) != 0 {
		t.Errorf("heirs of k: %v, partitions: %v", k.Children, k.Partitions)
	}
	if p := s.Table("", "j").Parent; p == nil || *p != (Name{"public", "k"}) {
		t.Errorf("the parent of j is %v, not k", p)
	}
}

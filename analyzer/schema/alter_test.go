package schema

import "testing"

func TestAddDDL_alter(t *testing.T) {
	runDDL(t, []ddlCase{
		{
			"columns come, go and change",
			`CREATE TABLE t (a int, b text, c int DEFAULT 1);
			 ALTER TABLE t ADD d date NOT NULL, DROP a, ALTER b TYPE varchar(9) COLLATE "C" USING b::varchar, ALTER c DROP DEFAULT, ALTER c SET NOT NULL;
			 ALTER TABLE IF EXISTS t ADD COLUMN IF NOT EXISTS b int, DROP COLUMN IF EXISTS nope, ALTER d SET DEFAULT now(), ALTER d DROP NOT NULL`, `
			table public.t
			  b character varying(9) collate C
			  c integer not null
			  d date default now()`,
		},
		{
			"a constraint may stand before the column that it needs",
			`CREATE TABLE t (a int); ALTER TABLE t ADD CONSTRAINT k UNIQUE (b), ADD COLUMN b int, ADD PRIMARY KEY (a)`, `
			table public.t
			  a integer not null
			  b integer
			  p t_pkey (a)
			  u k (b)
			  btree t_pkey (a) primary
			  btree k (b) unique`,
		},
		{
			"an added column brings its constraints",
			`CREATE TABLE u (id int PRIMARY KEY); CREATE TABLE t (a int); ALTER TABLE t ADD u_id int UNIQUE REFERENCES u ON DELETE CASCADE CHECK (u_id > 0)`, `
			table public.u
			  id integer not null
			  p u_pkey (id)
			  btree u_pkey (id) primary
			table public.t
			  a integer
			  u_id integer
			  c t_u_id_check (u_id) u_id > 0
			  u t_u_id_key (u_id)
			  f t_u_id_fkey (u_id) -> public.u (id) CASCADE
			  btree t_u_id_key (u_id) unique`,
		},
		{
			"a renamed column is renamed wherever it is named",
			`CREATE TABLE t (a int PRIMARY KEY, b text, c text GENERATED ALWAYS AS (upper(b)) STORED, CHECK (b <> ''));
			 CREATE TABLE u (t_a int REFERENCES t);
			 CREATE INDEX ON t (b, lower(b)) INCLUDE (c) WHERE b IS NOT NULL;
			 CREATE VIEW v AS SELECT t.b, upper(t.b) AS x FROM t WHERE b > 'x';
			 ALTER TABLE t RENAME COLUMN b TO name; ALTER TABLE t RENAME a TO id; ALTER TABLE t RENAME c TO "C"`, `
			table public.t
			  id integer not null
			  name text
			  C text generated upper(name)
			  c t_b_check (name) name <> ''
			  p t_pkey (id)
			  btree t_pkey (id) primary
			  btree t_b_lower_c_idx (name, [lower(name)]) include (C) where name IS NOT NULL
			table public.u
			  t_a integer
			  f u_t_a_fkey (t_a) -> public.t (id)
			view public.v
			  b text
			  x
			  as SELECT t.name AS b, upper(t.name) AS x FROM t WHERE name > 'x'`,
		},
		{
			"a renamed table keeps the names of its indexes, and others find it",
			`CREATE TABLE t (id serial PRIMARY KEY); CREATE TABLE u (t_id int REFERENCES t); CREATE VIEW v AS SELECT t.id FROM t;
			 ALTER TABLE t RENAME TO s; CREATE TABLE t (id int PRIMARY KEY)`, `
			table public.s
			  id integer not null default nextval('public.t_id_seq'::regclass)
			  p t_pkey (id)
			  btree t_pkey (id) primary
			table public.u
			  t_id integer
			  f u_t_id_fkey (t_id) -> public.s (id)
			view public.v
			  id integer
			  as SELECT t.id FROM s t
			table public.t
			  id integer not null
			  p t_pkey1 (id)
			  btree t_pkey1 (id) primary`,
		},
		{
			"a constraint and its index bear one name, renamed either way",
			`CREATE TABLE t (a int PRIMARY KEY, b int UNIQUE, c int UNIQUE);
			 ALTER TABLE t RENAME CONSTRAINT t_pkey TO pk; ALTER INDEX t_b_key RENAME TO kb; ALTER TABLE t_c_key RENAME TO kc`, `
			table public.t
			  a integer not null
			  b integer
			  c integer
			  p pk (a)
			  u kb (b)
			  u kc (c)
			  btree pk (a) primary
			  btree kb (b) unique
			  btree kc (c) unique`,
		},
		{
			"a schema of its own, and a schema renamed",
			`CREATE SCHEMA a; CREATE TABLE t (id serial PRIMARY KEY); CREATE TABLE u (t int REFERENCES t);
			 ALTER TABLE t SET SCHEMA a; ALTER SCHEMA a RENAME TO b`, `
			table b.t
			  id integer not null default nextval('b.t_id_seq'::regclass)
			  p t_pkey (id)
			  btree t_pkey (id) primary
			table public.u
			  t integer
			  f u_t_fkey (t) -> b.t (id)`,
		},
		{
			"a key over an index that is there takes it over",
			`CREATE TABLE t (a int, b int); CREATE UNIQUE INDEX x ON t (a); CREATE UNIQUE INDEX y ON t (b);
			 ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY USING INDEX x, ADD UNIQUE USING INDEX y`, `
			table public.t
			  a integer not null
			  b integer
			  p pk (a)
			  u y (b)
			  btree pk (a) primary
			  btree y (b) unique`,
		},
		{
			"types renamed, moved and extended",
			`CREATE SCHEMA a; CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE t (m mood, ms mood[]); ALTER TYPE mood ADD VALUE 'sad'; ALTER TYPE mood RENAME TO feeling; ALTER TYPE feeling SET SCHEMA a`, `
			table public.t
			  m a.feeling
			  ms a.feeling[]`,
		},
		{
			"parents hand on what they get; a child's own column stays",
			`CREATE TABLE p (a int, b int); CREATE TABLE c (b int) INHERITS (p); CREATE TABLE g () INHERITS (c);
			 ALTER TABLE p ADD x int, DROP a, DROP b`, `
			table public.p
			  x integer
			table public.c of public.p
			  b integer
			  x integer
			table public.g of public.c
			  b integer
			  x integer`,
		},
		{
			"what is not kept is passed over",
			`CREATE TABLE t (a int); ALTER TABLE t OWNER TO x, ENABLE ROW LEVEL SECURITY, SET (fillfactor = 70), ALTER a SET STATISTICS 500, CLUSTER ON i;
			 ALTER TABLE t ENABLE TRIGGER ALL; ALTER SEQUENCE s OWNED BY t.a; COMMENT ON TABLE t IS 'x;y'; GRANT ALL ON t TO x; CREATE POLICY p ON t; VACUUM t; TRUNCATE t`, `
			table public.t
			  a integer`,
		},
	})
}

func TestAddDDL_drop(t *testing.T) {
	runDDL(t, []ddlCase{
		{
			"a column takes along what uses it",
			`CREATE TABLE t (a int PRIMARY KEY, b text, c int, d text GENERATED ALWAYS AS (lower(b)) STORED, UNIQUE (c, b), CHECK (c > 0), CHECK (a > 0));
			 CREATE INDEX ON t (a) WHERE b > 'x'; CREATE INDEX ON t (lower(b)); CREATE INDEX ON t (c) INCLUDE (b); CREATE INDEX keeps ON t (c);
			 CREATE VIEW v AS SELECT b FROM t; CREATE VIEW w AS SELECT * FROM v; CREATE VIEW keep AS SELECT a FROM t;
			 ALTER TABLE t DROP COLUMN b CASCADE`, `
			table public.t
			  a integer not null
			  c integer
			  c t_c_check (c) c > 0
			  c t_a_check (a) a > 0
			  p t_pkey (a)
			  btree t_pkey (a) primary
			  btree keeps (c)
			view public.keep
			  a integer
			  as SELECT a FROM t`,
		},
		{
			"a key takes along the foreign keys that need it",
			`CREATE TABLE t (a int PRIMARY KEY, b int UNIQUE); CREATE TABLE u (a int REFERENCES t, b int REFERENCES t (b));
			 ALTER TABLE t DROP CONSTRAINT t_pkey CASCADE, DROP CONSTRAINT IF EXISTS nope`, `
			table public.t
			  a integer not null
			  b integer
			  u t_b_key (b)
			  btree t_b_key (b) unique
			table public.u
			  a integer
			  b integer
			  f u_b_fkey (b) -> public.t (b)`,
		},
		{
			"a table takes along views, partitions, sequences and foreign keys, and frees their names",
			`CREATE TABLE t (id serial PRIMARY KEY, n int) PARTITION BY RANGE (id); CREATE TABLE t1 PARTITION OF t DEFAULT; CREATE TABLE u (t int REFERENCES t);
			 CREATE VIEW v AS SELECT n FROM t; DROP TABLE IF EXISTS nope, t CASCADE; CREATE TABLE t (id serial PRIMARY KEY)`, `
			table public.u
			  t integer
			table public.t
			  id integer not null default nextval('public.t_id_seq'::regclass)
			  p t_pkey (id)
			  btree t_pkey (id) primary`,
		},
		{
			"indexes, also by their schema",
			`CREATE SCHEMA s; CREATE TABLE s.t (a int); CREATE INDEX i ON s.t (a); CREATE TABLE t (a int); CREATE INDEX i ON t (a);
			 DROP INDEX CONCURRENTLY IF EXISTS s.i, nope`, `
			table s.t
			  a integer
			table public.t
			  a integer
			  btree i (a)`,
		},
		{
			"a type takes along its columns; a schema, all that is in it",
			`CREATE TYPE m AS ENUM ('a'); CREATE TABLE t (a m, b int); DROP TYPE m CASCADE; CREATE SCHEMA s CREATE TABLE u (a int); DROP SCHEMA s CASCADE; DROP FUNCTION IF EXISTS f(int); DROP EXTENSION IF EXISTS x`, `
			table public.t
			  b integer`,
		},
	})
}

func TestAddDDL_views(t *testing.T) {
	runDDL(t, []ddlCase{
		{
			"columns are those of the query; stars are replaced by what they mean today",
			`CREATE TABLE t (a int, b text COLLATE "C"); CREATE TABLE u (a int, c date);
			 CREATE VIEW v AS SELECT t.*, u.c, count(*) AS n, t.a::text, 1 AS one FROM t JOIN u ON u.a = t.a GROUP BY 1, 2, 3; ALTER TABLE t ADD d int`, `
			table public.t
			  a integer
			  b text collate C
			  d integer
			table public.u
			  a integer
			  c date
			view public.v
			  a integer
			  b text collate C
			  c date
			  n bigint
			  a text
			  one integer
			  as SELECT t.a, t.b, u.c, count(*) AS n, t.a::text, 1 AS one FROM t JOIN u ON u.a = t.a GROUP BY 1, 2, 3`,
		},
		{
			"WITH, sub-queries, UNION, VALUES and names of its own",
			`CREATE TABLE t (a int, b text); CREATE VIEW v (x, y) AS WITH c AS (SELECT * FROM t) SELECT * FROM c UNION SELECT 1, 'z';
			 CREATE VIEW w AS SELECT s.q FROM (SELECT a AS q FROM t) s; CREATE VIEW z AS VALUES (1, 2)`, `
			table public.t
			  a integer
			  b text
			view public.v
			  x integer
			  y text
			  as WITH c AS (SELECT t.a, t.b FROM t) SELECT c.a AS x, c.b AS y FROM c UNION SELECT 1, 'z'
			view public.w
			  q integer
			  as SELECT s.q FROM (SELECT a AS q FROM t) s
			view public.z
			  column1
			  column2
			  as VALUES (1, 2)`,
		},
		{
			"replaced in its place; a materialized view has indexes",
			`CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT a FROM t; CREATE OR REPLACE VIEW v AS SELECT a, b FROM t;
			 CREATE MATERIALIZED VIEW m AS SELECT * FROM v; CREATE UNIQUE INDEX ON m (a)`, `
			table public.t
			  a integer
			  b integer
			view public.v
			  a integer
			  b integer
			  as SELECT a, b FROM t
			materialized public.m
			  a integer
			  b integer
			  btree m_a_idx (a) unique
			  as SELECT v.a, v.b FROM v`,
		},
		{
			"a table made from a query",
			`CREATE TABLE t (a int PRIMARY KEY, b varchar(3)); CREATE TABLE s AS SELECT a, b AS c FROM t; SELECT a INTO r FROM t; CREATE TABLE IF NOT EXISTS r AS SELECT 1`, `
			table public.t
			  a integer not null
			  b character varying(3)
			  p t_pkey (a)
			  btree t_pkey (a) primary
			table public.s
			  a integer
			  c character varying(3)
			table public.r
			  a integer`,
		},
	})
}

CREATE TABLE t (a int);
SELECT a FROM t; -- want "rows: 4200"

CREATE TABLE t (a int, b text);
CREATE TABLE u (c int);

SELECT * FROM t; -- want "everything of public.t"
SELECT a FROM t;
-- want "everything of public.u" "SELECT a"
SELECT *
FROM u
WHERE c = $1;
SELECT c FROM u WHERE c = ?;

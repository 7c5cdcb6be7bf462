CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, name text);

-- What was logged for a placeholder decides.
SELECT id FROM users WHERE email LIKE $1; -- params: '%john%'
-- want `email LIKE '%...%', which begins with a wildcard` `note 2 of 2 logged values of \$1 begin with a wildcard`
SELECT id FROM users WHERE email LIKE $1; -- params: '%mary%'

-- Half of the calls.
-- want `0.7[0-9] .*\n.*note 1 of 2 logged values of \$2`
-- params: 5, '%john%'
-- params: 6, 'mary%'
SELECT id FROM users WHERE email <> $1 AND name LIKE $2;

SELECT name FROM users WHERE email LIKE $1; -- want `reversed column`
-- params: '%@example.com'
SELECT name FROM users WHERE email LIKE $1;

-- The end of the value was cut by log_parameter_max_length.
-- want `email LIKE '%...%', which begins with a wildcard; trigrams can`
-- params: '%@exampl...'
SELECT name, id FROM users WHERE email LIKE $1;

-- Built in the statement.
SELECT id, name FROM users WHERE email LIKE '%' || $1 || '%'; -- want `email LIKE '%...%'`
SELECT id, email FROM users WHERE email LIKE concat('%', $1, '%'); -- want `email LIKE '%...%'`
SELECT id, id FROM users WHERE email LIKE '%' || ? || '%'; -- want `email LIKE '%...%'`

-- Every logged value had a fixed beginning, or was NULL.
SELECT email FROM users WHERE email LIKE $1; -- params: 'john%'
-- params: NULL
SELECT email, name FROM users WHERE email LIKE $1;
SELECT email, id FROM users WHERE email = $1; -- params: '%john%'

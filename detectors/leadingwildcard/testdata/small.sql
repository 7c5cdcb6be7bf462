CREATE TABLE countries (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);

SELECT id FROM countries WHERE name LIKE '%land%';
SELECT id FROM countries WHERE name LIKE '%a%';
SELECT id FROM users WHERE name LIKE '%mith%'; -- want `name LIKE`

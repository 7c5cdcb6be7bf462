-- Django's naming: tables prefixed by their app, integer keys, soft delete, a comment's parent, generic attachments.
CREATE TABLE blog_writer (id serial PRIMARY KEY, name text NOT NULL, email text NOT NULL, mentor_id int REFERENCES blog_writer, active boolean NOT NULL DEFAULT true);
CREATE TABLE blog_writerprofile (id serial PRIMARY KEY, writer_id int NOT NULL UNIQUE REFERENCES blog_writer, bio text NOT NULL);
CREATE TABLE blog_category (id serial PRIMARY KEY, slug text NOT NULL UNIQUE, parent_id int REFERENCES blog_category);
CREATE TABLE blog_entry (id serial PRIMARY KEY, title text NOT NULL, writer_id int NOT NULL REFERENCES blog_writer, category_id int NOT NULL REFERENCES blog_category, views int NOT NULL DEFAULT 0, published_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz);
CREATE TABLE blog_remark (id serial PRIMARY KEY, entry_id int NOT NULL REFERENCES blog_entry ON DELETE CASCADE, writer_id int NOT NULL REFERENCES blog_writer, body text NOT NULL, approved boolean NOT NULL DEFAULT false);
CREATE TABLE blog_label (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE blog_entry_labels (id serial PRIMARY KEY, entry_id int NOT NULL REFERENCES blog_entry, label_id int NOT NULL REFERENCES blog_label, UNIQUE (entry_id, label_id));
CREATE TABLE blog_attachment (id serial PRIMARY KEY, owner_type text NOT NULL, owner_id int NOT NULL, path text NOT NULL);
INSERT INTO blog_writer (name, email, mentor_id) SELECT 'writer ' || i, 'w' || i || '@example.org', nullif((i - 1) / 2, 0) FROM generate_series(1, 24) i;
INSERT INTO blog_writerprofile (writer_id, bio) SELECT i, 'bio ' || i FROM generate_series(1, 24) i;
INSERT INTO blog_category (slug, parent_id) SELECT 'c' || i, CASE WHEN i > 3 THEN (i % 3) + 1 END FROM generate_series(1, 12) i;
INSERT INTO blog_entry (title, writer_id, category_id, views) SELECT 'entry ' || i, i % 23 + 1, i % 12 + 1, i * 3 FROM generate_series(1, 120) i;
INSERT INTO blog_remark (entry_id, writer_id, body, approved) SELECT i % 120 + 1, i % 24 + 1, 'remark ' || i, i % 2 = 0 FROM generate_series(1, 480) i;
INSERT INTO blog_label (name) SELECT 'label ' || i FROM generate_series(1, 9) i;
INSERT INTO blog_entry_labels (entry_id, label_id) SELECT i, (i * 2 + j) % 9 + 1 FROM generate_series(1, 120) i, generate_series(0, 2) j;
INSERT INTO blog_attachment (owner_type, owner_id, path) SELECT CASE i % 2 WHEN 0 THEN 'entry' ELSE 'writer' END, i / 2 + 1, 'f' || i FROM generate_series(1, 48) i;

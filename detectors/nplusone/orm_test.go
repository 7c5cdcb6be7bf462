package nplusone

import (
	"strings"
	"testing"
)

// The statements were written after what each data layer logs; where two write
// alike, neither may be named.
func TestWriter_namesOnlyWhatOneDataLayerWrites(t *testing.T) {
	for _, c := range []struct{ want, text, raw, app string }{
		{"ActiveRecord", `SELECT "users".* FROM "users" WHERE "users"."id" = $1 LIMIT $2`, "", ""},
		{"ActiveRecord", `SELECT $3 AS one FROM "visits" WHERE "visits"."patient_id" = $1 LIMIT $2`, "", ""},
		{"ActiveRecord", "SELECT name FROM users WHERE id = $1", "SELECT name FROM users WHERE id = 4 /*action='show',framework='rails_v7.0.4'*/", ""},
		{"Django", `SELECT "shop_user"."id" FROM "shop_user" WHERE "shop_user"."id" = $1 LIMIT $2`, `SELECT "shop_user"."id" FROM "shop_user" WHERE "shop_user"."id" = $1 LIMIT 21`, ""},
		{"Django", "SELECT id FROM users WHERE id = $1", "SELECT id FROM users WHERE id = $1 /*framework='django%3A4.2'*/", ""},
		{"SQLAlchemy", "SELECT users.id, users.name FROM users WHERE users.id = $1::INTEGER", "", ""},
		{"SQLAlchemy", "SELECT users.id, users.name FROM users WHERE users.id = $1", "SELECT users.id, users.name \nFROM users \nWHERE users.id = 3", ""},
		{"SQLAlchemy", "SELECT users.id AS users_id, users.name AS users_name FROM users WHERE users.id = $1", "", ""},
		{"Hibernate", "select u1_0.id,u1_0.name from users u1_0 where u1_0.id=$1", "", ""},
		{"Hibernate", "select user0_.id as id1_0_0_, user0_.name as name2_0_0_ from users user0_ where user0_.id=$1", "", ""},
		{"GORM", `SELECT * FROM "users" WHERE "users"."id" = $1 AND "users"."deleted_at" IS NULL ORDER BY "users"."id" LIMIT $2`, "", ""},
		{"ent", `SELECT "users"."id", "users"."name" FROM "users" WHERE "users"."id" = $1 LIMIT $2`, `SELECT "users"."id", "users"."name" FROM "users" WHERE "users"."id" = $1 LIMIT 2`, ""},
		{"bun", `SELECT "u"."id", "u"."name" FROM "users" AS "u" WHERE ("u"."id" = $1)`, "", ""},
		{"Sequelize", `SELECT "id", "name" FROM "Users" AS "User" WHERE "User"."id" = $1`, "", ""},
		{"Sequelize", `SELECT "Post"."id", "author"."id" AS "author.id" FROM "Posts" AS "Post" LEFT OUTER JOIN "Users" AS "author" ON "Post"."authorId" = "author"."id"`, "", ""},
		{"Prisma", `SELECT "public"."User"."id", "public"."User"."email" FROM "public"."User" WHERE ("public"."User"."id" = $1 AND $2=$3) LIMIT $4 OFFSET $5`, "", ""},
		{"TypeORM", `SELECT "User"."id" AS "User_id", "User"."name" AS "User_name" FROM "user" "User" WHERE (("User"."id" = $1)) LIMIT $2`, "", ""},
		{"MikroORM", `select "u0".* from "user" as "u0" where "u0"."id" = $1 limit $2`, "", ""},
		{"Objection", `select "users".* from "users" where "users"."id" in ($1)`, "", ""},
		{"Eloquent", `select * from "users" where "users"."id" = $1 limit $2`, "", ""},
		{"Eloquent", `select * from "posts" where "posts"."user_id" = $1 and "posts"."user_id" is not null`, "", ""},
		{"Drizzle", `select "id", "name" from "users" where "users"."id" = $1`, "", ""},
		{"Sequel", `SELECT * FROM "users" WHERE ("users"."id" = $1) LIMIT $2`, `SELECT * FROM "users" WHERE ("users"."id" = 7) LIMIT 1`, ""},
		{"peewee", `SELECT "t1"."id", "t1"."name" FROM "users" AS "t1" WHERE ("t1"."id" = $1) LIMIT $2 OFFSET $3`, "", ""},
		{"Entity Framework", `SELECT u."Id", u."Name" FROM "Users" AS u WHERE u."Id" = $1 LIMIT $2`, "", ""},
		{"Ecto", `SELECT u0."id", u0."name" FROM "users" AS u0 WHERE (u0."id" = $1)`, "", ""},
		{"Doctrine", "SELECT t0.id AS id_1, t0.name AS name_2 FROM users t0 WHERE t0.id = $1", "", ""},
		{"Doctrine", "SELECT u0_.id AS id_0, u0_.name AS name_1 FROM users u0_ WHERE u0_.id = $1", "", ""},
		{"DBIx::Class", "SELECT me.id, me.name FROM users me WHERE ( me.id = $1 )", "", ""},
		{"Prisma", "SELECT 1", "", "prisma"},

		{"", "SELECT id, name FROM users WHERE id = $1", "", "api"},
		{"", "select u.id, u.name from users u where u.id = $1", "", ""},
		{"", "SELECT u.id AS user_id FROM users u WHERE u.id = $1", "", ""},
		{"", "SELECT u1.id FROM users u1 WHERE u1.id = $1", "", ""},
		{"", `select * from "users" where "id" = $1`, "", ""},
		{"", `select "id", "name" from "users" where "id" = $1`, "", ""},
		{"", `select "public"."author"."id" from "public"."author" where "public"."author"."id" = $1`, "", ""},
		{"", `SELECT "users"."id", "users"."name" FROM "users" WHERE ("users"."id" = $1) LIMIT $2`, "", ""},
		{"", `SELECT "cake"."id", "cake"."name" FROM "cake" WHERE "cake"."id" = $1 LIMIT $2`, `SELECT "cake"."id", "cake"."name" FROM "cake" WHERE "cake"."id" = $1 LIMIT $2`, ""},
		{"", `INSERT INTO "users" ("name") VALUES ($1) RETURNING "id"`, "", ""},
		{"", `UPDATE "users" SET "name" = $1 WHERE "users"."id" = $2`, "", ""},
		{"", `SELECT "id", "name" FROM "users" WHERE "id"=$1 LIMIT $2`, "", ""},
	} {
		got := ""
		if l := writer([]shape{newShape(c.text, c.raw)}, c.app); l != nil {
			got = l.name
		}
		if got != c.want {
			t.Errorf("%s\n named %q, want %q", c.text, got, c.want)
		}
	}
}

func TestWriter_namesNobodyWhenTwoDataLayersWriteOneLoop(t *testing.T) {
	both := []shape{
		newShape(`SELECT "users".* FROM "users" WHERE "users"."id" = $1`, ""),
		newShape("select u1_0.id from users u1_0 where u1_0.id=$1", ""),
	}
	if l := writer(both, ""); l != nil {
		t.Errorf("named %s", l.name)
	}
}

func TestLayers_haveAdviceForEveryKindOfLoop(t *testing.T) {
	for _, l := range layers {
		for _, text := range []string{l.one, l.many, l.count, l.insert, l.update, l.remove} {
			if text == "" || !strings.Contains(text, "%c") && !strings.Contains(text, "%p") && l.name != "Hibernate" && l.name != "Doctrine" {
				t.Errorf("%s: %q names no table", l.name, text)
			}
		}
	}
}

package pg

import (
	"context"
	"os"
	"strings"
	"testing"
)

func TestConfigOf_readsTheStringsOfOtherDrivers(t *testing.T) {
	clear := func(t *testing.T) {
		for _, v := range os.Environ() {
			if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "PG") || name == "DATABASE_URL" {
				t.Setenv(name, "")
			}
		}
	}
	for _, c := range []struct {
		dsn   string
		env   string
		shown string
	}{
		{"postgres://u:p4ss@db.example:5433/app", "", "postgres://u@db.example:5433/app"},
		{"postgresql://u:p4ss@db.example/app?sslmode=disable", "", "postgres://u@db.example/app"},
		{"postgresql+asyncpg://u:p4ss@db.example/app", "", "postgres://u@db.example/app"},
		{"postgresql://u:p4ss@db.example/app?schema=public&connection_limit=5&sslmode=disable", "", "postgres://u@db.example/app"},
		{"pgsql://u:p4ss@db.example/app?serverVersion=16&charset=utf8", "", "postgres://u@db.example/app"},
		{"host=db.example user=u password=p4ss dbname=app", "", "postgres://u@db.example/app"},
		{"host=/run/pg user=u dbname=app", "", "postgres://u@/app?host=%2Frun%2Fpg"},
		{"env", "DATABASE_URL=postgres://u:p4ss@db.example/app", "postgres://u@db.example/app"},
		{"env", "PGHOST=db.example", "postgres://me@db.example/"},
	} {
		t.Run(c.dsn, func(t *testing.T) {
			clear(t)
			t.Setenv("PGUSER", "")
			if name, value, ok := strings.Cut(c.env, "="); ok {
				t.Setenv(name, value)
			}
			if c.env == "PGHOST=db.example" {
				t.Setenv("PGUSER", "me")
			}
			config, err := configOf(c.dsn)
			if err != nil {
				t.Fatal(err)
			}
			if got := shown(config); got != c.shown {
				t.Errorf("%s, want %s", got, c.shown)
			}
			for _, name := range foreign {
				if _, ok := config.RuntimeParams[name]; ok {
					t.Errorf("the server is asked for %s", name)
				}
			}
			if config.RuntimeParams["application_name"] != "apilint" || config.ConnectTimeout <= 0 {
				t.Errorf("%v %v", config.RuntimeParams, config.ConnectTimeout)
			}
			if got := Shown(c.dsn); strings.Contains(got, "p4ss") || c.dsn == Env && got != Env {
				t.Errorf("Shown: %s", got)
			}
		})
	}
	t.Run("nothing is set", func(t *testing.T) {
		clear(t)
		if _, err := configOf(Env); err == nil || !strings.Contains(err.Error(), "neither DATABASE_URL nor PGHOST") {
			t.Errorf("%v", err)
		}
	})
}

func TestRead_neverQuotesThePassword(t *testing.T) {
	for _, dsn := range []string{
		"postgres://u:p4ss@h:notaport/app",
		"postgres://u:p4ss@/%zz",
		"host=h password=p4ss port=x",
		"host='h password=p4ss",
		"p4ss",
		"mysql://u:p4ss@h/app",
		"postgres://u:p4ss@127.0.0.1:1/p4ss?sslmode=disable",
		"postgres://u:p4ss@127.0.0.1:1/app?sslmode=p4ss",
		"",
	} {
		_, err := Read(context.Background(), dsn, Options{})
		if err == nil || strings.Contains(err.Error(), "p4ss") {
			t.Errorf("%s: %v", dsn, err)
		}
		if s := Shown(dsn); strings.Contains(s, ":p4ss") {
			t.Errorf("%s is shown as %s", dsn, s)
		}
	}
}

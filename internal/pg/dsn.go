// Package pg asks a PostgreSQL server, read-only: catalog, statistics, settings
// and pg_stat_statements. Only it knows that there is a server.
package pg

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Env is the connection string that takes the environment's: DATABASE_URL, else
// PGHOST, PGDATABASE and the like.
const Env = "env"

// errDSN names no cause: every cause quotes the string, password and all.
var errDSN = errors.New("this is no connection string; write it like postgres://user@host:5432/database, or env for DATABASE_URL, or PGHOST and PGDATABASE")

// connectTimeout holds where the connection string sets none.
const connectTimeout = 10 * time.Second

// configOf reads a connection string: a URL, as drivers of other languages
// write it too, or libpq's keywords and values.
func configOf(dsn string) (*pgconn.Config, error) {
	if dsn == Env {
		dsn = os.Getenv("DATABASE_URL")
		if dsn == "" && !slices.ContainsFunc(os.Environ(), isLibpq) {
			return nil, errors.New("env: neither DATABASE_URL nor PGHOST, PGDATABASE or PGSERVICE is set")
		}
	} else if strings.TrimSpace(dsn) == "" {
		return nil, errDSN
	}
	config, err := pgconn.ParseConfig(plainURL(dsn))
	if err != nil {
		return nil, errDSN
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	config.RuntimeParams["application_name"] = "apilint"
	config.RuntimeParams["client_encoding"] = "UTF8"
	return config, nil
}

// isLibpq reports whether a variable says where to connect.
func isLibpq(variable string) bool {
	name, value, _ := strings.Cut(variable, "=")
	return value != "" && slices.Contains([]string{"PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGSERVICE"}, name)
}

// foreign are parameters of URLs that a driver or pool reads and a server does
// not know: Prisma, Rails, SQLAlchemy, Django.
var foreign = []string{
	"schema", "connection_limit", "pool_timeout", "pgbouncer", "sslaccept", "sslidentity", "statement_cache_size", "socket_timeout",
	"pool", "timeout", "prepared_statements", "reaping_frequency", "checkout_timeout", "encoding", "adapter", "variables",
	"prepared_statement_cache_size", "async_fallback", "server_version", "charset", "serverVersion", "pool_max_conns", "pool_min_conns",
}

// plainURL takes out of a URL what only one driver understands.
func plainURL(dsn string) string {
	scheme, rest, ok := strings.Cut(dsn, "://")
	if !ok {
		return dsn
	}
	if driver, _, cut := strings.Cut(scheme, "+"); cut {
		scheme = driver // postgresql+asyncpg
	}
	scheme = strings.TrimPrefix(scheme, "jdbc:")
	if slices.Contains([]string{"pgsql", "postgis", "psql"}, scheme) {
		scheme = "postgresql"
	}
	place, query, _ := strings.Cut(rest, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return scheme + "://" + rest
	}
	for _, name := range foreign {
		values.Del(name)
	}
	if len(values) > 0 {
		place += "?" + values.Encode()
	}
	return scheme + "://" + place
}

// Shown is a connection string without its password and parameters: what may
// be printed.
func Shown(dsn string) string {
	if dsn == Env {
		return Env
	}
	config, err := configOf(dsn)
	if err != nil {
		return "..."
	}
	return shown(config)
}

func shown(config *pgconn.Config) string {
	u := url.URL{Scheme: "postgres", User: url.User(config.User), Host: config.Host, Path: "/" + config.Database}
	if strings.HasPrefix(config.Host, "/") {
		u.Host, u.RawQuery = "", "host="+url.QueryEscape(config.Host)
	}
	if config.Port != 5432 && u.Host != "" {
		u.Host = fmt.Sprintf("%s:%d", u.Host, config.Port)
	}
	return u.String()
}

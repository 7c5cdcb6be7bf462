// Command sqlxfleet is hand-written SQL over the tables of schemas/fleet.sql: sqlx over lib/pq, and pgx with its batches, copies and simple protocol.
package main

import (
	"context"
	"fmt"
	"math/rand"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jmoiron/sqlx"
	_ "github.com/lib/pq"
	. "recordings/truth"
)

var (
	db   *sqlx.DB
	pool *pgxpool.Pool
	ctx  = context.Background()
)

type trip struct {
	ID        int64  `db:"id"`
	VehicleID int64  `db:"vehicle_id"`
	DriverID  int64  `db:"driver_id"`
	Tariff    string `db:"tariff_code"`
}

func trips(n int) (ts []trip) {
	Must(db.Select(&ts, "SELECT id, vehicle_id, driver_id, tariff_code FROM trips ORDER BY id DESC LIMIT $1", n))
	return
}

func ids(n int) []int64 {
	rows, err := pool.Query(ctx, "select id from trips where status = $1 order by id limit $2", "open", n)
	Must(err)
	out, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	Must(err)
	return out
}

func one(query string, args ...any) {
	var s any
	Must(pool.QueryRow(ctx, query, args...).Scan(&s))
}

func main() {
	Main([]Scenario{
		{"belongs-to", func() []Finding {
			ts := trips(12)
			for _, t := range ts {
				var name string
				Must(db.Get(&name, "SELECT full_name FROM drivers WHERE id = $1", t.DriverID))
			}
			return []Finding{Loop("drivers", "trips", len(ts))}
		}},
		{"belongs-to-text-key", func() []Finding {
			ts := trips(10)
			for _, t := range ts {
				var c int64
				Must(db.Get(&c, "select cents_per_km from tariffs where code = $1", t.Tariff))
			}
			return []Finding{Loop("tariffs", "trips", len(ts))}
		}},
		{"prepared-has-many", func() []Finding {
			ts := trips(15)
			st, err := db.Preparex("SELECT lat FROM waypoints WHERE trip_id = $1 ORDER BY id")
			Must(err)
			for _, t := range ts {
				var lats []float64
				Must(st.Select(&lats, t.ID))
			}
			return []Finding{Loop("waypoints", "trips", len(ts))}
		}},
		{"two-children", func() []Finding {
			ts := trips(11)
			for _, t := range ts {
				var name string
				var n int
				Must(db.Get(&name, "SELECT full_name FROM drivers WHERE id = $1", t.DriverID))
				Must(db.Get(&n, "SELECT count(*) FROM waypoints WHERE trip_id = $1", t.ID))
			}
			return []Finding{Loop("drivers", "trips", len(ts), "drivers", "waypoints")}
		}},
		{"parameter-first", func() []Finding {
			ts := trips(9)
			for _, t := range ts {
				var name string
				Must(db.Get(&name, "SELECT d.full_name FROM drivers d JOIN licenses l ON l.driver_id = d.id WHERE $1 = d.id AND l.class = 'B'", t.DriverID))
			}
			return []Finding{Loop("drivers", "trips", len(ts))}
		}},
		{"function-of-the-key", func() []Finding {
			ts := trips(10)
			for _, t := range ts {
				var n int
				Must(db.Get(&n, "SELECT coalesce(sum(w.lat), 0)::int FROM (SELECT * FROM waypoints WHERE trip_id = $1) w", t.ID))
			}
			return []Finding{Loop("waypoints", "trips", len(ts))}
		}},
		{"concatenated-values", func() []Finding {
			ts := trips(13)
			for _, t := range ts {
				var n string
				Must(db.Get(&n, fmt.Sprintf("SELECT plate FROM vehicles WHERE id = %d", t.VehicleID)))
			}
			return []Finding{Loop("vehicles", "trips", len(ts))}
		}},
		{"parent-by-join", func() []Finding {
			var ds []int64
			Must(db.Select(&ds, "SELECT t.driver_id FROM trips t JOIN vehicles v ON v.id = t.vehicle_id WHERE v.garage_id = $1", 3))
			for _, d := range ds {
				var class string
				Must(db.Get(&class, "SELECT class FROM licenses WHERE driver_id = $1", d))
			}
			return []Finding{Loop("licenses", "trips", len(ds))}
		}},
		{"pgx-has-many", func() []Finding {
			is := ids(14)
			for _, i := range is {
				one("select count(*) from waypoints where trip_id = $1", i)
			}
			return []Finding{Loop("waypoints", "trips", len(is))}
		}},
		{"pgx-update-each", func() []Finding {
			is := ids(12)
			for _, i := range is {
				_, err := pool.Exec(ctx, "update trips set status = $2, updated_at = now() where id = $1", i, "closed")
				Must(err)
			}
			return []Finding{Write("trips", "trips", len(is))}
		}},
		{"pgx-insert-each-in-transaction", func() []Finding {
			Must(pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
				var id int64
				Must(tx.QueryRow(ctx, "insert into trips (vehicle_id, driver_id, tariff_code) values (1, 2, 'T3') returning id").Scan(&id))
				for i := range 16 {
					_, err := tx.Exec(ctx, "insert into waypoints (trip_id, lat, lon) values ($1, $2, $3)", id, float64(i), 2.5)
					Must(err)
				}
				return nil
			}))
			return []Finding{Write("waypoints", "", 16)}
		}},
		{"pgx-select-then-update-each", func() []Finding {
			is := ids(9)
			for _, i := range is {
				Must(pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
					var km int64
					Must(tx.QueryRow(ctx, "select km from trips where id = $1 for update", i).Scan(&km))
					_, err := tx.Exec(ctx, "update trips set km = $1 where id = $2", km+1, i)
					return err
				}))
			}
			return []Finding{Write("trips", "trips", len(is))}
		}},
		{"pgx-batch", func() []Finding {
			b := &pgx.Batch{}
			for i := range 25 {
				b.Queue("insert into waypoints (trip_id, lat, lon) values ($1, $2, $3)", i+1, 1.0, 2.0)
			}
			Must(pool.SendBatch(ctx, b).Close())
			return nil
		}},
		{"pgx-copy", func() []Finding {
			for range 6 {
				var rows [][]any
				for i := range 40 {
					rows = append(rows, []any{int64(i + 1), 1.5, 2.5})
				}
				_, err := pool.CopyFrom(ctx, pgx.Identifier{"waypoints"}, []string{"trip_id", "lat", "lon"}, pgx.CopyFromRows(rows))
				Must(err)
			}
			return nil
		}},
		{"any-batches", func() []Finding {
			is := ids(100)
			for k := 0; k < 100; k += 10 {
				rows, err := pool.Query(ctx, "select * from waypoints where trip_id = any($1)", is[k:k+10])
				Must(err)
				rows.Close()
			}
			return nil
		}},
		{"in-lists-of-varying-width", func() []Finding {
			is := ids(60)
			for k := 2; k < 10; k++ {
				var in []string
				for _, i := range is[:k] {
					in = append(in, fmt.Sprint(i))
				}
				var n int
				Must(db.Get(&n, "SELECT count(*) FROM waypoints WHERE trip_id IN ("+strings.Join(in, ", ")+")"))
			}
			return nil
		}},
		{"same-row-again", func() []Finding {
			for range 14 {
				one("select cents_per_km from tariffs where code = $1", "T5")
			}
			return []Finding{Again("tariffs", 14)}
		}},
		{"polling", func() []Finding {
			for range 12 {
				var n int
				Must(db.Get(&n, "SELECT count(*) FROM trips WHERE status = $1", "open"))
				time.Sleep(600 * time.Millisecond)
			}
			return nil
		}},
		{"queue-worker", func() []Finding {
			for range 10 {
				Must(pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
					var id int64
					Must(tx.QueryRow(ctx, "select id from trips where status = 'open' order by id limit 1 for update skip locked").Scan(&id))
					_, err := tx.Exec(ctx, "update trips set status = 'done' where id = $1", id)
					return err
				}))
				time.Sleep(150 * time.Millisecond)
			}
			return nil
		}},
		{"queue-worker-at-full-speed", func() []Finding {
			Workers(4, 10, func(r *rand.Rand) {
				Must(pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
					var id int64
					Must(tx.QueryRow(ctx, "select id from trips where status = 'open' order by id limit 1 for update skip locked").Scan(&id))
					_, err := tx.Exec(ctx, "update trips set status = 'done' where id = $1", id)
					return err
				}))
			})
			return nil
		}},
		{"retry-after-serialization-failure", func() []Finding {
			Workers(4, 5, func(r *rand.Rand) {
				for range 20 {
					err := pgx.BeginTxFunc(ctx, pool, pgx.TxOptions{IsoLevel: pgx.Serializable}, func(tx pgx.Tx) error {
						var km int64
						if err := tx.QueryRow(ctx, "select km from trips where id = $1", 3).Scan(&km); err != nil {
							return err
						}
						time.Sleep(2 * time.Millisecond)
						_, err := tx.Exec(ctx, "update trips set km = $1 where id = $2", km+1, 3)
						return err
					})
					if err == nil {
						return
					}
				}
			})
			return nil
		}},
		{"warm-up-of-a-cache", func() []Finding {
			for _, q := range []string{"select code, cents_per_km from tariffs", "select id, city from garages", "select id, full_name from drivers", "select id, plate from vehicles", "select count(*) from trips", "select max(id) from waypoints"} {
				rows, err := pool.Query(ctx, q)
				Must(err)
				rows.Close()
			}
			return nil
		}},
		{"three-lookups", func() []Finding {
			for _, c := range []string{"T1", "T2", "T3"} {
				one("select cents_per_km from tariffs where code = $1", c)
			}
			return nil
		}},
		{"threshold-hides-the-loop", func() []Finding {
			ts := trips(30)
			for _, t := range ts {
				var name string
				Must(db.Get(&name, "SELECT full_name FROM drivers WHERE id = $1", t.DriverID))
			}
			_, err := db.Exec("SELECT pg_sleep(0.25)")
			Must(err)
			return []Finding{{Rule: "blind"}}
		}},
		{"pool-of-loops", func() []Finding {
			n := Workers(10, 3, func(r *rand.Rand) {
				var ts []trip
				Must(db.Select(&ts, "SELECT id, vehicle_id, driver_id, tariff_code FROM trips WHERE id > $1 ORDER BY id LIMIT 8", r.Intn(150)))
				for _, t := range ts {
					var name string
					Must(db.Get(&name, "SELECT full_name FROM drivers WHERE id = $1", t.DriverID))
				}
			})
			return []Finding{Loop("drivers", "trips", 8).In(n)}
		}},
		{"pool-of-loops-on-held-connections", func() []Finding {
			n := Workers(5, 4, func(r *rand.Rand) {
				c, err := pool.Acquire(ctx)
				Must(err)
				defer c.Release()
				rows, err := c.Query(ctx, "select driver_id from trips where id > $1 order by id limit 11", r.Intn(150))
				Must(err)
				ds, err := pgx.CollectRows(rows, pgx.RowTo[int64])
				Must(err)
				for _, d := range ds {
					var name string
					Must(c.QueryRow(ctx, "select full_name from drivers where id = $1", d).Scan(&name))
				}
			})
			return []Finding{Loop("drivers", "trips", 11).In(n)}
		}},
		{"pool-of-pages", func() []Finding {
			Workers(12, 6, func(r *rand.Rand) {
				id := 1 + r.Intn(190)
				one("select driver_id from trips where id = $1", id)
				one("select count(*) from waypoints where trip_id = $1", id)
				one("select full_name from drivers where id = $1", 1+r.Intn(29))
			})
			return nil
		}},
		{"same-page-for-all", func() []Finding {
			Workers(10, 4, func(r *rand.Rand) {
				one("select count(*) from trips where status = $1", "open")
				one("select city from garages where id = $1", 3)
			})
			return nil
		}},
		{"sessions-by-token", func() []Finding {
			for i := range 15 {
				one("select id from drivers where full_name = $1", fmt.Sprintf("driver %d", i+1))
				time.Sleep(time.Duration(280+i*7) * time.Millisecond)
			}
			return nil
		}},
	}, func() {
		db = sqlx.MustConnect("postgres", Dsn())
		db.SetMaxOpenConns(8)
		mode := ""
		if len(os.Args[1])%3 == 0 {
			mode = "default_query_exec_mode=simple_protocol"
		} else {
			mode = "default_query_exec_mode=cache_describe"
		}
		c, err := pgxpool.ParseConfig(Dsn(mode, "application_name=fleet"))
		Must(err)
		c.MaxConns = 8
		pool, err = pgxpool.NewWithConfig(ctx, c)
		Must(err)
	})
}

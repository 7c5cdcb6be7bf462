// Command bunfleet is bun over the tables of schemas/fleet.sql.
package main

import (
	"context"
	"database/sql"
	"math/rand"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/driver/pgdriver"
	. "recordings/truth"
)

type Garage struct {
	ID       int64 `bun:",pk,autoincrement"`
	City     string
	Vehicles []*Vehicle `bun:"rel:has-many,join:id=garage_id"`
}
type Vehicle struct {
	ID       int64 `bun:",pk,autoincrement"`
	GarageID int64
	Garage   *Garage `bun:"rel:belongs-to,join:garage_id=id"`
	Plate    string
	Mileage  int64
}
type Driver struct {
	ID       int64 `bun:",pk,autoincrement"`
	FullName string
}
type Trip struct {
	ID         int64 `bun:",pk,autoincrement"`
	VehicleID  int64
	Vehicle    *Vehicle `bun:"rel:belongs-to,join:vehicle_id=id"`
	DriverID   int64
	Driver     *Driver `bun:"rel:belongs-to,join:driver_id=id"`
	TariffCode string
	Status     string
	Km         int64
	Waypoints  []*Waypoint `bun:"rel:has-many,join:id=trip_id"`
}
type Waypoint struct {
	ID     int64 `bun:",pk,autoincrement"`
	TripID int64
	Lat    float64
	Lon    float64
}

var (
	db  *bun.DB
	ctx = context.Background()
)

func trips(n int) (ts []Trip) {
	Must(db.NewSelect().Model(&ts).Order("id DESC").Limit(int64(n)).Scan(ctx))
	return
}

func main() {
	Main([]Scenario{
		{"belongs-to", func() []Finding {
			ts := trips(14)
			for _, t := range ts {
				d := Driver{ID: t.DriverID}
				Must(db.NewSelect().Model(&d).WherePK().Scan(ctx))
			}
			return []Finding{Loop("drivers", "trips", len(ts))}
		}},
		{"has-many", func() []Finding {
			ts := trips(10)
			for i := range ts {
				Must(db.NewSelect().Model(&ts[i].Waypoints).Where("trip_id = ?", ts[i].ID).Scan(ctx))
			}
			return []Finding{Loop("waypoints", "trips", len(ts))}
		}},
		{"relation-per-row", func() []Finding {
			ts := trips(9)
			for _, t := range ts {
				var v Vehicle
				Must(db.NewSelect().Model(&v).Relation("Garage").Where("vehicle.id = ?", t.VehicleID).Scan(ctx))
			}
			return []Finding{Loop("vehicles", "trips", len(ts))}
		}},
		{"nested", func() []Finding {
			var gs []Garage
			Must(db.NewSelect().Model(&gs).Limit(6).Scan(ctx))
			for _, g := range gs {
				var vs []Vehicle
				Must(db.NewSelect().Model(&vs).Where("garage_id = ?", g.ID).Scan(ctx))
				for _, v := range vs {
					var ts []Trip
					Must(db.NewSelect().Model(&ts).Where("vehicle_id = ?", v.ID).Scan(ctx))
				}
			}
			return []Finding{Loop("vehicles", "garages", len(gs), "vehicles", "trips")}
		}},
		{"count-per-row", func() []Finding {
			ts := trips(12)
			for _, t := range ts {
				_, err := db.NewSelect().Model((*Waypoint)(nil)).Where("trip_id = ?", t.ID).Count(ctx)
				Must(err)
			}
			return []Finding{Loop("waypoints", "trips", len(ts))}
		}},
		{"exists-per-row", func() []Finding {
			ts := trips(8)
			for _, t := range ts {
				_, err := db.NewSelect().Model((*Waypoint)(nil)).Where("trip_id = ?", t.ID).Exists(ctx)
				Must(err)
			}
			return []Finding{Loop("waypoints", "trips", len(ts))}
		}},
		{"update-each", func() []Finding {
			ts := trips(11)
			for i := range ts {
				ts[i].Km++
				_, err := db.NewUpdate().Model(&ts[i]).Column("km").WherePK().Exec(ctx)
				Must(err)
			}
			return []Finding{Write("trips", "trips", len(ts))}
		}},
		{"insert-each-in-transaction", func() []Finding {
			Must(db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
				for i := range 12 {
					if _, err := tx.NewInsert().Model(&Waypoint{TripID: 5, Lat: float64(i)}).Exec(ctx); err != nil {
						return err
					}
				}
				return nil
			}))
			return []Finding{Write("waypoints", "", 12)}
		}},
		{"delete-each", func() []Finding {
			var ws []Waypoint
			Must(db.NewSelect().Model(&ws).Limit(9).Scan(ctx))
			for i := range ws {
				_, err := db.NewDelete().Model(&ws[i]).WherePK().Exec(ctx)
				Must(err)
			}
			return []Finding{Write("waypoints", "waypoints", len(ws))}
		}},
		{"relations", func() []Finding {
			for k := range 5 {
				var ts []Trip
				Must(db.NewSelect().Model(&ts).Relation("Driver").Relation("Waypoints").Where("trip.id > ?", k*10).Limit(10).Scan(ctx))
				time.Sleep(40 * time.Millisecond)
			}
			return nil
		}},
		{"bulk", func() []Finding {
			ts := trips(30)
			_, err := db.NewUpdate().With("_data", db.NewValues(&ts)).Model((*Trip)(nil)).TableExpr("_data").Set("km = _data.km").Where("trip.id = _data.id").Exec(ctx)
			Must(err)
			ws := make([]Waypoint, 50)
			for i := range ws {
				ws[i].TripID = int64(i + 1)
			}
			_, err = db.NewInsert().Model(&ws).Exec(ctx)
			Must(err)
			return nil
		}},
		{"offset-pages", func() []Finding {
			for k := range 7 {
				var ts []Trip
				Must(db.NewSelect().Model(&ts).Order("id").Limit(20).Offset(int64(k * 20)).Scan(ctx))
			}
			return []Finding{Pages("trips", 7)}
		}},
		{"pool-of-loops", func() []Finding {
			n := Workers(5, 3, func(r *rand.Rand) {
				var ts []Trip
				Must(db.NewSelect().Model(&ts).Where("id > ?", r.Intn(150)).Order("id").Limit(9).Scan(ctx))
				for _, t := range ts {
					d := Driver{ID: t.DriverID}
					Must(db.NewSelect().Model(&d).WherePK().Scan(ctx))
				}
			})
			return []Finding{Loop("drivers", "trips", 9).In(n)}
		}},
		{"pool-of-pages", func() []Finding {
			Workers(8, 5, func(r *rand.Rand) {
				var t Trip
				Must(db.NewSelect().Model(&t).Where("id = ?", 1+r.Intn(190)).Scan(ctx))
				Must(db.NewSelect().Model(&t.Waypoints).Where("trip_id = ?", t.ID).Scan(ctx))
			})
			return nil
		}},
	}, func() {
		s := sql.OpenDB(pgdriver.NewConnector(pgdriver.WithDSN(Dsn())))
		s.SetMaxOpenConns(6)
		db = bun.NewDB(s, pgdialect.New())
	})
}

// Command xormfleet is XORM over the tables of schemas/fleet.sql.
package main

import (
	"math/rand"
	"time"

	_ "github.com/lib/pq"
	. "recordings/truth"
	"xorm.io/xorm"
	"xorm.io/xorm/names"
)

type Vehicles struct {
	Id       int64
	GarageId int64
	Plate    string
	Mileage  int64
}
type Drivers struct {
	Id       int64
	FullName string
}
type Trips struct {
	Id         int64
	VehicleId  int64
	DriverId   int64
	TariffCode string
	Status     string
	Km         int64
}
type Waypoints struct {
	Id     int64
	TripId int64
	Lat    float64
	Lon    float64
}

var db *xorm.Engine

func trips(n int) (ts []Trips) { Must(db.Desc("id").Limit(n).Find(&ts)); return }

func main() {
	Main([]Scenario{
		{"belongs-to", func() []Finding {
			ts := trips(13)
			for _, t := range ts {
				var d Drivers
				db.ID(t.DriverId).Get(&d)
			}
			return []Finding{Loop("drivers", "trips", len(ts))}
		}},
		{"has-many", func() []Finding {
			ts := trips(11)
			for _, t := range ts {
				var ws []Waypoints
				Must(db.Where("trip_id = ?", t.Id).Find(&ws))
			}
			return []Finding{Loop("waypoints", "trips", len(ts))}
		}},
		{"count-per-row", func() []Finding {
			ts := trips(9)
			for _, t := range ts {
				db.Count(&Waypoints{TripId: t.Id})
			}
			return []Finding{Loop("waypoints", "trips", len(ts))}
		}},
		{"exist-per-row", func() []Finding {
			ts := trips(10)
			for _, t := range ts {
				db.Exist(&Waypoints{TripId: t.Id})
			}
			return []Finding{Loop("waypoints", "trips", len(ts))}
		}},
		{"update-each", func() []Finding {
			ts := trips(12)
			for _, t := range ts {
				db.ID(t.Id).Cols("km").Update(&Trips{Km: t.Km + 1})
			}
			return []Finding{Write("trips", "trips", len(ts))}
		}},
		{"insert-each", func() []Finding {
			for i := range 10 {
				db.Insert(&Waypoints{TripId: 9, Lat: float64(i)})
			}
			return []Finding{Write("waypoints", "", 10)}
		}},
		{"insert-each-in-session", func() []Finding {
			s := db.NewSession()
			defer s.Close()
			Must(s.Begin())
			for i := range 14 {
				s.Insert(&Waypoints{TripId: int64(i) + 1})
			}
			Must(s.Commit())
			return []Finding{Write("waypoints", "", 14)}
		}},
		{"delete-each", func() []Finding {
			var ws []Waypoints
			Must(db.Limit(8).Find(&ws))
			for _, w := range ws {
				db.ID(w.Id).Delete(&Waypoints{})
			}
			return []Finding{Write("waypoints", "waypoints", len(ws))}
		}},
		{"joins-and-in", func() []Finding {
			for k := range 5 {
				var ts []Trips
				Must(db.Table("trips").Join("INNER", "drivers", "drivers.id = trips.driver_id").Where("trips.km > ?", k).Limit(10).Find(&ts))
				var is []int64
				for _, t := range ts {
					is = append(is, t.VehicleId)
				}
				var vs []Vehicles
				Must(db.In("id", is).Find(&vs))
				time.Sleep(30 * time.Millisecond)
			}
			return nil
		}},
		{"iterate-in-buffers", func() []Finding {
			Must(db.BufferSize(30).Iterate(&Trips{}, func(int, any) error { return nil }))
			return []Finding{Pages("trips", 7)}
		}},
		{"pool-of-loops", func() []Finding {
			n := Workers(6, 3, func(r *rand.Rand) {
				var ts []Trips
				Must(db.Where("id > ?", r.Intn(150)).Asc("id").Limit(9).Find(&ts))
				for _, t := range ts {
					var v Vehicles
					db.ID(t.VehicleId).Get(&v)
				}
			})
			return []Finding{Loop("vehicles", "trips", 9).In(n)}
		}},
		{"pool-of-pages", func() []Finding {
			Workers(8, 5, func(r *rand.Rand) {
				var t Trips
				db.ID(1 + r.Intn(190)).Get(&t)
				var d Drivers
				db.ID(t.DriverId).Get(&d)
			})
			return nil
		}},
	}, func() {
		var err error
		db, err = xorm.NewEngine("postgres", Dsn())
		Must(err)
		db.SetMapper(names.GonicMapper{})
		db.SetMaxOpenConns(6)
	})
}

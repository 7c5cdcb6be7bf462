// Command gormfleet is GORM over the tables of schemas/fleet.sql.
package main

import (
	"fmt"
	"math/rand"
	"os"
	"sync"
	"time"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	. "recordings/truth"
)

type Garage struct {
	gorm.Model
	City     string
	Vehicles []Vehicle
}
type Vehicle struct {
	gorm.Model
	GarageID uint
	Garage   Garage
	Plate    string
	Mileage  int64
	Trips    []Trip
}
type Driver struct {
	gorm.Model
	FullName string
	License  License
	Helped   []Trip `gorm:"many2many:trip_helpers;"`
}
type License struct {
	ID       uint
	DriverID uint
	Class    string
}
type Tariff struct {
	Code       string `gorm:"primaryKey"`
	CentsPerKm int64
}
type Trip struct {
	gorm.Model
	VehicleID  uint
	Vehicle    Vehicle
	DriverID   uint
	Driver     Driver
	TariffCode string
	Tariff     Tariff `gorm:"foreignKey:TariffCode;references:Code"`
	Status     string
	Km         int64
	Waypoints  []Waypoint
	Helpers    []Driver `gorm:"many2many:trip_helpers;"`
}
type Waypoint struct {
	ID     uint
	TripID uint
	Lat    float64
	Lon    float64
}

var db *gorm.DB

func trips(n int) (ts []Trip) { Must(db.Order("id desc").Limit(n).Find(&ts).Error); return }

func main() {
	Main([]Scenario{
		{"belongs-to", func() []Finding {
			ts := trips(15)
			for _, t := range ts {
				var d Driver
				db.First(&d, t.DriverID)
			}
			return []Finding{Loop("drivers", "trips", len(ts))}
		}},
		{"belongs-to-text-key", func() []Finding {
			ts := trips(12)
			for i := range ts {
				Must(db.Model(&ts[i]).Association("Tariff").Find(&ts[i].Tariff))
			}
			return []Finding{Loop("tariffs", "trips", len(ts))}
		}},
		{"has-many", func() []Finding {
			var vs []Vehicle
			db.Where("garage_id in ?", []int{1, 2, 3}).Find(&vs)
			for i := range vs {
				db.Where("vehicle_id = ?", vs[i].ID).Find(&vs[i].Trips)
			}
			return []Finding{Loop("trips", "vehicles", len(vs))}
		}},
		{"has-many-association", func() []Finding {
			ts := trips(10)
			for i := range ts {
				Must(db.Model(&ts[i]).Association("Waypoints").Find(&ts[i].Waypoints))
			}
			return []Finding{Loop("waypoints", "trips", len(ts))}
		}},
		{"has-one", func() []Finding {
			var ds []Driver
			db.Limit(9).Find(&ds)
			for i := range ds {
				db.Take(&ds[i].License, "driver_id = ?", ds[i].ID)
			}
			return []Finding{Loop("licenses", "drivers", len(ds))}
		}},
		{"many-to-many", func() []Finding {
			ts := trips(11)
			for i := range ts {
				Must(db.Model(&ts[i]).Association("Helpers").Find(&ts[i].Helpers))
			}
			return []Finding{Loop("trip_helpers", "trips", len(ts))}
		}},
		{"nested", func() []Finding {
			var gs []Garage
			db.Limit(6).Find(&gs)
			for _, g := range gs {
				var vs []Vehicle
				db.Where(&Vehicle{GarageID: g.ID}).Find(&vs)
				for _, v := range vs {
					var ts []Trip
					db.Where(&Trip{VehicleID: v.ID}).Find(&ts)
				}
			}
			return []Finding{Loop("vehicles", "garages", len(gs), "vehicles", "trips")}
		}},
		{"preload-per-row", func() []Finding {
			ts := trips(8)
			for _, t := range ts {
				var v Vehicle
				db.Preload("Garage").First(&v, "id = ?", t.VehicleID)
			}
			return []Finding{Loop("vehicles", "trips", len(ts), "vehicles", "garages")}
		}},
		{"count-per-row", func() []Finding {
			var vs []Vehicle
			db.Limit(13).Find(&vs)
			for _, v := range vs {
				var n int64
				db.Model(&Trip{}).Where("vehicle_id = ? AND status = ?", v.ID, "open").Count(&n)
			}
			return []Finding{Loop("trips", "vehicles", len(vs))}
		}},
		{"association-count-per-row", func() []Finding {
			ts := trips(9)
			for i := range ts {
				db.Model(&ts[i]).Association("Waypoints").Count()
			}
			return []Finding{Loop("waypoints", "trips", len(ts))}
		}},
		{"rows-with-inner-query", func() []Finding {
			rows, err := db.Model(&Vehicle{}).Select("id").Order("plate").Limit(10).Rows()
			Must(err)
			var n int
			for rows.Next() {
				var id uint
				Must(rows.Scan(&id))
				var last Trip
				db.Where("vehicle_id = ?", id).Last(&last)
				n++
			}
			rows.Close()
			return []Finding{Loop("trips", "vehicles", n)}
		}},
		{"goroutine-per-row", func() []Finding {
			ts := trips(12)
			var wg sync.WaitGroup
			for _, t := range ts {
				wg.Go(func() { var d Driver; db.First(&d, t.DriverID) })
			}
			wg.Wait()
			return []Finding{Loop("drivers", "trips", len(ts))}
		}},
		{"save-each", func() []Finding {
			ts := trips(10)
			for i := range ts {
				ts[i].Km++
				db.Save(&ts[i])
			}
			return []Finding{Write("trips", "trips", len(ts))}
		}},
		{"updates-each-in-transaction", func() (f []Finding) {
			Must(db.Transaction(func(tx *gorm.DB) error {
				var vs []Vehicle
				tx.Limit(14).Find(&vs)
				for _, v := range vs {
					tx.Model(&v).Update("mileage", v.Mileage+1)
				}
				f = []Finding{Write("vehicles", "vehicles", len(vs))}
				return nil
			}))
			return
		}},
		{"create-each", func() []Finding {
			for i := range 12 {
				db.Create(&Waypoint{TripID: 7, Lat: float64(i)})
			}
			return []Finding{Write("waypoints", "", 12)}
		}},
		{"create-each-in-transaction", func() (f []Finding) {
			Must(db.Transaction(func(tx *gorm.DB) error {
				t := Trip{VehicleID: 1, DriverID: 1, TariffCode: "T1", Status: "open"}
				tx.Omit(clause.Associations).Create(&t)
				for i := range 9 {
					tx.Create(&Waypoint{TripID: t.ID, Lat: float64(i)})
				}
				f = []Finding{Write("waypoints", "", 9)}
				return nil
			}))
			return
		}},
		{"soft-delete-each", func() []Finding {
			ts := trips(8)
			for i := range ts {
				db.Delete(&ts[i])
			}
			return []Finding{Write("trips", "trips", len(ts))}
		}},
		{"first-or-create-each", func() []Finding {
			for i := range 7 {
				db.FirstOrCreate(&Tariff{}, Tariff{Code: fmt.Sprintf("X%d", i), CentsPerKm: 3})
			}
			return []Finding{Write("tariffs", "", 7)}
		}},
		{"upsert-each", func() []Finding {
			db.Transaction(func(tx *gorm.DB) error {
				for i := range 11 {
					tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&Tariff{Code: fmt.Sprintf("T%d", i), CentsPerKm: 5})
				}
				return nil
			})
			return []Finding{Write("tariffs", "", 11)}
		}},
		{"same-row-again", func() []Finding {
			for range 10 {
				var t Tariff
				db.First(&t, "code = ?", "T4")
			}
			return []Finding{Again("tariffs", 10)}
		}},
		{"offset-pages", func() []Finding {
			for k := range 8 {
				var ts []Trip
				db.Order("id").Limit(20).Offset(k*20 + 1).Find(&ts)
			}
			return []Finding{Pages("trips", 8)}
		}},
		{"find-in-batches", func() []Finding {
			var ts []Trip
			db.FindInBatches(&ts, 40, func(*gorm.DB, int) error { return nil })
			return nil
		}},
		{"preload", func() []Finding {
			for k := range 5 {
				var ts []Trip
				db.Preload("Driver.License").Preload("Vehicle.Garage").Preload("Waypoints").Where("id > ?", k*10).Limit(10).Find(&ts)
				time.Sleep(40 * time.Millisecond)
			}
			return nil
		}},
		{"joins", func() []Finding {
			for k := range 6 {
				var ts []Trip
				db.Joins("Driver").Joins("Vehicle").Where("trips.km > ?", k*10).Limit(20).Find(&ts)
				time.Sleep(30 * time.Millisecond)
			}
			return nil
		}},
		{"create-in-batches", func() []Finding {
			var ws []Waypoint
			for i := range 120 {
				ws = append(ws, Waypoint{TripID: uint(i + 1)})
			}
			db.CreateInBatches(ws, 30)
			return nil
		}},
		{"pool-of-loops", func() []Finding {
			n := Workers(6, 3, func(r *rand.Rand) {
				var ts []Trip
				db.Where("id > ?", r.Intn(150)).Order("id").Limit(10).Find(&ts)
				for _, t := range ts {
					var v Vehicle
					db.First(&v, t.VehicleID)
				}
			})
			return []Finding{Loop("vehicles", "trips", 10).In(n)}
		}},
		{"pool-of-pages", func() []Finding {
			Workers(8, 5, func(r *rand.Rand) {
				var t Trip
				db.First(&t, 1+r.Intn(190))
				db.First(&t.Driver, t.DriverID)
				db.Find(&t.Waypoints, "trip_id = ?", t.ID)
			})
			return nil
		}},
		{"health-checks", func() []Finding {
			s, _ := db.DB()
			for range 10 {
				Must(s.Ping())
				var n int
				db.Raw("SELECT 1").Scan(&n)
				time.Sleep(50 * time.Millisecond)
			}
			return nil
		}},
	}, func() {
		var err error
		simple := len(os.Args[1])%4 == 0 // some scenarios with values in the text
		db, err = gorm.Open(postgres.New(postgres.Config{DSN: Dsn(), PreferSimpleProtocol: simple}), &gorm.Config{Logger: logger.Discard, PrepareStmt: len(os.Args[1])%3 == 0})
		Must(err)
		s, err := db.DB()
		Must(err)
		s.SetMaxOpenConns(6)
	})
}

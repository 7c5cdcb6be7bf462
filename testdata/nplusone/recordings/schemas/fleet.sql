-- Go's naming: plural snake case, bigint keys, soft delete, coordinates that belong to trips, tariffs with a code as key.
CREATE TABLE garages (id bigserial PRIMARY KEY, city text NOT NULL, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz);
CREATE TABLE vehicles (id bigserial PRIMARY KEY, garage_id bigint REFERENCES garages, plate text NOT NULL, mileage bigint NOT NULL DEFAULT 0, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz);
CREATE TABLE drivers (id bigserial PRIMARY KEY, full_name text NOT NULL, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz);
CREATE TABLE licenses (id bigserial PRIMARY KEY, driver_id bigint NOT NULL UNIQUE REFERENCES drivers, class text NOT NULL);
CREATE TABLE tariffs (code text PRIMARY KEY, cents_per_km bigint NOT NULL);
CREATE TABLE trips (id bigserial PRIMARY KEY, vehicle_id bigint NOT NULL REFERENCES vehicles, driver_id bigint NOT NULL REFERENCES drivers, tariff_code text NOT NULL REFERENCES tariffs, status text NOT NULL DEFAULT 'open', km bigint NOT NULL DEFAULT 0, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz);
CREATE TABLE waypoints (id bigserial PRIMARY KEY, trip_id bigint NOT NULL REFERENCES trips, lat float8 NOT NULL, lon float8 NOT NULL);
CREATE TABLE trip_helpers (trip_id bigint NOT NULL REFERENCES trips, driver_id bigint NOT NULL REFERENCES drivers, PRIMARY KEY (trip_id, driver_id));
INSERT INTO garages (city) SELECT 'city ' || i FROM generate_series(1, 12) i;
INSERT INTO vehicles (garage_id, plate) SELECT i % 12 + 1, 'P' || i FROM generate_series(1, 48) i;
INSERT INTO drivers (full_name) SELECT 'driver ' || i FROM generate_series(1, 30) i;
INSERT INTO licenses (driver_id, class) SELECT i, 'B' FROM generate_series(1, 30) i;
INSERT INTO tariffs SELECT 'T' || i, i * 10 FROM generate_series(1, 20) i;
INSERT INTO trips (vehicle_id, driver_id, tariff_code, km) SELECT i % 48 + 1, i % 29 + 1, 'T' || i % 19 + 1, i FROM generate_series(1, 192) i;
INSERT INTO waypoints (trip_id, lat, lon) SELECT i % 192 + 1, i, -i FROM generate_series(1, 600) i;
INSERT INTO trip_helpers SELECT i, (i + j) % 30 + 1 FROM generate_series(1, 192) i, generate_series(1, 2) j;

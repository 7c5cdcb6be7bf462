-- No schema, and keys that are not called id.

-- The table's own name with an ending.
-- session: a
SELECT "invoiceId", "status" FROM "Invoice" ORDER BY 1 LIMIT 12;
-- session: a
-- params: 1..12
UPDATE "Invoice" SET "status" = 'sent' WHERE "invoiceId" = $1; -- want `(?s)an update of Invoice by invoiceId ran 12 times in a row after each list of Invoice.*parent Invoice \(invoiceId\)`

-- A short form of it, in a schema.
-- session: b
SELECT emp_no, name FROM hr.employee ORDER BY emp_no LIMIT 9;
-- session: b
-- params: 1..9
UPDATE hr.employee SET salary = salary + 1 WHERE emp_no = $1; -- want `(?s)an update of employee by emp_no ran 9 times.*parent hr.employee \(emp_no\)`

-- Another name altogether: the list has the column, and every run another value of it.
-- session: c
SELECT handle, karma FROM member LIMIT 6;
-- session: c
-- params: 1..6
DELETE FROM member WHERE handle = $1; -- want `(?s)a delete from member by handle ran 6 times.*parent member \(handle\)`

-- A key that is a word of the other table: a code.
-- session: d
SELECT id, tariff_code FROM trips ORDER BY id DESC LIMIT 10;
-- session: d
-- params: 1..10
SELECT cents_per_km FROM tariffs WHERE code = $1; -- want `(?s)tariffs by code ran 10 times.*parent trips \(tariff_code\)`

-- Another role, with the ending of the key.
-- session: e
SELECT cust_no, rep_no FROM sales.customer LIMIT 15;
-- session: e
-- params: 1..15
SELECT name FROM hr.employee WHERE emp_no = $1; -- want `(?s)employee by emp_no ran 15 times.*parent sales.customer \(rep_no\)`

-- All columns, and the key is a code.
-- session: f
SELECT * FROM voyages LIMIT 8;
-- session: f
-- params: 1..8
SELECT * FROM ports WHERE code = $1; -- want `(?s)ports by code ran 8 times.*parent voyages`

-- The parent is the table of a join whose column feeds the loop.
-- session: g
SELECT t.driver_id FROM trips t JOIN vehicles v ON v.id = t.vehicle_id WHERE v.garage_id = 4;
-- session: g
-- params: 1..16
SELECT number FROM licenses WHERE driver_id = $1; -- want `(?s)licenses by driver_id ran 16 times in a row after each list of trips.*parent trips \(driver_id\)`

-- A join table's columns are no keys of its own, whatever it is called.
-- session: h
SELECT id, name FROM patients ORDER BY id LIMIT 10;
-- session: h
-- params: 1..10
SELECT allergies.id, allergies_patients.patient_id FROM allergies JOIN allergies_patients ON allergies_patients.allergy_id = allergies.id WHERE allergies_patients.patient_id = $1; -- want `(?s)allergies_patients by patient_id ran 10 times.*parent patients \(id\)`

-- Ids of two tables have nothing in common.
-- session: i
SELECT id, title FROM posters WHERE shown;
-- session: i
-- params: 1..10
SELECT name FROM visitors WHERE id = $1;

-- The same value again and again of a column that is no key tells of no rows.
-- session: j
SELECT state, note FROM parcels LIMIT 5;
-- session: j
-- params: 'sent'
SELECT count(*) FROM parcels WHERE state = $1;
-- session: j
-- params: 'lost'
SELECT count(*) FROM parcels WHERE state = $1;
-- session: j
-- params: 'sent'
SELECT count(*) FROM parcels WHERE state = $1;
-- session: j
-- params: 'kept'
SELECT count(*) FROM parcels WHERE state = $1;
-- session: j
-- params: 'sent'
SELECT count(*) FROM parcels WHERE state = $1;

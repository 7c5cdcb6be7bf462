"""psycopg 3 and psycopg2 over the tables of schemas/clinic.sql: what tags, pools, jobs and imports look like, loops or not."""
import random
import threading
import time
import uuid

import psycopg
import psycopg2
import psycopg2.extras
from truth import loop, main, write


def connect(app="clinic", **more):
    return psycopg.connect(f"application_name={app}", **more)


def ids(c, query, *args):
    return [r[0] for r in c.execute(query, args).fetchall()]


def threads(count, requests, work, app="clinic"):
    """Each thread has a connection of its own, and serves one request after the other as a pool does. Returns how many requests ended well."""
    done = []

    def run(k):
        r = random.Random(k)
        with connect(app, autocommit=True) as c:
            for _ in range(requests):
                time.sleep(r.uniform(.002, .03))
                work(c, r)
                done.append(1)
    ts = [threading.Thread(target=run, args=(k,)) for k in range(count)]
    [t.start() for t in ts]
    [t.join() for t in ts]
    assert len(done) == count * requests
    return len(done)


def tag(route):
    return f" /*route='{route}',traceparent='00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-01'*/"


def tagged_loops():
    def request(c, r):
        t = tag("%%2Fwards%%2F%%3Aid")
        for p in ids(c, "SELECT id FROM patients WHERE ward_id = %s ORDER BY id LIMIT 4" + t, r.randrange(1, 13)):
            c.execute("SELECT number FROM insurance_cards WHERE patient_id = %s" + t, (p,)).fetchall()
    n = threads(3, 5, request)
    return [loop("insurance_cards", "patients", 4, n)]


def tagged_long_loops():
    def request(c, r):
        t = tag("%%2Fpatients")
        for p in ids(c, "SELECT id FROM patients WHERE id > %s ORDER BY id LIMIT 12" + t, r.randrange(0, 40)):
            c.execute("SELECT id, state FROM visits WHERE patient_id = %s" + t, (p,)).fetchall()
    n = threads(4, 4, request)
    return [loop("visits", "patients", 12, n)]


def tagged_lookups():
    def request(c, r):
        c.execute("SELECT id, name FROM staff WHERE id = %s" + tag("%%2Flogin"), (r.randrange(1, 40),)).fetchall()
    threads(4, 20, request)


def authentication_before_each_page():
    def request(c, r):
        c.execute("SELECT id, name, type FROM staff WHERE id = %s", (r.randrange(1, 40),)).fetchall()
        if r.random() < .5:
            c.execute("SELECT * FROM wards ORDER BY name").fetchall()
        else:
            c.execute("SELECT count(*) FROM visits WHERE state = 'planned'").fetchall()
    threads(5, 10, request)


def names_change_within_the_loop():
    with connect() as c:
        xs = ids(c, "SELECT id FROM patients ORDER BY name LIMIT 16")
        for p in xs:
            c.execute("SELECT id, state FROM visits WHERE patient_id = %s", (p,)).fetchall()
        return [loop("visits", "patients", len(xs))]


def autocommit_loop():
    with connect(autocommit=True) as c:
        xs = ids(c, "SELECT drug_id FROM prescriptions ORDER BY id LIMIT 14")
        for d in xs:
            c.execute("SELECT label FROM drugs WHERE id = %s", (d,)).fetchone()
        return [loop("drugs", "prescriptions", len(xs))]


def time_to_think():
    with connect() as c:
        xs = ids(c, "SELECT id FROM patients WHERE deleted_at IS NULL ORDER BY id LIMIT 9")
        for p in xs:
            c.execute("SELECT body FROM notes WHERE notable_type = 'Patient' AND notable_id = %s", (p,)).fetchall()
            time.sleep(.04)
        return [loop("notes", "patients", len(xs))]


def two_loops_in_a_row():
    with connect() as c:
        xs = ids(c, "SELECT id FROM patients ORDER BY id LIMIT 10")
        for p in xs:
            c.execute("SELECT state FROM visits WHERE patient_id = %s", (p,)).fetchall()
        for p in xs:
            c.execute("SELECT number FROM insurance_cards WHERE patient_id = %s", (p,)).fetchall()
        return [loop("visits", "patients", 10), loop("insurance_cards", "patients", 10)]


def savepoint_per_row():
    n = 0
    with connect() as c:
        for v in ids(c, "SELECT id FROM visits WHERE state = 'planned' ORDER BY id LIMIT 11"):
            with c.transaction():
                c.execute("UPDATE visits SET state = 'late' WHERE id = %s", (v,))
                n += 1
    return [write("visits", "visits", n)]


def hand_over_between_requests():
    with connect(autocommit=True) as c:
        for k in range(4):
            for v in ids(c, "SELECT patient_id FROM visits WHERE id > %s ORDER BY id LIMIT 7", k * 20):
                c.execute("SELECT name FROM patients WHERE id = %s", (v,)).fetchone()
            c.execute("DISCARD ALL", prepare=False)
            c._prepared.clear()
    return [loop("patients", "visits", 7, 4)]


def nightly_job():
    n = 0
    with connect("nightly-cron", autocommit=True) as c:
        for p in ids(c, "SELECT id FROM patients ORDER BY id"):
            c.execute("UPDATE patients SET visits_count = (SELECT count(*) FROM visits WHERE patient_id = %s) WHERE id = %s", (p, p))
            n += 1
    return [write("patients", "patients", n)]


def walk_a_tree():
    n = 0
    with connect() as c:
        todo = ids(c, "SELECT id FROM wards WHERE parent_id IS NULL")
        while todo:
            todo = ids(c, "SELECT id FROM wards WHERE parent_id = %s", todo[0]) + todo[1:]
            n += 1
    return [loop("wards", "", n)], [loop("wards", "wards", n)]


def upsert_each():
    n = 0
    with connect() as c:
        for i in range(14):
            c.execute("INSERT INTO drugs (id, code, label) VALUES (%s, %s, %s) ON CONFLICT (id) DO UPDATE SET label = excluded.label", (i + 20, f"D{i}", "new"))
            n += 1
    return [write("drugs", "", n)]


def pipeline_mode():
    with connect() as c, c.pipeline():
        for i in range(30):
            c.execute("INSERT INTO notes (notable_type, notable_id, body) VALUES ('Patient', %s, 'p')", (i,))


def execute_many():
    with connect() as c:
        c.cursor().executemany("INSERT INTO notes (notable_type, notable_id, body) VALUES (%s, %s, %s)", [("Visit", i, "m") for i in range(40)])
    return [], [write("notes", "", 40)]


def execute_many_of_psycopg2():
    c = psycopg2.connect("")
    c.cursor().executemany("INSERT INTO notes (notable_type, notable_id, body) VALUES (%s, %s, %s)", [("Visit", i, "m") for i in range(20)])
    c.commit()
    return [write("notes", "", 20)]


def execute_values_and_batch():
    c = psycopg2.connect("")
    psycopg2.extras.execute_values(c.cursor(), "INSERT INTO notes (notable_type, notable_id, body) VALUES %s", [("Visit", i, "v") for i in range(200)], page_size=25)
    psycopg2.extras.execute_batch(c.cursor(), "UPDATE visits SET state = %s WHERE id = %s", [("done", i) for i in range(1, 90)], page_size=15)
    c.commit()


def import_by_copy():
    with connect() as c:
        for k in range(8):
            with c.cursor().copy("COPY notes (notable_type, notable_id, body) FROM STDIN") as w:
                for i in range(50):
                    w.write_row(("Patient", i, f"copy {k}"))
            c.commit()


def server_side_cursor():
    with connect() as c, c.cursor(name="all_visits") as s:
        s.itersize = 30
        s.execute("SELECT * FROM visits")
        for _ in s:
            pass


def keyset_within_a_ward():
    last = 0
    with connect(autocommit=True) as c:
        while True:
            xs = ids(c, "SELECT id FROM visits WHERE state = 'done' AND id > %s ORDER BY id LIMIT 20", last)
            if not xs:
                return []
            last = xs[-1]


def polling():
    with connect("scheduler", autocommit=True) as c:
        for _ in range(10):
            c.execute("SELECT id FROM visits WHERE state = 'planned' AND starts_at < now() - interval '20 years'").fetchall()
            time.sleep(.5)


def searches_of_users():
    def request(c, r):
        time.sleep(r.uniform(.03, .1))
        c.execute("SELECT id, name FROM patients WHERE name = %s", (f"patient {r.randrange(60)}",)).fetchall()
    threads(4, 8, request)


def bookings():
    def request(c, r):
        with c.transaction():
            v = ids(c, "SELECT id FROM visits WHERE id = %s FOR UPDATE", r.randrange(1, 240))[0]
            c.execute("UPDATE visits SET state = 'booked' WHERE id = %s", (v,))
            c.execute("INSERT INTO notes (notable_type, notable_id, body) VALUES ('Visit', %s, 'booked')", (v,))
    threads(5, 8, request)


def bookings_on_one_connection():
    with connect(autocommit=True) as c:
        for i in range(18):
            with c.transaction():
                c.execute("SELECT id FROM patients WHERE id = %s", (i * 3 % 60 + 1,)).fetchall()
                c.execute("INSERT INTO visits (patient_id, doctor_id, starts_at) VALUES (%s, 2, now())", (i * 3 % 60 + 1,))
            time.sleep(.28 + i * .01)


def lists_and_lookups_mixed():
    def request(c, r):
        if r.random() < .3:
            c.execute("SELECT id, name FROM patients WHERE ward_id = %s ORDER BY name LIMIT 10", (r.randrange(1, 13),)).fetchall()
        else:
            c.execute("SELECT * FROM patients WHERE id = %s", (r.randrange(1, 60),)).fetchall()
    threads(3, 30, request)


def health_checks():
    with connect("probe", autocommit=True) as c:
        for _ in range(12):
            c.execute("SELECT 1").fetchall()
            c.execute("SELECT count(*) FROM wards").fetchall()
            time.sleep(.2)


def threshold_hides_everything():
    with connect() as c:
        for p in ids(c, "SELECT id FROM patients ORDER BY id LIMIT 30"):
            c.execute("SELECT state FROM visits WHERE patient_id = %s", (p,)).fetchall()
        c.execute("SELECT pg_sleep(0.25)")
    return [dict(rule="blind", child="", parent="", iterations=0, requests=0)]


main({k: v for k, v in list(globals().items()) if callable(v) and getattr(v, "__module__", "") == "__main__" and not isinstance(v, type) and k not in ("connect", "ids", "threads", "tag")})

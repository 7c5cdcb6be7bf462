#!/usr/bin/env python3
"""Records what real data layers make PostgreSQL log: record.py [--only ORM[/SCENARIO],...] [--pg DIR] [--list]

Each program under programs/ runs one scenario at a time in a database of its own and prints, as its last line, what a
reader of the log should find: {"findings": [{"rule", "child", "parent", "iterations", "requests", "children"?}]}. The
counts come from counters inside the loops. A case is NAME.log.gz (or .csv.gz, .json.gz) beside NAME.json.
How the server logs is drawn from the name of the case, so that recording again changes the bytes and not the kinds.
"""
import argparse, gzip, hashlib, json, os, shutil, signal, socket, subprocess, sys, tempfile, time
from programs_list import HELD_OUT, HOLDS_A_SESSION, PROGRAMS, SCATTERED

HERE = os.path.dirname(os.path.abspath(__file__))
PREFIXES = ["%m [%p] ", "%m [%p] %q%u@%d ", "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ", "%m %c %l %x %v %u %d %a ",
            "%m [%p] ", "%m %u %d %p %r %a %i: "]


def draw(name, purpose, choices):
    """One of choices, always the same for a name and a purpose."""
    return choices[int(hashlib.sha256(f"{purpose}/{name}".encode()).hexdigest(), 16) % len(choices)]


def settings(name, scenario):
    """How the server logs in this case."""
    s = {
        "destination": draw(name, "destination", ["stderr"] * 6 + ["csvlog"] * 2 + ["jsonlog"] * 2),
        "prefix": draw(name, "prefix", PREFIXES),
        "parameters": draw(name, "parameters", [True] * 9 + [False]),
        "statements": draw(name, "statements", ["duration"] * 9 + ["all"]),
        "connections": draw(name, "connections", [True, False]),
        "threshold_ms": 0,
    }
    if scenario.startswith("threshold-"):
        s["threshold_ms"] = 200
        s["statements"] = "duration"
    return s


def held_out(orm, name):
    """Whether nobody who tunes rules may look: whole data layers, and of the others one case in four."""
    return orm in HELD_OUT or draw(name, "heldout", [True, False, False, False])


class Server:
    """A throwaway PostgreSQL that logs everything to one file."""

    def __init__(self, pg):
        self.pg, self.dir = pg, tempfile.mkdtemp(prefix="recording")
        self.bin = os.path.join(pg, "bin")
        self.log = os.path.join(self.dir, "log")
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.user = []
        if os.geteuid() == 0:
            os.chmod(self.dir, 0o755)
            shutil.chown(self.dir, "postgres", "postgres")
            self.user = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
        data = os.path.join(self.dir, "data")
        subprocess.run(self.user + [os.path.join(self.bin, "initdb"), "-D", data, "-A", "trust", "-U", "seeder", "-E", "UTF8", "--no-sync"], check=True, stdout=subprocess.DEVNULL)
        options = dict(port=self.port, listen_addresses="127.0.0.1", unix_socket_directories=self.dir, fsync="off", logging_collector="on",
                       log_directory=self.log, log_filename="server.log", log_rotation_age=0, log_rotation_size=0, max_connections=60, autovacuum="off",
                       log_destination="stderr,csvlog,jsonlog", log_file_mode="0644")
        command = self.user + [os.path.join(self.bin, "postgres"), "-D", data]
        for k, v in options.items():
            command += ["-c", f"{k}={v}"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            if self.sql("postgres", "SELECT 1", check=False) == 0:
                break
            time.sleep(.05)
        self.version = subprocess.run([os.path.join(self.bin, "postgres"), "-V"], capture_output=True, text=True).stdout.split()[2]
        self.sql("postgres", "ALTER ROLE seeder SET log_min_duration_statement = -1; ALTER ROLE seeder SET log_statement = 'none'; ALTER ROLE seeder SET log_duration = off; CREATE ROLE app LOGIN SUPERUSER")
        self.templates = set()

    def sql(self, database, *statements, check=True):
        """Each statement on its own, in one connection."""
        command = ["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port), "-U", "seeder", "-d", database]
        for s in statements:
            command += ["-c", s]
        run = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if check and run.returncode:
            sys.exit("the server refused: " + run.stderr)
        return run.returncode

    def fresh(self, schema):
        """A database with the schema's rows, cloned."""
        if schema not in self.templates:
            self.sql("postgres", f"CREATE DATABASE template_{schema}")
            with open(os.path.join(HERE, "schemas", schema + ".sql"), encoding="utf-8") as f:
                self.sql("template_" + schema, f.read())
            self.templates.add(schema)
        self.sql("postgres", f"DROP DATABASE IF EXISTS {schema} WITH (FORCE)", f"CREATE DATABASE {schema} TEMPLATE template_{schema}")

    def configure(self, s):
        lines = [f"ALTER SYSTEM SET log_line_prefix = '{s['prefix']}'",
                 f"ALTER SYSTEM SET log_parameter_max_length = {-1 if s['parameters'] else 0}",
                 f"ALTER SYSTEM SET log_connections = {'on' if s['connections'] else 'off'}",
                 f"ALTER SYSTEM SET log_disconnections = {'on' if s['connections'] else 'off'}",
                 f"ALTER SYSTEM SET log_statement = '{'all' if s['statements'] == 'all' else 'none'}'",
                 f"ALTER SYSTEM SET log_duration = {'on' if s['statements'] == 'all' else 'off'}",
                 f"ALTER SYSTEM SET log_min_duration_statement = {-1 if s['statements'] == 'all' else s['threshold_ms']}"]
        self.sql("postgres", *lines, "SELECT pg_reload_conf()")
        time.sleep(.25)

    def file(self, destination):
        return os.path.join(self.log, {"stderr": "server.log", "csvlog": "server.csv", "jsonlog": "server.json"}[destination])

    def size(self, destination):
        path = self.file(destination)
        return os.path.getsize(path) if os.path.exists(path) else 0

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        shutil.rmtree(self.dir, ignore_errors=True)


def record(server, orm, program, scenario):
    name = f"{orm}-{scenario}"
    s = settings(name, scenario)
    server.fresh(program["schema"])
    server.configure(s)
    begin = server.size(s["destination"])
    environment = dict(os.environ, PGHOST="127.0.0.1", PGPORT=str(server.port), PGUSER="app", PGPASSWORD="app", PGDATABASE=program["schema"], PGSSLMODE="disable")
    run = subprocess.run(program["command"] + [scenario], cwd=program.get("cwd", os.path.join(HERE, "programs")), env=environment, capture_output=True, text=True, timeout=120)
    if run.returncode or not run.stdout.strip():
        return f"{name}: exit {run.returncode}: {run.stdout[-300:]} {run.stderr[:600]} ... {run.stderr[-300:]}"
    time.sleep(.3)
    truth = json.loads(run.stdout.strip().splitlines()[-1])
    if scenario in SCATTERED or scenario == "pool-of-loops" and orm not in HOLDS_A_SESSION:
        for f in truth["findings"]:
            f["scattered"] = True
    with open(server.file(s["destination"]), "rb") as f:
        f.seek(begin)
        log = f.read()
    folder = os.path.join(HERE, "heldout" if held_out(orm, name) else "open")
    for other in ("open", "heldout"):
        for end in (".log.gz", ".csv.gz", ".json.gz", ".truth.json"):
            path = os.path.join(HERE, other, name + end)
            if os.path.exists(path):
                os.remove(path)
    end = {"stderr": ".log.gz", "csvlog": ".csv.gz", "jsonlog": ".json.gz"}[s["destination"]]
    with open(os.path.join(folder, name + end), "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as f:
        f.write(log)
    case = dict(orm=orm, versions=program["versions"], scenario=scenario, program=program["file"], schema=program["schema"], log=name + end,
                server=server.version, **s, findings=truth["findings"])
    if "may" in truth:
        case["may"] = truth["may"]
    with open(os.path.join(folder, name + ".truth.json"), "w", encoding="utf-8") as f:
        json.dump(case, f, indent=1)
        f.write("\n")
    return None


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--only", default="")
    options.add_argument("--pg", default="/usr/lib/postgresql/15", help="a folder with bin/postgres")
    options.add_argument("--list", action="store_true")
    a = options.parse_args()
    only = [x for x in a.only.split(",") if x]
    server = None if a.list else Server(a.pg)
    failed = 0
    try:
        for orm, program in PROGRAMS.items():
            if only and not any(x.split("/")[0] == orm for x in only):
                continue
            cwd = program.get("cwd", os.path.join(HERE, "programs"))
            if "build" in program and not a.list:
                subprocess.run(program["build"], cwd=cwd, shell=True, check=True)
            scenarios = subprocess.run(program["command"] + ["list"], cwd=cwd, capture_output=True, text=True, check=True).stdout.split()
            for scenario in scenarios:
                if only and not any(x in (orm, f"{orm}/{scenario}") for x in only):
                    continue
                if a.list:
                    print(orm, scenario)
                    continue
                problem = record(server, orm, program, scenario)
                failed += bool(problem)
                print(problem or f"{orm}-{scenario}", flush=True)
    finally:
        if server:
            server.stop()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

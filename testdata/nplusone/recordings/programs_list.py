"""The programs that are recorded, and which data layers are held out as a whole."""
import os
import tempfile

PYTHON = os.environ.get("RECORD_PYTHON", "/usr/bin/python3")
NODE = ["env", "NODE_PATH=" + os.environ.get("RECORD_NODE_MODULES", ""), "node"]
BUILT = os.path.join(tempfile.gettempdir(), "apilint-recordings")
HELD_OUT = {"sequel", "typeorm", "doctrine", "bun", "peewee", "eclipselink"}

# Loops whose statements each take any session of a pool: a log does not tell what belongs together.
SCATTERED = {"parallel-children", "goroutine-per-row"}
HOLDS_A_SESSION = {"django", "activerecord", "sqlalchemy", "hibernate", "eclipselink", "peewee"}


def go(folder, versions):
    binary = os.path.join(BUILT, folder)
    return dict(versions=versions, schema="fleet", file=f"go/{folder}/main.go", build=f"cd go && go build -o {binary} ./{folder}", command=[binary])


def java(provider, versions, jars):
    """Both providers run one program; Debian's jars."""
    out = os.path.join(BUILT, "java")
    path = ":".join(["java", out] + [f"/usr/share/java/{j}.jar" for j in jars + ["eclipselink-jpa-2.1-spec", "postgresql"]])
    agent = ["-javaagent:/usr/share/java/eclipselink.jar"] if provider == "eclipselink" else []  # makes lazy relations lazy
    build = f"mkdir -p {out} && javac -nowarn -d {out} -cp /usr/share/java/eclipselink-jpa-2.1-spec.jar java/Erp.java"
    return dict(versions=versions, schema="erp", file="java/Erp.java", build=build, command=["java", *agent, "-cp", path, "-Xshare:auto", "-XX:TieredStopAtLevel=1", "Erp", provider])


PROGRAMS = {
    "django": dict(versions="Django 3.2, psycopg2 2.9", schema="blog", file="django_blog.py", command=[PYTHON, "django_blog.py"]),
    "activerecord": dict(versions="Active Record 6.1, pg 1.4", schema="clinic", file="activerecord_clinic.rb", command=["ruby", "activerecord_clinic.rb"]),
    "sequel": dict(versions="Sequel 5.63, pg 1.4", schema="clinic", file="sequel_clinic.rb", command=["ruby", "sequel_clinic.rb"]),
    "sqlalchemy": dict(versions="SQLAlchemy 1.4, psycopg2 2.9", schema="erp", file="sqlalchemy_erp.py", command=[PYTHON, "sqlalchemy_erp.py"]),
    "sequelize": dict(versions="Sequelize 6.37, pg 8.23", schema="billing", file="sequelize_billing.js", command=NODE + ["sequelize_billing.js"]),
    "typeorm": dict(versions="TypeORM 1.1, pg 8.23", schema="billing", file="typeorm_billing.js", command=NODE + ["typeorm_billing.js"]),
    "objection": dict(versions="Objection 3.1, Knex 3.3, pg 8.23", schema="billing", file="objection_billing.js", command=NODE + ["objection_billing.js"]),
    "drizzle": dict(versions="Drizzle 0.45, pg 8.23, postgres.js 3.4", schema="billing", file="drizzle_billing.js", command=NODE + ["drizzle_billing.js"]),
    "gorm": go("gormfleet", "GORM 1.31, pgx 5.12"),
    "bun": go("bunfleet", "bun 1.3, pgdriver 1.2"),
    "sqlx": go("sqlxfleet", "sqlx 1.4 with lib/pq 1.12, pgx 5.12"),
    "xorm": go("xormfleet", "XORM 1.4, lib/pq 1.12"),
    "hibernate": java("hibernate", "Hibernate 3.6, pgjdbc 42.5", ["hibernate3", "hibernate-entitymanager", "hibernate-commons-annotations", "javassist", "dom4j", "antlr", "slf4j-api", "slf4j-nop", "geronimo-jta-1.2-spec",
                                                                 "commons-collections3", "jta", "cglib"]),
    "eclipselink": java("eclipselink", "EclipseLink 2.7, pgjdbc 42.5", ["eclipselink", "org.eclipse.persistence.jpa.jpql"]),
    "eloquent": dict(versions="Eloquent 8.83, PDO", schema="clinic", file="eloquent_clinic.php", command=["php", "eloquent_clinic.php"]),
    "dbixclass": dict(versions="DBIx::Class 0.082843, DBD::Pg 3.16", schema="erp", file="dbix_erp.pl", command=["perl", "dbix_erp.pl"]),
    "peewee": dict(versions="peewee 3.14, psycopg2 2.9", schema="blog", file="peewee_blog.py", command=[PYTHON, "peewee_blog.py"]),
    "doctrine": dict(versions="Doctrine ORM 2.14, PDO", schema="erp", file="doctrine_erp.php", command=["php", "doctrine_erp.php"]),
    "traffic": dict(versions="psycopg 3.1, psycopg2 2.9", schema="clinic", file="traffic_clinic.py", command=[PYTHON, "traffic_clinic.py"]),
}

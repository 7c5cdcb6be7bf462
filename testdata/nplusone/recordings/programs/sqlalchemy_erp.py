"""SQLAlchemy over the tables of schemas/erp.sql."""
import os, random, sys, threading, time
from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, ForeignKeyConstraint, Integer, Sequence, String, Table, and_, create_engine, exists, func, select, update
from sqlalchemy.orm import Session, declarative_base, joinedload, relationship, selectinload, subqueryload
from truth import loop, main, write

engine = create_engine("postgresql+psycopg2://", pool_size=8, connect_args=dict(application_name="erp-api"))
Base = declarative_base()
employee_skill = Table("employee_skill", Base.metadata, Column("emp_no", ForeignKey("hr.employee.emp_no"), primary_key=True), Column("skill_code", ForeignKey("hr.skill.skill_code"), primary_key=True), schema="hr")


class Department(Base):
    __tablename__, __table_args__ = "department", dict(schema="hr")
    dept_no = Column(Integer, primary_key=True)
    dept_name = Column(String)
    employees = relationship("Employee", back_populates="department")
    employees_dynamic = relationship("Employee", lazy="dynamic", viewonly=True)


class Employee(Base):
    __tablename__, __table_args__ = "employee", dict(schema="hr")
    emp_no = Column(Integer, primary_key=True)
    last_name = Column(String)
    dept_no = Column(ForeignKey("hr.department.dept_no"))
    manager_no = Column(ForeignKey("hr.employee.emp_no"))
    salary = Column(Integer)
    version = Column(Integer, nullable=False)
    __mapper_args__ = dict(version_id_col=version)
    department = relationship(Department, back_populates="employees")
    manager = relationship("Employee", remote_side=[emp_no])
    badge = relationship("Badge", uselist=False)
    skills = relationship("Skill", secondary=employee_skill)


class Badge(Base):
    __tablename__, __table_args__ = "badge", dict(schema="hr")
    badge_no = Column(Integer, primary_key=True)
    emp_no = Column(ForeignKey("hr.employee.emp_no"))
    color = Column(String)


class Skill(Base):
    __tablename__, __table_args__ = "skill", dict(schema="hr")
    skill_code = Column(String, primary_key=True)
    title = Column(String)


class Article(Base):
    __tablename__, __table_args__ = "article", dict(schema="stock")
    article_code = Column(String, primary_key=True)
    label = Column(String)
    in_stock = Column(Integer)


class Customer(Base):
    __tablename__, __table_args__ = "customer", dict(schema="sales")
    cust_no = Column(Integer, primary_key=True)
    company = Column(String)
    rep_no = Column(ForeignKey("hr.employee.emp_no"))
    orders = relationship("SalesOrder", back_populates="customer")
    rep = relationship(Employee)


class SalesOrder(Base):
    __tablename__, __table_args__ = "sales_order", dict(schema="sales")
    order_no = Column(Integer, Sequence("sales_order_seq", schema="sales"), primary_key=True)
    cust_no = Column(ForeignKey("sales.customer.cust_no"))
    state = Column(String, default="N")
    placed_on = Column(Date, server_default=func.current_date())
    customer = relationship(Customer, back_populates="orders")
    positions = relationship("OrderPosition")


class OrderPosition(Base):
    __tablename__, __table_args__ = "order_position", dict(schema="sales")
    order_no = Column(ForeignKey("sales.sales_order.order_no"), primary_key=True)
    pos = Column(Integer, primary_key=True)
    article_code = Column(ForeignKey("stock.article.article_code"))
    amount = Column(Integer)
    article = relationship(Article)


class AuditEntry(Base):
    __tablename__, __table_args__ = "audit_entry", dict(schema="sales")
    audit_id = Column(Integer, primary_key=True)
    what = Column(String)
    order_no = Column(Integer)


def session():
    return Session(engine, future=True)


def rows(s, q):
    return s.execute(q).scalars().all()


def belongs_to():
    with session() as s:
        xs = rows(s, select(Employee).order_by(Employee.emp_no).limit(14))
        [e.department.dept_name for e in xs]
        return [loop("department", "employee", 14)]


def belongs_to_text_key():
    with session() as s:
        xs = rows(s, select(OrderPosition).where(OrderPosition.order_no.between(2001, 2005)))
        [p.article.label for p in xs]
        return [loop("article", "order_position", len({p.article_code for p in xs}))]


def has_many():
    with session() as s:
        xs = rows(s, select(Department).order_by(Department.dept_name))
        [d.employees for d in xs]
        return [loop("employee", "department", len(xs))]


def has_many_composite():
    with session() as s:
        xs = rows(s, select(SalesOrder).where(SalesOrder.cust_no < 4).limit(11))
        [o.positions for o in xs]
        return [loop("order_position", "sales_order", len(xs))]


def nested():
    with session() as s:
        xs = rows(s, select(Customer).limit(7))
        for c in xs:
            for o in c.orders:
                o.positions
        return [loop("sales_order", "customer", len(xs), children=["sales_order", "order_position"])]


def nested_three():
    with session() as s:
        xs = rows(s, select(Department).limit(5))
        for d in xs:
            for e in d.employees:
                for c in rows(s, select(Customer).where(Customer.rep_no == e.emp_no)):
                    c.orders
        return [loop("employee", "department", len(xs), children=["employee", "customer", "sales_order"])]


def count_per_row():
    with session() as s:
        xs = rows(s, select(Customer).limit(12))
        for c in xs:
            s.scalar(select(func.count()).select_from(SalesOrder).where(SalesOrder.cust_no == c.cust_no))
        return [loop("sales_order", "customer", len(xs))]


def count_subquery_per_row():
    with session() as s:
        xs = rows(s, select(Department).limit(10))
        [d.employees_dynamic.count() for d in xs]
        return [loop("employee", "department", len(xs))]


def exists_per_row():
    with session() as s:
        xs = rows(s, select(Customer).limit(9))
        for c in xs:
            s.scalar(select(exists().where(and_(SalesOrder.cust_no == c.cust_no, SalesOrder.state == "N"))))
        return [loop("sales_order", "customer", len(xs))]


def one_to_one():
    with session() as s:
        xs = rows(s, select(Employee).order_by(Employee.last_name).limit(13))
        [e.badge.color for e in xs]
        return [loop("badge", "employee", len(xs))]


def many_to_many():
    with session() as s:
        xs = rows(s, select(Employee).limit(8))
        [e.skills for e in xs]
        return [loop("employee_skill", "employee", len(xs))]


def self_reference():
    with session() as s:
        xs = rows(s, select(Employee.manager_no).where(Employee.emp_no > 150).distinct())
        for m in xs:
            s.get(Employee, m)
        return [loop("employee", "employee", len(xs))]


def get_by_composite_key():
    with session() as s:
        orders = [r for r in s.execute(select(SalesOrder.order_no).limit(12)).scalars()]
        for o in orders:
            s.get(OrderPosition, (o, 2))
        return [loop("order_position", "sales_order", len(orders))]


def autocommit_lookups():
    e = engine.execution_options(isolation_level="AUTOCOMMIT")
    with e.connect() as c:
        ids = [r[0] for r in c.execute(select(Customer.rep_no).order_by(Customer.cust_no).limit(15))]
        for i in ids:
            c.execute(select(Employee.last_name).where(Employee.emp_no == i)).first()
        return [loop("employee", "customer", len(ids))]


def version_updates_on_flush():
    with session() as s:
        xs = rows(s, select(Employee).where(Employee.dept_no < 60).limit(10))
        for e in xs:
            e.salary += 5
            s.flush()
        s.commit()
        return [write("employee", "employee", len(xs))]


def unit_of_work_update():
    with session() as s:
        xs = rows(s, select(Employee).limit(16))
        for e in xs:
            e.salary = 9
        s.commit()
        return [write("employee", "employee", len(xs))]


def add_and_commit_each():
    n = 0
    with session() as s:
        for i in range(12):
            s.add(AuditEntry(what=f"w{i}", order_no=2000 + i))
            s.commit()
            n += 1
    return [write("audit_entry", "", n)]


def sequence_and_insert_each():
    n = 0
    with session() as s:
        for i in range(9):
            s.add(SalesOrder(cust_no=i + 1))
            s.flush()
            n += 1
        s.commit()
    return [write("sales_order", "", n)]


def delete_each():
    with session() as s:
        xs = rows(s, select(Badge).limit(11))
        for b in xs:
            s.delete(b)
            s.flush()
        s.commit()
        return [write("badge", "badge", len(xs))]


def check_and_write_each():
    n = 0
    with session() as s:
        for i in range(10):
            a = s.execute(select(Article).where(Article.article_code == f"ART{i + 1}")).scalar_one()
            a.in_stock -= 1
            s.flush()
            n += 1
        s.commit()
    return [write("article", "", n)], [loop("article", "", n)]


def add_all_at_once():
    with session() as s:
        s.add_all([AuditEntry(what="b", order_no=i) for i in range(60)])
        s.commit()


def executemany():
    with engine.begin() as c:
        c.execute(AuditEntry.__table__.insert(), [dict(what="m", order_no=i) for i in range(50)])


def same_row_again():
    n = 0
    with engine.begin() as c:
        for _ in range(13):
            c.execute(select(Skill).where(Skill.skill_code == "S3")).first()
            n += 1
    return [loop("skill", "", n, rule="duplicate-query")]


def offset_pages():
    n = 0
    with session() as s:
        for k in range(7):
            rows(s, select(SalesOrder).order_by(SalesOrder.order_no).limit(20).offset(k * 20))
            n += 1
    return [loop("sales_order", "", n, rule="offset-pagination")]


def keyset_batches():
    last = 0
    with session() as s:
        while True:
            xs = rows(s, select(SalesOrder).where(SalesOrder.order_no > last).order_by(SalesOrder.order_no).limit(25))
            if not xs:
                return []
            last = xs[-1].order_no


def yield_per():
    with engine.connect().execution_options(stream_results=True, max_row_buffer=40) as c:
        for _ in c.execute(select(OrderPosition)):
            pass


def joined_load():
    for k in range(6):
        with session() as s:
            s.execute(select(SalesOrder).options(joinedload(SalesOrder.customer).joinedload(Customer.rep), joinedload(SalesOrder.positions)).where(SalesOrder.cust_no == k + 1)).unique().scalars().all()
        time.sleep(.03)


def selectin_load():
    for k in range(6):
        with session() as s:
            rows(s, select(Customer).where(Customer.cust_no > k * 5).limit(10).options(selectinload(Customer.orders).selectinload(SalesOrder.positions)))
        time.sleep(.03)


def subquery_load():
    with session() as s:
        s.query(Department).options(subqueryload(Department.employees).subqueryload(Employee.skills)).limit(5).all()


def dashboard():
    with session() as s:
        for q in (select(func.count()).select_from(Customer), select(func.sum(Employee.salary)), select(SalesOrder).order_by(SalesOrder.placed_on.desc()).limit(5), select(Skill), select(func.max(Article.in_stock)), select(Department).where(Department.dept_no == 10)):
            s.execute(q).all()


def threads(count, requests, work):
    done = []

    def run(k):
        r = random.Random(k)
        for _ in range(requests):
            time.sleep(r.uniform(.002, .02))
            work(r)
            done.append(1)
    ts = [threading.Thread(target=run, args=(k,)) for k in range(count)]
    [t.start() for t in ts]
    [t.join() for t in ts]
    assert len(done) == count * requests
    return len(done)


def pool_of_loops():
    def work(r):
        with session() as s:
            low = r.randrange(2000, 2150)
            for o in rows(s, select(SalesOrder).where(SalesOrder.order_no > low).order_by(SalesOrder.order_no).limit(10)):
                o.customer.company
    return [loop("customer", "sales_order", 10, threads(6, 3, work))]


def pool_of_different_loops():
    def work(r):
        with session() as s:
            if r.random() < .5:
                for o in rows(s, select(SalesOrder).where(SalesOrder.order_no > 2050).order_by(SalesOrder.order_no).limit(8)):
                    o.customer.company
            else:
                for c in rows(s, select(Customer).order_by(Customer.cust_no).limit(12)):
                    c.orders
    threads(5, 6, work)
    counts = [sum(random_halves(k, 6)) for k in range(5)]
    return [loop("customer", "sales_order", 8, sum(counts)), loop("sales_order", "customer", 12, 30 - sum(counts))]


def random_halves(k, n):
    r, out = random.Random(k), []
    for _ in range(n):
        r.uniform(.002, .02)
        out.append(r.random() < .5)
    return out


def pool_of_pages():
    def work(r):
        with session() as s:
            c = s.get(Customer, r.randrange(1, 50))
            c.rep, c.orders
    threads(8, 5, work)


def pool_of_commands():
    def work(r):
        with session() as s:
            o = s.get(SalesOrder, r.randrange(2001, 2200), with_for_update=True)
            o.state = "X"
            s.add(AuditEntry(what="changed", order_no=o.order_no))
            s.commit()
    threads(4, 8, work)


main({k: v for k, v in list(globals().items()) if callable(v) and getattr(v, "__module__", "") == "__main__" and not isinstance(v, type) and k not in ("session", "rows", "threads", "random_halves")})

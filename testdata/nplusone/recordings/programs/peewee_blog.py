"""peewee over the tables of schemas/blog.sql."""
import os
import time
from peewee import BooleanField, DateTimeField, ForeignKeyField, IntegerField, Model, PostgresqlDatabase, TextField, chunked, fn, prefetch
from truth import loop, main, write

db = PostgresqlDatabase(os.environ.get("PGDATABASE", "blog"), user=os.environ.get("PGUSER"), host=os.environ.get("PGHOST"), port=os.environ.get("PGPORT"))


class Base(Model):
    class Meta:
        database = db


class Writer(Base):
    name = TextField()
    email = TextField()
    mentor = ForeignKeyField("self", null=True, backref="pupils")

    class Meta:
        table_name = "blog_writer"


class Category(Base):
    slug = TextField()

    class Meta:
        table_name = "blog_category"


class Entry(Base):
    title = TextField()
    writer = ForeignKeyField(Writer, backref="entries")
    category = ForeignKeyField(Category, backref="entries")
    views = IntegerField(default=0)
    deleted_at = DateTimeField(null=True)

    class Meta:
        table_name = "blog_entry"


class Remark(Base):
    entry = ForeignKeyField(Entry, backref="remarks")
    writer = ForeignKeyField(Writer)
    body = TextField()
    approved = BooleanField(default=False)

    class Meta:
        table_name = "blog_remark"


class Label(Base):
    name = TextField()

    class Meta:
        table_name = "blog_label"


def page(n):
    return Entry.select().order_by(Entry.id.desc()).limit(n)


def each(rows, work):
    n = 0
    for r in rows:
        work(r)
        n += 1
    return n


def belongs_to():
    return [loop("blog_writer", "blog_entry", each(page(13), lambda e: e.writer.name))]


def has_many():
    return [loop("blog_remark", "blog_entry", each(page(11), lambda e: list(e.remarks)))]


def nested():
    return [loop("blog_entry", "blog_writer", each(Writer.select().limit(6), lambda w: [list(e.remarks) for e in w.entries]), children=["blog_entry", "blog_remark"])]


def count_per_row():
    return [loop("blog_remark", "blog_entry", each(page(10), lambda e: e.remarks.count()))]


def exists_per_row():
    return [loop("blog_remark", "blog_entry", each(page(9), lambda e: e.remarks.where(Remark.approved).exists()))]


def self_reference():
    return [loop("blog_writer", "blog_writer", each(Writer.select().where(Writer.mentor.is_null(False)).limit(12), lambda w: w.mentor.name))]


def in_one_transaction():
    with db.atomic():
        return [loop("blog_category", "blog_entry", each(page(8), lambda e: e.category.slug))]


def save_each():
    def save(e):
        e.views += 1
        e.save()
    return [write("blog_entry", "blog_entry", each(page(10), save))]


def create_each():
    with db.atomic():
        return [write("blog_remark", "", each(range(12), lambda i: Remark.create(entry=5, writer=2, body=f"b{i}")))]


def create_each_autocommit():
    return [write("blog_remark", "", each(range(15), lambda i: Remark.create(entry=i + 1, writer=2, body="b")))]


def delete_each():
    return [write("blog_remark", "blog_remark", each(Remark.select().limit(9), lambda r: r.delete_instance()))]


def get_or_create_each():
    return [write("blog_label", "", each(range(7), lambda i: Label.get_or_create(name=f"n{i}")))], [loop("blog_label", "", 7)]


def same_row_again():
    return [loop("blog_label", "", each(range(10), lambda _: Label.get(Label.name == "label 2")), rule="duplicate-query")]


def paginated():
    return [loop("blog_entry", "", each(range(1, 8), lambda k: list(Entry.select().order_by(Entry.id).paginate(k, 15))), rule="offset-pagination")]


def prefetched():
    for _ in range(5):
        for e in prefetch(page(10), Remark.select()):
            list(e.remarks)
        time.sleep(.03)


def joined():
    for k in range(5):
        [(e.writer.name, e.category.slug) for e in Entry.select(Entry, Writer, Category).join(Writer).switch(Entry).join(Category).where(Entry.id > k * 10).limit(10)]
        time.sleep(.03)


def insert_many():
    for batch in chunked([dict(entry=i + 1, writer=1, body="b") for i in range(90)], 30):
        Remark.insert_many(batch).execute()


def dashboard():
    Entry.select().count(), Writer.select().count(), list(page(5)), Remark.select().where(~Remark.approved).count(), Entry.select(fn.MAX(Entry.views)).scalar()


main({k: v for k, v in list(globals().items()) if callable(v) and getattr(v, "__module__", "") == "__main__" and not isinstance(v, type) and k not in ("page", "each")})

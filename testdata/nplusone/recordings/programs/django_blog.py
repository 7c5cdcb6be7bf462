"""Django over the tables of schemas/blog.sql."""
import os, random, sys, threading, time, types
import django
from django.conf import settings

blog = sys.modules["blog"] = types.ModuleType("blog")
blog.__path__ = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "no-such-folder")]
settings.configure(INSTALLED_APPS=["blog"], DEFAULT_AUTO_FIELD="django.db.models.AutoField", USE_TZ=True, SECRET_KEY="x", DATABASES={"default": dict(
    ENGINE="django.db.backends.postgresql", NAME=os.environ["PGDATABASE"] if "PGDATABASE" in os.environ else "blog", USER=os.environ.get("PGUSER"), HOST=os.environ.get("PGHOST"), PORT=os.environ.get("PGPORT"))})
django.setup()
from django.core.paginator import Paginator
from django.db import connection, models, transaction
from django.db.models import Count, Exists, F, OuterRef, Prefetch
from truth import loop, main, write


class Base(models.Model):
    class Meta:
        abstract = True
        managed = False


class Writer(Base):
    name = models.TextField()
    email = models.TextField()
    mentor = models.ForeignKey("self", models.DO_NOTHING, null=True, related_name="pupils")
    active = models.BooleanField(default=True)

    class Meta(Base.Meta):
        app_label, db_table = "blog", "blog_writer"


class WriterProfile(Base):
    writer = models.OneToOneField(Writer, models.DO_NOTHING, related_name="profile")
    bio = models.TextField()

    class Meta(Base.Meta):
        app_label, db_table = "blog", "blog_writerprofile"


class Category(Base):
    slug = models.TextField()
    parent = models.ForeignKey("self", models.DO_NOTHING, null=True, related_name="children")

    class Meta(Base.Meta):
        app_label, db_table = "blog", "blog_category"


class Label(Base):
    name = models.TextField()

    class Meta(Base.Meta):
        app_label, db_table = "blog", "blog_label"


class Entry(Base):
    title = models.TextField()
    writer = models.ForeignKey(Writer, models.DO_NOTHING, related_name="entries")
    category = models.ForeignKey(Category, models.DO_NOTHING, related_name="entries")
    labels = models.ManyToManyField(Label, db_table="blog_entry_labels")
    views = models.IntegerField(default=0)
    published_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta(Base.Meta):
        app_label, db_table = "blog", "blog_entry"


class Remark(Base):
    entry = models.ForeignKey(Entry, models.DO_NOTHING, related_name="remarks")
    writer = models.ForeignKey(Writer, models.DO_NOTHING)
    body = models.TextField()
    approved = models.BooleanField(default=False)

    class Meta(Base.Meta):
        app_label, db_table = "blog", "blog_remark"


class Attachment(Base):
    owner_type = models.TextField()
    owner_id = models.IntegerField()
    path = models.TextField()

    class Meta(Base.Meta):
        app_label, db_table = "blog", "blog_attachment"


def page(n, offset=0):
    return Entry.objects.filter(deleted_at__isnull=True).order_by("-id")[offset:offset + n]


def belongs_to():
    n = 0
    for e in page(17):
        e.writer.name
        n += 1
    return [loop("blog_writer", "blog_entry", n)]


def has_many():
    n = 0
    for w in Writer.objects.filter(active=True).order_by("name")[:13]:
        list(w.entries.all())
        n += 1
    return [loop("blog_entry", "blog_writer", n)]


def has_many_latest():
    n = 0
    for e in page(12):
        list(e.remarks.filter(approved=True).order_by("-id")[:2])
        n += 1
    return [loop("blog_remark", "blog_entry", n)]


def nested():
    n = 0
    for w in Writer.objects.order_by("id")[:6]:
        n += 1
        for e in w.entries.all():
            list(e.remarks.all())
    return [loop("blog_entry", "blog_writer", n, children=["blog_entry", "blog_remark"])]


def nested_three():
    n = 0
    for w in Writer.objects.order_by("id")[:6]:
        n += 1
        for pupil in w.pupils.all():
            for e in pupil.entries.all():
                list(e.remarks.all())
    return [loop("blog_writer", "blog_writer", n, children=["blog_writer", "blog_entry", "blog_remark"])]


def count_per_row():
    n = 0
    for e in page(15):
        e.remarks.count()
        n += 1
    return [loop("blog_remark", "blog_entry", n)]


def exists_per_row():
    n = 0
    for e in page(11):
        e.remarks.filter(approved=True).exists()
        n += 1
    return [loop("blog_remark", "blog_entry", n)]


def one_to_one():
    n = 0
    for w in Writer.objects.order_by("-id")[:9]:
        w.profile.bio
        n += 1
    return [loop("blog_writerprofile", "blog_writer", n)]


def many_to_many():
    n = 0
    for e in page(14):
        [t.name for t in e.labels.all()]
        n += 1
    return [loop("blog_entry_labels", "blog_entry", n)]


def self_reference():
    n = 0
    for w in Writer.objects.filter(mentor__isnull=False)[:16]:
        w.mentor.name
        n += 1
    return [loop("blog_writer", "blog_writer", n)]


def generic_attachments():
    n = 0
    for e in page(10):
        list(Attachment.objects.filter(owner_type="entry", owner_id=e.id))
        n += 1
    return [loop("blog_attachment", "blog_entry", n)]


def two_relations():
    n = 0
    for e in page(12):
        e.writer.name, e.category.slug
        n += 1
    return [loop("blog_writer", "blog_entry", n, children=["blog_writer", "blog_category"])]


def conditional_child():
    n = 0
    for e in page(20):
        e.writer.name
        n += 1
        if e.id % 2:
            e.remarks.count()
    return [loop("blog_writer", "blog_entry", n, children=["blog_writer", "blog_remark"])]


def save_each():
    n = 0
    for e in page(10):
        e.views += 1
        e.save()
        n += 1
    return [write("blog_entry", "blog_entry", n)]


def save_each_in_transaction():
    n = 0
    with transaction.atomic():
        for e in page(12):
            e.views += 1
            e.save(update_fields=["views"])
            n += 1
    return [write("blog_entry", "blog_entry", n)]


def create_each():
    n = 0
    with transaction.atomic():
        w = Writer.objects.create(name="new", email="n@example.org")
        for i in range(14):
            Entry.objects.create(title=f"t{i}", writer=w, category_id=3)
            n += 1
    return [write("blog_entry", "", n)]


def create_each_autocommit():
    n = 0
    for i in range(25):
        Remark.objects.create(entry_id=i + 1, writer_id=3, body="hello")
        n += 1
    return [write("blog_remark", "", n)]


def delete_each():
    n = 0
    for r in Remark.objects.filter(approved=False).order_by("id")[:9]:
        r.delete()
        n += 1
    return [write("blog_remark", "blog_remark", n)]


def get_or_create_each():
    n = 0
    for i in range(8):
        Label.objects.get_or_create(name=f"fresh {i}")
        n += 1
    return [write("blog_label", "", n)], [loop("blog_label", "", n)]


def update_or_create_each():
    n = 0
    for i in range(3, 10):
        Label.objects.update_or_create(id=i, defaults=dict(name=f"again {i}"))
        n += 1
    return [write("blog_label", "", n)], [loop("blog_label", "", n)]


def same_row_again():
    n = 0
    for _ in range(12):
        Writer.objects.get(id=7)
        n += 1
    return [loop("blog_writer", "", n, rule="duplicate-query")]


def offset_pages():
    n = 0
    p = Paginator(Entry.objects.order_by("id"), 10)
    for number in p.page_range:
        list(p.page(number))
        n += 1
    return [loop("blog_entry", "", n, rule="offset-pagination")]


def keyset_batches():
    last = 0
    while True:
        rows = list(Entry.objects.filter(id__gt=last).order_by("id")[:15])
        if not rows:
            return []
        last = rows[-1].id


def server_side_iterator():
    with transaction.atomic():
        for _ in Remark.objects.all().iterator(chunk_size=40):
            pass


def select_related():
    for _ in range(6):
        [e.writer.name + e.category.slug for e in page(20).select_related("writer", "category")]
        time.sleep(.02)


def prefetch_related():
    for k in range(7):
        for e in page(10, k * 10).prefetch_related("remarks", "labels", Prefetch("writer", Writer.objects.only("name"))):
            list(e.remarks.all()), list(e.labels.all()), e.writer.name
        time.sleep(.03)
    return [], [loop("blog_entry", "", 7, rule="offset-pagination")]


def annotated():
    list(Entry.objects.annotate(n=Count("remarks"), has=Exists(Remark.objects.filter(entry=OuterRef("pk")))).order_by("-n")[:10])
    list(Writer.objects.annotate(n=Count("entries"))[:10])


def dashboard():
    for _ in range(2):
        Entry.objects.count(), Writer.objects.filter(active=True).count(), Remark.objects.filter(approved=False).count()
        list(Category.objects.filter(parent=None)), list(page(5)), Label.objects.order_by("name").first()
        time.sleep(.3)


def bulk_create():
    Remark.objects.bulk_create([Remark(entry_id=i % 100 + 1, writer_id=2, body="b") for i in range(200)], batch_size=40)


def bulk_update():
    rows = list(page(30))
    for e in rows:
        e.views += 1
    Entry.objects.bulk_update(rows, ["views"], batch_size=10)
    Entry.objects.filter(category_id=4).update(views=F("views") + 1)


def workers(count, requests, work):
    done = []

    def run(k):
        r = random.Random(k)
        for i in range(requests):
            time.sleep(r.uniform(.002, .02))
            done.append(work(r))
        connection.close()
    ts = [threading.Thread(target=run, args=(k,)) for k in range(count)]
    [t.start() for t in ts]
    [t.join() for t in ts]
    assert len(done) == count * requests
    return len(done)


def pool_of_loops():
    def request(r):
        for e in page(11, r.randrange(50)):
            e.writer.name
    return [loop("blog_writer", "blog_entry", 11, workers(6, 3, request))]


def pool_of_pages():
    def request(r):
        e = Entry.objects.select_related("writer").get(id=r.randrange(1, 100))
        list(e.remarks.all()[:20])
    workers(8, 6, request)


def pool_of_lookups():
    def request(r):
        time.sleep(.05)
        Writer.objects.get(id=r.randrange(1, 24))
    workers(5, 14, request)


def transactions_of_equal_shape():
    for i in range(15):
        with transaction.atomic():
            w = Writer.objects.select_for_update().get(id=i + 1)
            w.active = True
            w.save(update_fields=["active"])
        time.sleep(.35)


main({k: v for k, v in list(globals().items()) if callable(v) and getattr(v, "__module__", "") == "__main__" and not isinstance(v, type) and k not in ("page", "workers")})

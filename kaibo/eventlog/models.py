"""Tables of the memory: small records beside the log; the events themselves lie in segments."""

from django.db import models


class Feed(models.Model):
    """A configured source of events; its token is kept as a hash and shown once."""

    id = models.CharField(primary_key=True, max_length=40)
    name = models.CharField(max_length=120)
    connector = models.CharField(max_length=60)
    platform = models.CharField(max_length=60)
    rooms = models.JSONField(default=list, blank=True)
    kinds = models.JSONField(default=list, blank=True)
    token_hash = models.CharField(max_length=64, unique=True, null=True, blank=True)
    is_local = models.BooleanField(default=False)
    is_enabled = models.BooleanField(default=True)
    created_at = models.BigIntegerField()
    last_event_at = models.BigIntegerField(null=True, blank=True)
    last_received_at = models.BigIntegerField(null=True, blank=True)
    accepted = models.BigIntegerField(default=0)
    duplicates = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("connector", "platform"), condition=models.Q(is_local=True), name="feed_one_local"
            ),
        )

    def __str__(self) -> str:
        return self.name


class RoomWindow(models.Model):
    """Which show is open in which room, half-open in time; `to_us` NULL while it is open."""

    platform = models.CharField(max_length=60)
    room_id = models.CharField(max_length=200)
    show_id = models.CharField(max_length=200, db_index=True)
    from_us = models.BigIntegerField()
    to_us = models.BigIntegerField(null=True, blank=True)
    is_confirmed = models.BooleanField(default=False)  # a show.started of the platform was seen for it
    needs_binding = models.BooleanField(default=False)  # opened late: events of its time may lie in the log loose

    class Meta:
        ordering = ("from_us", "id")
        constraints = (
            models.UniqueConstraint(fields=("platform", "room_id", "show_id"), name="window_show_once_per_room"),
            models.UniqueConstraint(
                fields=("platform", "room_id"), condition=models.Q(to_us__isnull=True), name="window_one_open_per_room"
            ),
            models.CheckConstraint(
                condition=models.Q(to_us__isnull=True) | models.Q(to_us__gt=models.F("from_us")),
                name="window_ends_after_start",
            ),
        )

    def __str__(self) -> str:
        return f"{self.show_id} in {self.platform}/{self.room_id}"


class Gap(models.Model):
    """A span in which a feed that should have spoken was silent."""

    feed_id = models.CharField(max_length=40)
    platform = models.CharField(max_length=60, blank=True)
    room_id = models.CharField(max_length=200, blank=True)  # empty: every room of the feed
    from_us = models.BigIntegerField()
    to_us = models.BigIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=200)

    class Meta:
        indexes = (models.Index(fields=("feed_id", "from_us")),)
        constraints = (models.UniqueConstraint(fields=("feed_id", "room_id", "from_us"), name="gap_once"),)

    def __str__(self) -> str:
        return f"{self.feed_id} {self.reason}"


class Pulse(models.Model):
    """When a feed last spoke in a room, and whether it spoke steadily: how silence is told from quiet."""

    feed_id = models.CharField(max_length=40)
    platform = models.CharField(max_length=60)
    room_id = models.CharField(max_length=200)
    last_received_at = models.BigIntegerField()
    is_steady = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("feed_id", "platform", "room_id"), name="pulse_once"),)

    def __str__(self) -> str:
        return f"{self.feed_id} in {self.platform}/{self.room_id}"


class SeenKind(models.Model):
    """How many net events of a kind a feed brought for a show; `show_id` empty for events without one."""

    show_id = models.CharField(max_length=200)
    feed_id = models.CharField(max_length=40)
    kind = models.CharField(max_length=60)
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("show_id", "feed_id", "kind"), name="seen_kind_once"),)

    def __str__(self) -> str:
        return f"{self.show_id} {self.kind} {self.count}"


class Booked(models.Model):
    """Up to which sequence number of a writer `SeenKind` holds the log; the rest is read again at start."""

    writer = models.CharField(primary_key=True, max_length=40)
    seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.writer} {self.seq}"


class AuditRow(models.Model):
    """Who did what to which thing, when and why. Only ever added."""

    at_us = models.BigIntegerField(db_index=True)
    actor = models.CharField(max_length=120)
    act = models.CharField(max_length=120)
    thing = models.CharField(max_length=240, db_index=True)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    why = models.TextField(blank=True)

    class Meta:
        ordering = ("-at_us", "-id")

    def __str__(self) -> str:
        return f"{self.actor} {self.act} {self.thing}"


class Artifact(models.Model):
    """A published, immutable file: rule packs, dictionaries, phrase lists. The bytes lie in artifacts/."""

    name = models.CharField(max_length=120)
    version = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    actor = models.CharField(max_length=120)
    published_at = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("name", "version"), name="artifact_version_once"),)

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Nickname(models.Model):
    """The display name of a hashed viewer id: the only place where it is kept, and where it is erased."""

    viewer_id = models.CharField(primary_key=True, max_length=64)
    nickname = models.CharField(max_length=200)
    seen_at = models.BigIntegerField()

    def __str__(self) -> str:
        return self.nickname


class ErasedViewer(models.Model):
    """A viewer who asked to be forgotten: no name is learned for this id again."""

    viewer_id = models.CharField(primary_key=True, max_length=64)
    erased_at = models.BigIntegerField()
    rewritten_at = models.BigIntegerField(null=True)  # since when the words are out of the log too

    def __str__(self) -> str:
        return self.viewer_id


class QuarantinedLine(models.Model):
    """A line that was refused, as received, with the reason; it can be tried again after a fix."""

    feed_id = models.CharField(max_length=40)
    ingest_id = models.CharField(max_length=80, blank=True)
    at_us = models.BigIntegerField(db_index=True)
    raw = models.BinaryField()
    field = models.CharField(max_length=60)
    problem = models.TextField()
    fix = models.TextField(blank=True)
    state = models.CharField(max_length=12, default="waiting")  # waiting | replayed | known
    tries = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=32, unique=True)  # the same bad line sent again is one row

    class Meta:
        indexes = (models.Index(fields=("state", "at_us")),)

    def __str__(self) -> str:
        return f"{self.field}: {self.problem}" if self.field else self.problem


class Delivered(models.Model):
    """A push as received, kept before it was answered. `state`: waiting, translated, failed."""

    feed_id = models.CharField(max_length=40)
    connector = models.CharField(max_length=60)
    identity = models.CharField(max_length=200)  # the platform's delivery id, else sha256 of the body
    received_at = models.BigIntegerField(db_index=True)
    body = models.BinaryField()
    payload = models.BinaryField(null=True, blank=True)  # the opened message of a sealed push
    told = models.JSONField(default=dict, blank=True)  # what signed headers say beside the body
    state = models.CharField(max_length=12, default="waiting")
    reason = models.TextField(blank=True)
    count = models.PositiveIntegerField(default=0)  # events it gave
    tries = models.PositiveIntegerField(default=0)
    copies = models.PositiveIntegerField(default=0)  # how often it came again
    translator_version = models.CharField(max_length=80, blank=True)
    is_emptied = models.BooleanField(default=False)  # the body was let go; the identity stays for ever

    class Meta:
        indexes = (models.Index(fields=("state", "id")),)
        constraints = (models.UniqueConstraint(fields=("feed_id", "identity"), name="delivered_once"),)

    def __str__(self) -> str:
        return f"{self.feed_id} {self.identity[:40]}"


class Job(models.Model):
    """A piece of background work. `state`: waiting, running, done, failed, canceled."""

    task = models.CharField(max_length=80)
    args = models.JSONField(default=dict, blank=True)
    key = models.CharField(max_length=200, blank=True)  # at most one unfinished job has it
    state = models.CharField(max_length=10, default="waiting")
    is_long = models.BooleanField(default=False)  # keeps out of the lane that must answer within seconds
    run_at = models.BigIntegerField()
    tries = models.PositiveIntegerField(default=0)
    actor = models.CharField(max_length=80)
    created_at = models.BigIntegerField()
    started_at = models.BigIntegerField(null=True, blank=True)
    finished_at = models.BigIntegerField(null=True, blank=True)
    beat_at = models.BigIntegerField(null=True, blank=True)  # the worker's last sign of life
    worker = models.CharField(max_length=80, blank=True)
    done = models.BigIntegerField(default=0)  # progress
    total = models.BigIntegerField(null=True, blank=True)
    note = models.TextField(blank=True)  # what it is at, then what came of it
    reason = models.TextField(blank=True)  # why the last try failed
    traceback = models.TextField(blank=True)

    class Meta:
        indexes = (models.Index(fields=("state", "run_at")), models.Index(fields=("task", "state")))
        constraints = (
            models.UniqueConstraint(
                fields=("key",),
                condition=models.Q(state__in=("waiting", "running")) & ~models.Q(key=""),
                name="job_key_once_unfinished",
            ),
        )

    def __str__(self) -> str:
        return f"{self.task} {self.state}"


class Schedule(models.Model):
    """When a repeating task runs next."""

    task = models.CharField(primary_key=True, max_length=80)
    cron = models.CharField(max_length=80)
    next_at = models.BigIntegerField()
    last_at = models.BigIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.task} {self.cron}"


class Polled(models.Model):
    """How far a feed has asked its platform for one thing, and how the last times went."""

    feed_id = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    cursor = models.JSONField(default=dict, blank=True)
    every_us = models.BigIntegerField(default=0)
    next_at = models.BigIntegerField(default=0)
    tried_at = models.BigIntegerField(null=True, blank=True)
    succeeded_at = models.BigIntegerField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    code = models.CharField(max_length=60, blank=True)
    problem = models.TextField(blank=True)
    pages = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("feed_id", "name"), name="polled_once"),)

    def __str__(self) -> str:
        return f"{self.feed_id} {self.name}"


class SealedSetting(models.Model):
    """A setting or a granted token of a feed, sealed with a key that is not in this database."""

    feed_id = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    content = models.BinaryField()
    changed_at = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("feed_id", "name"), name="sealed_setting_once"),)

    def __str__(self) -> str:
        return f"{self.feed_id} {self.name}"


class FirstTime(models.Model):
    """The time under which an event was told first, where the platform's own record moves its time later."""

    feed_id = models.CharField(max_length=40)
    room_id = models.CharField(max_length=200)
    event_id = models.CharField(max_length=200)
    at_us = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("feed_id", "room_id", "event_id"), name="first_time_once"),)

    def __str__(self) -> str:
        return f"{self.event_id} {self.at_us}"


class Command(models.Model):
    """What a platform is asked to do. `state`: waiting, sending, accepted, refused, withdrawn."""

    feed_id = models.CharField(max_length=40)
    connector = models.CharField(max_length=60)
    action = models.CharField(max_length=60)
    key = models.CharField(max_length=80)  # of who orders: the same key is the same command
    args = models.JSONField(default=dict)
    actor = models.CharField(max_length=120)
    state = models.CharField(max_length=12, default="waiting")
    created_at = models.BigIntegerField()
    sent_at = models.BigIntegerField(null=True, blank=True)  # when the platform was last asked
    settled_at = models.BigIntegerField(null=True, blank=True)
    code = models.CharField(max_length=60, blank=True)
    problem = models.TextField(blank=True)
    answer = models.JSONField(default=dict, blank=True)
    progress = models.JSONField(default=dict, blank=True)  # what became of it since
    looked_at = models.BigIntegerField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=("action", "created_at")), models.Index(fields=("state", "created_at")))
        constraints = (models.UniqueConstraint(fields=("feed_id", "key"), name="command_once"),)

    def __str__(self) -> str:
        return f"{self.action} {self.state}"

"""Imports: which file, by whom, what it brought, whether it was taken back; what leads tables to shows."""

from django.db import models


class Import(models.Model):
    """One run over one file; its id is the `ingest_id` of every line it brought."""

    id = models.CharField(primary_key=True, max_length=40)
    connector = models.CharField(max_length=60)
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64, db_index=True)  # of the content, however compressed
    actor = models.CharField(max_length=120)
    state = models.CharField(max_length=12)
    started_at = models.BigIntegerField(db_index=True)
    finished_at = models.BigIntegerField(null=True, blank=True)
    undone_at = models.BigIntegerField(null=True, blank=True)
    undone_by = models.CharField(max_length=120, blank=True)
    why = models.TextField(blank=True)
    problem = models.TextField(blank=True)
    shows = models.JSONField(default=list, blank=True)
    shows_made = models.JSONField(default=list, blank=True)
    read = models.BigIntegerField(default=0)
    accepted = models.BigIntegerField(default=0)
    duplicates = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    skipped = models.BigIntegerField(default=0)
    by_kind = models.JSONField(default=dict, blank=True)
    details = models.JSONField(default=list, blank=True)
    export = models.CharField(max_length=60, blank=True)  # of the connector `exports`: which description it was read by
    as_of = models.BigIntegerField(null=True, blank=True)  # when the file was exported

    class Meta:
        ordering = ("-started_at", "-id")

    def __str__(self) -> str:
        return f"{self.file_name} ({self.state})"


class Table(models.Model):
    """A file that somebody dropped, on its way from recognised to imported. The file itself goes when it is over."""

    id = models.CharField(primary_key=True, max_length=40)
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField()
    actor = models.CharField(max_length=120, db_index=True)
    language = models.CharField(max_length=10, default="en")
    state = models.CharField(max_length=12, db_index=True)
    created_at = models.BigIntegerField(db_index=True)
    updated_at = models.BigIntegerField()
    as_of = models.BigIntegerField()
    export = models.CharField(max_length=60, blank=True)
    sheet = models.IntegerField(default=0)
    chosen = models.JSONField(default=dict, blank=True)  # heading key -> field, where people overruled the headings
    show_id = models.CharField(max_length=200, blank=True)  # the show people named for it
    platform = models.CharField(max_length=60, blank=True)
    rooms = models.JSONField(null=True, blank=True)  # [platform, room] that the actor sees; null: all
    problem = models.TextField(blank=True)
    fix = models.TextField(blank=True)
    phase = models.CharField(max_length=12, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    looks = models.JSONField(default=dict, blank=True)  # how sure, columns known of all, missing
    check_up = models.JSONField(default=dict, blank=True)  # what the dry run found
    report = models.JSONField(default=dict, blank=True)
    ingest_id = models.CharField(max_length=40, blank=True)
    origin = models.CharField(max_length=80, blank=True)  # the fetched file of the inbox that it was; empty: dropped

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            models.UniqueConstraint(fields=("origin",), condition=~models.Q(origin=""), name="table_fetched_once"),
        )

    def __str__(self) -> str:
        return f"{self.file_name} ({self.state})"


class Headings(models.Model):
    """How the team reads a table with these headings: which export, which column holds which field."""

    signature_hash = models.CharField(max_length=64, unique=True)
    export = models.CharField(max_length=60)
    chosen = models.JSONField(default=dict, blank=True)
    actor = models.CharField(max_length=120)
    at_us = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.export} {self.signature_hash[:8]}"


class Account(models.Model):
    """An author of exports (id or name) that stands for one of our rooms."""

    platform = models.CharField(max_length=60)
    key = models.CharField(max_length=200)  # as `join.author_key` writes it
    label = models.CharField(max_length=200)
    room_id = models.CharField(max_length=200)
    actor = models.CharField(max_length=120)
    at_us = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("platform", "key"), name="account_once"),)

    def __str__(self) -> str:
        return f"{self.platform} {self.label} → {self.room_id}"


class Match(models.Model):
    """To which show an order of a file belongs and why; without a show its events wait here in `held`."""

    platform = models.CharField(max_length=60)
    order_id = models.CharField(max_length=120)
    show_id = models.CharField(max_length=200, blank=True, db_index=True)
    evidence = models.CharField(max_length=60)
    evidence_before = models.CharField(max_length=60, blank=True)  # why it waited, before somebody assigned it
    author = models.CharField(max_length=200, blank=True)
    placed_at = models.BigIntegerField(null=True, blank=True)
    amount_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    held = models.JSONField(default=list, blank=True)
    ingest_id = models.CharField(max_length=40, db_index=True)  # the import that first told of the order
    assigned_by = models.CharField(max_length=40, blank=True, db_index=True)  # the import that stands for the assigning

    class Meta:
        constraints = (models.UniqueConstraint(fields=("platform", "order_id"), name="match_once"),)
        indexes = (models.Index(fields=("show_id", "placed_at"), name="match_waiting"),)

    def __str__(self) -> str:
        return f"{self.platform} {self.order_id} → {self.show_id or 'waiting'}"


class Stated(models.Model):
    """What files have stated so far of a total that grows (an hour of ad spend): the next file adds the difference."""

    show_id = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    ingest_id = models.CharField(max_length=40, db_index=True)
    steps = models.JSONField(default=dict)  # name -> how much this import added

    class Meta:
        constraints = (models.UniqueConstraint(fields=("show_id", "key", "ingest_id"), name="stated_once"),)

    def __str__(self) -> str:
        return f"{self.show_id} {self.key}"

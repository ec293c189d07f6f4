"""Tables of this room: what is counted, and the ledger of what went into it."""

from django.db import models

from kaibo.warehouse.columns import COLUMNS


class MinuteRow(models.Model):
    """One minute of one key of one grain; its number columns are made from `columns.COLUMNS` below."""

    show_id = models.TextField()
    grain = models.TextField()
    key = models.TextField(blank=True)
    minute_us = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("show_id", "grain", "key", "minute_us"), name="minute_row_once"),
        )
        indexes = (models.Index(fields=("show_id", "grain", "minute_us"), name="minute_row_window"),)


for _column in COLUMNS:
    MinuteRow.add_to_class(_column.name, models.BigIntegerField(null=True))


class LedgerEntry(models.Model):
    """A span of the log that is counted: batches, joined to one row where they follow each other."""

    writer = models.TextField()
    from_seq = models.BigIntegerField()
    to_seq = models.BigIntegerField()
    counted_at = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("writer", "from_seq"), name="ledger_from_once"),
            models.UniqueConstraint(fields=("writer", "to_seq"), name="ledger_to_once"),
        )


class OnlineSample(models.Model):
    """Number of people online at an instant, for time-weighted means."""

    show_id = models.TextField()
    uid = models.TextField()
    at_us = models.BigIntegerField()
    value = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("show_id", "uid"), name="online_sample_once"),)
        indexes = (models.Index(fields=("show_id", "at_us"), name="online_sample_time"),)


class FigureRow(models.Model):
    """A number stated by a platform or a person; never mixed into minute rows."""

    show_id = models.TextField()
    uid = models.TextField()
    event_id = models.TextField()
    figure = models.TextField()
    value = models.BigIntegerField()
    as_of_us = models.BigIntegerField()
    basis = models.TextField()
    origin = models.TextField()
    feed_id = models.TextField()
    is_final = models.BooleanField()
    part = models.TextField(default="", blank=True)  # product:<id>, plan:<id>, '' the whole show

    class Meta:
        constraints = (models.UniqueConstraint(fields=("show_id", "uid"), name="figure_once"),)


class MomentRow(models.Model):
    """A rare event that the timeline shows by itself."""

    show_id = models.TextField()
    uid = models.TextField()
    event_id = models.TextField()
    kind = models.TextField()
    at_us = models.BigIntegerField()
    product_id = models.TextField(null=True)  # noqa: DJ001 - unknown is not ''
    sku_id = models.TextField(null=True)  # noqa: DJ001
    link_no = models.TextField(null=True)  # noqa: DJ001
    host_id = models.TextField(null=True)  # noqa: DJ001
    amount_minor = models.BigIntegerField(null=True)
    text = models.TextField(null=True)  # noqa: DJ001
    attrs = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("show_id", "uid"), name="moment_once"),)
        indexes = (models.Index(fields=("show_id", "at_us"), name="moment_time"),)


class IntervalRow(models.Model):
    """A lap or a duty as `live/laps.sql` and `live/duties.sql` cut it; written whole per show."""

    show_id = models.TextField()
    grain = models.TextField()
    key = models.TextField()
    from_us = models.BigIntegerField()
    to_us = models.BigIntegerField(null=True)
    product_id = models.TextField(null=True)  # noqa: DJ001
    link_no = models.TextField(null=True)  # noqa: DJ001
    host_id = models.TextField(null=True)  # noqa: DJ001

    class Meta:
        indexes = (models.Index(fields=("show_id", "grain"), name="interval_show"),)


class RecentComment(models.Model):
    """The newest comments of a show; older ones stay in the log alone."""

    show_id = models.TextField()
    uid = models.TextField()
    event_id = models.TextField()
    at_us = models.BigIntegerField()
    viewer_id = models.TextField(null=True)  # noqa: DJ001
    text = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("show_id", "uid"), name="recent_comment_once"),)
        indexes = (models.Index(fields=("show_id", "at_us", "event_id"), name="recent_comment_time"),)


class ShowWord(models.Model):
    """How many comments of a minute stand under a key. `dimension`: comment (all that could be read, key ''), term,
    intent, question, mood (positive, negative, unsure), sentence (what copies have in common)."""

    show_id = models.TextField()
    minute_us = models.BigIntegerField()
    dimension = models.TextField()
    key = models.TextField(blank=True)
    lines = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("show_id", "dimension", "minute_us", "key"), name="show_word_once"),
        )


class ShowWording(models.Model):
    """What the comments of a show are read with, so that a rebuild and a late comment are read alike."""

    show_id = models.TextField(primary_key=True)
    dictionary_version = models.BigIntegerField()
    model_version = models.BigIntegerField(default=0)
    cues_version = models.BigIntegerField()


class OrderHome(models.Model):
    """The show to which an order belongs, so that a refund days later finds its own night.

    `family` is the plain order key where another room has an order of the same id, else None.
    """

    order_key = models.TextField(primary_key=True)
    family = models.TextField(null=True, db_index=True)  # noqa: DJ001 - nearly every order is the only one of its id
    show_id = models.TextField(db_index=True)


class StrayEvent(models.Model):
    """An order event that stands in the log under another show than its order's, or under none.

    `home_show_id` is '' while neither the order nor any of its events is placed in a show.
    """

    uid = models.TextField(unique=True)
    order_key = models.TextField(db_index=True)
    stamped_show_id = models.TextField(db_index=True, blank=True)
    home_show_id = models.TextField(db_index=True, blank=True)
    body = models.TextField()


class UnmatchedRow(models.Model):
    """An event of an order that nobody has seen placed or paid; gone as soon as the order arrives.

    `reason`: unknown_order, or other_room where the order is of a room that the feed may not speak for.
    """

    show_id = models.TextField(db_index=True)
    uid = models.TextField(db_index=True)  # by it alone it goes, whichever show its order turns out to be of
    order_id = models.TextField()
    kind = models.TextField()
    at_us = models.BigIntegerField()
    amount_minor = models.BigIntegerField(null=True)
    reason = models.TextField(default="unknown_order")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("show_id", "uid"), name="unmatched_once"),)


class ShowVersion(models.Model):
    """Rises with every commit that changes the show; the span covers what happened on air."""

    show_id = models.TextField(primary_key=True)
    version = models.BigIntegerField(default=0)
    first_at = models.BigIntegerField(null=True)
    last_at = models.BigIntegerField(null=True)
    is_forgotten = models.BooleanField(default=False)


class ShowCurrency(models.Model):
    """How many amounts of a show are in a currency: two currencies have no sum."""

    show_id = models.TextField()
    currency = models.TextField()
    lines = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("show_id", "currency"), name="show_currency_once"),)


class CountTally(models.Model):
    """One row: what the counter did altogether, for its health page."""

    name = models.TextField(primary_key=True)
    value = models.BigIntegerField(default=0)


class QuarantinedBatch(models.Model):
    """A batch that could not be counted; set aside with the reason so that the line goes on, tried again on asking.

    `tried_with` is the version of Kaibo that failed: another one tries by itself.
    """

    writer = models.TextField()
    from_seq = models.BigIntegerField()
    to_seq = models.BigIntegerField()
    path = models.TextField()
    reason = models.TextField()
    at_us = models.BigIntegerField()
    tries = models.IntegerField(default=1)
    tried_with = models.TextField(blank=True, default="")
    is_asked = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("writer", "from_seq", "to_seq"), name="quarantined_once"),)


class RebuildRequest(models.Model):
    """Count this show again from its net events, or (forget) drop its rows; done by the counter."""

    show_id = models.TextField(primary_key=True)
    asked_at = models.BigIntegerField()


class AnalysisAnswer(models.Model):
    """The newest answer of an analysis for its parameters; asking again replaces it."""

    name = models.TextField()
    params = models.TextField()  # JSON with sorted keys
    as_of_us = models.BigIntegerField()
    rows = models.JSONField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("name", "params"), name="analysis_answer_once"),)

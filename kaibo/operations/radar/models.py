"""Tables of the radar."""

from django.db import models


class Place(models.Model):
    """How far the radar has read the log. `warm` lies ten minutes earlier: from there the words before are read again
    after a start, so that what is usual is known at once."""

    name = models.CharField(max_length=40, primary_key=True)
    after = models.JSONField(default=dict)
    warm = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name


class ShowRadar(models.Model):
    """When the radar of a show changed last."""

    show_id = models.CharField(max_length=160, primary_key=True)
    changed_us = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.show_id


class Asked(models.Model):
    """One question of a viewer. `link_no` only where the question names one."""

    show_id = models.CharField(max_length=160)
    platform = models.CharField(max_length=60)
    room_id = models.CharField(max_length=200)
    event_id = models.CharField(max_length=200)
    topic = models.CharField(max_length=20)
    link_no = models.CharField(max_length=12, blank=True, default="")
    at_us = models.BigIntegerField()
    text = models.CharField(max_length=200)
    viewer_id = models.CharField(max_length=64, blank=True, default="", db_index=True)
    is_retracted = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("platform", "room_id", "event_id"), name="radar_asked_once"),)
        indexes = (models.Index(fields=("show_id", "at_us"), name="radar_asked_by_show"),)

    def __str__(self) -> str:
        return f"{self.topic}: {self.text}"


class Answered(models.Model):
    """A topic was answered at an instant: said by the host, replied, or by hand. `of` is the event or the person."""

    show_id = models.CharField(max_length=160)
    topic = models.CharField(max_length=20)
    link_no = models.CharField(max_length=12, blank=True, default="")
    at_us = models.BigIntegerField()
    how = models.CharField(max_length=8)  # said | reply | hand
    of = models.CharField(max_length=200)
    words = models.CharField(max_length=200, blank=True, default="")
    is_undone = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("show_id", "topic", "link_no", "of"), name="radar_answer_once"),)
        indexes = (models.Index(fields=("show_id", "at_us"), name="radar_answer_by_show"),)

    def __str__(self) -> str:
        return f"{self.topic} {self.how}"


class Signal(models.Model):
    """Something that a desk should look at: a burst, a flood, complaints. Never counted with."""

    show_id = models.CharField(max_length=160)
    kind = models.CharField(max_length=12)  # burst | flood | complaint
    term = models.CharField(max_length=200)
    flood = models.CharField(max_length=16, blank=True, default="")
    from_us = models.BigIntegerField()
    to_us = models.BigIntegerField()
    peak = models.PositiveIntegerField()
    expected = models.FloatField(default=0)
    lift = models.FloatField(default=0)
    viewers = models.PositiveIntegerField(null=True, blank=True)
    is_new = models.BooleanField(default=False)
    examples = models.JSONField(default=list)  # [event id, text, viewer]

    class Meta:
        indexes = (models.Index(fields=("show_id", "to_us"), name="radar_signal_by_show"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.term}"


class ScriptLine(models.Model):
    """A prepared sentence of the team's library: for a topic, or for a situation."""

    topic = models.CharField(max_length=20, db_index=True)
    title = models.CharField(max_length=120)
    text = models.TextField()
    actor = models.CharField(max_length=120)
    changed_us = models.BigIntegerField()
    is_removed = models.BooleanField(default=False)

    class Meta:
        ordering = ("topic", "title", "id")

    def __str__(self) -> str:
        return f"{self.topic}: {self.title}"

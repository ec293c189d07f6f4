"""Tables of the opinion watch."""

from django.db import models


class Place(models.Model):
    """How far the watch has read the log; moved in the transaction that keeps what it found."""

    name = models.CharField(max_length=40, primary_key=True)
    after = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name


class Heard(models.Model):
    """How many messages a room had in an hour: what mentions are compared with."""

    platform = models.CharField(max_length=60)
    room_id = models.CharField(max_length=200)
    hour_us = models.BigIntegerField()
    texts = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("platform", "room_id", "hour_us"), name="opinion_heard_once"),)
        indexes = (models.Index(fields=("hour_us",), name="opinion_heard_by_hour"),)

    def __str__(self) -> str:
        return f"{self.platform}/{self.room_id} {self.hour_us}: {self.texts}"


class Matter(models.Model):
    """Talk of one concern that the team follows. Its history stands in its steps; here stands how it is now."""

    concern = models.CharField(max_length=20)
    level = models.CharField(max_length=10)
    state = models.CharField(max_length=10, default="watched")
    cause = models.CharField(max_length=10)
    voices = models.PositiveIntegerField()
    usual = models.FloatField(null=True, blank=True)
    count = models.PositiveIntegerField(default=0)
    rooms = models.JSONField(default=list)  # [[platform, room id], …]
    first_us = models.BigIntegerField()
    last_us = models.BigIntegerField()
    sign_us = models.BigIntegerField()
    noted_us = models.BigIntegerField(default=0)  # the last sign; what is said below every limit is none
    due_us = models.BigIntegerField()
    raised_us = models.BigIntegerField(null=True, blank=True)
    started_us = models.BigIntegerField(null=True, blank=True)
    started_by = models.CharField(max_length=120, blank=True, default="")
    closed_us = models.BigIntegerField(null=True, blank=True)
    outcome = models.CharField(max_length=20, blank=True, default="")
    reminded = models.CharField(max_length=10, blank=True, default="")  # "" | soon | late
    changed_us = models.BigIntegerField(db_index=True)

    class Meta:
        ordering = ("-sign_us", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("concern",), condition=~models.Q(state="closed"), name="opinion_one_open_matter"
            ),
        )

    def __str__(self) -> str:
        return f"{self.pk} {self.concern} ({self.state})"


class Mention(models.Model):
    """One message with one concern. `voice` is the viewer, else a hash of what the sentence says without its marks."""

    matter = models.ForeignKey(Matter, on_delete=models.SET_NULL, null=True, blank=True, related_name="found")
    platform = models.CharField(max_length=60)
    room_id = models.CharField(max_length=200)
    event_id = models.CharField(max_length=200)
    show_id = models.CharField(max_length=160, blank=True, default="")
    kind = models.CharField(max_length=40)
    concern = models.CharField(max_length=20)
    matched = models.CharField(max_length=100, blank=True, default="")
    cues_version = models.PositiveIntegerField()
    at_us = models.BigIntegerField()
    voice = models.CharField(max_length=80)
    viewer_id = models.CharField(max_length=64, blank=True, default="", db_index=True)
    text = models.CharField(max_length=500, blank=True, default="")
    is_retracted = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("platform", "room_id", "event_id", "concern"), name="opinion_mention_once"),
        )
        indexes = (
            models.Index(fields=("concern", "at_us"), name="opinion_by_concern"),
            models.Index(fields=("platform", "room_id", "concern", "at_us"), name="opinion_by_room"),
            models.Index(fields=("event_id",), name="opinion_by_event"),
        )

    def __str__(self) -> str:
        return f"{self.concern} in {self.event_id}"


class Step(models.Model):
    """One act on a matter: who, when, from, to, why."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="steps")
    at_us = models.BigIntegerField()
    actor = models.CharField(max_length=120)
    act = models.CharField(max_length=20)
    before = models.CharField(max_length=20, blank=True, default="")
    after = models.CharField(max_length=20)
    why = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("at_us", "id")

    def __str__(self) -> str:
        return f"{self.act} by {self.actor}"


class LimitsRow(models.Model):
    """The team's limits; the one row, absent while the defaults hold."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    limits = models.JSONField(default=dict)
    actor = models.CharField(max_length=120)
    changed_us = models.BigIntegerField()

    def __str__(self) -> str:
        return f"limits by {self.actor}"

"""Tables of the rounds module."""

from django.db import models


class Form(models.Model):
    """What a room types, and the text of its rounds."""

    platform = models.CharField(max_length=40)
    room_id = models.CharField(max_length=120)
    figures = models.JSONField(default=list)
    every_minutes = models.IntegerField()
    template = models.TextField(blank=True, default="")
    bots = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["platform", "room_id"], name="rounds_form_once"),)

    def __str__(self) -> str:
        return f"{self.platform} {self.room_id}"


class Round(models.Model):
    """One reading of the platform's screen; `values` as they stand after corrections."""

    show_id = models.CharField(max_length=160)
    round_id = models.CharField(max_length=64)
    as_of_us = models.BigIntegerField()
    received_us = models.BigIntegerField()
    actor = models.CharField(max_length=80)
    values = models.JSONField(default=dict)
    corrected_us = models.BigIntegerField(null=True, blank=True)
    corrected_by = models.CharField(max_length=80, blank=True, default="")
    withdrawn_us = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["show_id", "round_id"], name="rounds_round_once"),)
        indexes = (models.Index(fields=["show_id", "as_of_us"], name="rounds_by_show"),)

    def __str__(self) -> str:
        return f"{self.show_id} {self.as_of_us}"


class Entry(models.Model):
    """One submission; its id comes from the device, so that sending it twice records it once.

    `stated` holds the figures that were taken: they go to the log, and `is_logged` says that they are there.
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="entries")
    entry_id = models.CharField(max_length=64)
    number = models.IntegerField()
    received_us = models.BigIntegerField()
    actor = models.CharField(max_length=80)
    stated = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    is_logged = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["round", "entry_id"], name="rounds_entry_once"),
            models.UniqueConstraint(fields=["round", "number"], name="rounds_entry_number"),
        )

    def __str__(self) -> str:
        return f"{self.round} #{self.number}"

"""Tables of the lineup module. A version holds the whole sheet and is never changed."""

from django.db import models


class Lineup(models.Model):
    """The sheet of one show; its lines stand in the newest version."""

    show_id = models.CharField(max_length=160, unique=True)
    rules = models.JSONField(default=dict, blank=True)
    published_version = models.IntegerField(null=True, blank=True)
    published_at = models.BigIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return self.show_id


class Version(models.Model):
    """The sheet after one act.

    `content_of` is the version whose lines these are (its own number unless an undo brought them back), `before` the
    content that came before it: undo goes there.
    """

    lineup = models.ForeignKey(Lineup, on_delete=models.CASCADE, related_name="versions")
    number = models.IntegerField()
    content_of = models.IntegerField()
    before = models.IntegerField()
    act = models.CharField(max_length=20)
    actor = models.CharField(max_length=80)
    at_us = models.BigIntegerField()
    changed = models.IntegerField(default=0)
    line_count = models.IntegerField(default=0)
    note = models.CharField(max_length=200, blank=True, default="")
    lines = models.JSONField(default=list)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["lineup", "number"], name="lineup_version_once"),)

    def __str__(self) -> str:
        return f"{self.lineup.show_id} v{self.number}"


class KnownColumn(models.Model):
    """A heading that somebody of the team explained once; an empty field means that it is left out."""

    header_key = models.CharField(max_length=80, unique=True)
    header = models.CharField(max_length=120)
    field = models.CharField(max_length=40, blank=True, default="")
    actor = models.CharField(max_length=80)
    at_us = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.header} = {self.field}"


class DeskAct(models.Model):
    """One act of the desk; the id comes from the client, so that sending it twice records it once."""

    show_id = models.CharField(max_length=160)
    act_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=12)
    at_us = models.BigIntegerField()
    received_us = models.BigIntegerField()
    actor = models.CharField(max_length=80)
    link_no = models.CharField(max_length=12, blank=True, default="")
    text = models.CharField(max_length=500, blank=True, default="")
    host_id = models.CharField(max_length=120, blank=True, default="")
    of = models.CharField(max_length=64, blank=True, default="")
    is_logged = models.BooleanField(default=False)
    undone_us = models.BigIntegerField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["show_id", "at_us"], name="lineup_acts_by_show"),)
        constraints = (models.UniqueConstraint(fields=["show_id", "act_id"], name="lineup_act_once"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.link_no}".strip()

"""Tables of the registers module. Entries are told apart by the id that the device gave them."""

from django.db import models
from django.db.models import F, Q


def _text(length: int) -> "models.CharField[str, str]":
    return models.CharField(max_length=length, blank=True, default="")


def _instant() -> "models.BigIntegerField[int | None, int | None]":
    return models.BigIntegerField(null=True, blank=True)


class Change(models.Model):
    """A price or stock change from the question to the receipt."""

    show_id = models.CharField(max_length=160)
    entry_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=8)
    state = models.CharField(max_length=12)
    link_no = models.CharField(max_length=12)
    title = _text(300)
    before = _instant()
    after = models.BigIntegerField()
    reason = _text(300)
    asked_by = _text(120)
    entered_by = models.CharField(max_length=80)
    asked_us = models.BigIntegerField()
    made_by = _text(80)
    made_us = _instant()
    checked_by = _text(80)
    checked_us = _instant()
    revert_after_minutes = models.IntegerField(null=True, blank=True)
    revert_us = _instant()
    reverted_by = _text(80)
    reverted_us = _instant()
    is_told = models.BooleanField(default=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["show_id", "entry_id"], name="registers_change_once"),
            models.CheckConstraint(
                condition=Q(checked_by="") | ~Q(checked_by=F("made_by")), name="registers_change_two_people"
            ),
        )

    def __str__(self) -> str:
        return f"{self.link_no} {self.kind}"


class Adjustment(models.Model):
    """One act in the ad console."""

    show_id = models.CharField(max_length=160)
    entry_id = models.CharField(max_length=64)
    at_us = models.BigIntegerField()
    actor = models.CharField(max_length=80)
    plan = models.CharField(max_length=120)
    what = models.CharField(max_length=20)
    value = _text(120)
    why = _text(300)
    is_told = models.BooleanField(default=False)
    undone_us = _instant()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["show_id", "entry_id"], name="registers_adjustment_once"),)
        indexes = (models.Index(fields=["show_id", "at_us"], name="registers_adjustments"),)

    def __str__(self) -> str:
        return f"{self.plan} {self.what}"


class GiveAway(models.Model):
    """A link with its cap; `given` is only ever changed by a conditional update."""

    show_id = models.CharField(max_length=160)
    link_no = models.CharField(max_length=12)
    title = _text(300)
    cap = models.IntegerField(null=True, blank=True)
    given = models.IntegerField(default=0)
    loss_per_piece_minor = _instant()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["show_id", "link_no"], name="registers_give_away_once"),
            models.CheckConstraint(
                condition=Q(given__gte=0) & (Q(cap__isnull=True) | Q(given__lte=F("cap"))),
                name="registers_give_away_below_cap",
            ),
        )

    def __str__(self) -> str:
        return self.link_no


class GiveAwayEntry(models.Model):
    """Pieces that went out at one time."""

    give_away = models.ForeignKey(GiveAway, on_delete=models.CASCADE, related_name="entries")
    entry_id = models.CharField(max_length=64)
    pieces = models.IntegerField()
    at_us = models.BigIntegerField()
    actor = models.CharField(max_length=80)
    note = _text(200)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["give_away", "entry_id"], name="registers_given_once"),)

    def __str__(self) -> str:
        return f"{self.give_away} {self.pieces}"


class Violation(models.Model):
    """What the platform objected to, and what became of it."""

    show_id = models.CharField(max_length=160)
    entry_id = models.CharField(max_length=64)
    state = models.CharField(max_length=12)
    text = models.CharField(max_length=1000)
    measure = models.CharField(max_length=20)
    rule = _text(200)
    points = models.FloatField(null=True, blank=True)
    link_no = _text(12)
    at_us = models.BigIntegerField()
    actor = models.CharField(max_length=80)
    appeal_until_us = _instant()
    settled_us = _instant()
    settled_by = _text(80)
    settled_note = _text(500)
    is_told = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["show_id", "entry_id"], name="registers_violation_once"),)
        indexes = (models.Index(fields=["show_id", "at_us"], name="registers_violations"),)

    def __str__(self) -> str:
        return self.text[:80]


class ViolationFile(models.Model):
    """A file beside a violation; its bytes lie under the home, named by their hash."""

    violation = models.ForeignKey(Violation, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    actor = models.CharField(max_length=80)
    at_us = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["violation", "sha256"], name="registers_file_once"),)

    def __str__(self) -> str:
        return self.name


class Shift(models.Model):
    """Planned hours, and typed ones where no event tells them."""

    show_id = models.CharField(max_length=160)
    shift_id = models.CharField(max_length=64)
    person = models.CharField(max_length=120)
    duty = models.CharField(max_length=12)
    planned_from_us = _instant()
    planned_to_us = _instant()
    from_us = _instant()
    to_us = _instant()
    note = _text(200)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["show_id", "shift_id"], name="registers_shift_once"),)

    def __str__(self) -> str:
        return f"{self.person} {self.duty}"


class Template(models.Model):
    """The checklist of a room: [[point id, text], …]."""

    platform = models.CharField(max_length=40)
    room_id = models.CharField(max_length=120)
    points = models.JSONField(default=list)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["platform", "room_id"], name="registers_template_once"),)

    def __str__(self) -> str:
        return f"{self.platform} {self.room_id}"


class Tick(models.Model):
    """What somebody said about a point; the latest stands, the text as it read then is kept."""

    show_id = models.CharField(max_length=160)
    point_id = models.CharField(max_length=64)
    text = models.CharField(max_length=200)
    state = models.CharField(max_length=8)
    note = _text(300)
    actor = models.CharField(max_length=80)
    at_us = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["show_id", "point_id"], name="registers_tick_once"),)

    def __str__(self) -> str:
        return f"{self.point_id} {self.state}"


class WordCheck(models.Model):
    """How many texts of a show were checked for forbidden words, and in how many one was confirmed; a row a scene."""

    show_id = models.CharField(max_length=160)
    scene = models.CharField(max_length=12)
    texts = models.BigIntegerField(default=0)
    confirmed = models.BigIntegerField(default=0)
    undecided = models.BigIntegerField(default=0)
    changed_us = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["show_id", "scene"], name="registers_word_check_once"),)

    def __str__(self) -> str:
        return f"{self.show_id} {self.scene}: {self.confirmed} of {self.texts}"

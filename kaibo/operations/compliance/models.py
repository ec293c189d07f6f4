"""Tables of compliance: what was reviewed before air, who agreed to it, and why."""

from django.db import models


class Review(models.Model):
    """Texts that are to be said or shown. Every change of a text raises `revision` and voids the agreement so far."""

    title = models.CharField(max_length=200)
    show_id = models.CharField(max_length=160, blank=True, default="", db_index=True)
    platform = models.CharField(max_length=60, blank=True, default="")
    room_id = models.CharField(max_length=200, blank=True, default="")
    product = models.CharField(max_length=40, blank=True, default="")
    origin = models.CharField(max_length=200)
    state = models.CharField(max_length=12, default="open")
    revision = models.PositiveIntegerField(default=1)
    fingerprint = models.CharField(max_length=40)
    red = models.PositiveIntegerField(default=0)
    warned = models.PositiveIntegerField(default=0)
    actor = models.CharField(max_length=120)
    made_us = models.BigIntegerField(db_index=True)
    changed_us = models.BigIntegerField()

    class Meta:
        ordering = ("-made_us", "-id")

    def __str__(self) -> str:
        return f"{self.title} ({self.state})"


class ReviewText(models.Model):
    """One text of a review with what was found in it, as it was found: evidence is never worked out again."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="texts")
    number = models.PositiveIntegerField()
    scene = models.CharField(max_length=12)
    label = models.CharField(max_length=200, blank=True, default="")
    text = models.TextField()
    original = models.TextField()
    answer = models.JSONField()

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("review", "number"), name="compliance_text_once"),)

    def __str__(self) -> str:
        return f"{self.label}: {self.text[:40]}"


class ReviewVote(models.Model):
    """Somebody agreed, or sent it back. It counts for the revision that they saw."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="votes")
    revision = models.PositiveIntegerField()
    act = models.CharField(max_length=12)
    actor = models.CharField(max_length=120)
    why = models.TextField(blank=True, default="")
    at_us = models.BigIntegerField()

    class Meta:
        ordering = ("at_us", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("review", "revision", "actor"),
                condition=models.Q(act="approved"),
                name="compliance_vote_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.actor} {self.act} r{self.revision}"

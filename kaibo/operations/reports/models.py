"""Tables of the reports module."""

from django.db import models


class RefundSnapshot(models.Model):
    """What refunds of a show were when a due day was reached. Written once, never changed."""

    show_id = models.CharField(max_length=200)
    day = models.PositiveSmallIntegerField()
    due_at = models.BigIntegerField()
    taken_at = models.BigIntegerField()
    values = models.JSONField(default=dict)

    class Meta:
        ordering = ("show_id", "day")
        constraints = (models.UniqueConstraint(fields=("show_id", "day"), name="refund_snapshot_once"),)

    def __str__(self) -> str:
        return f"{self.show_id} D+{self.day}"


class ReportColumns(models.Model):
    """The team's own columns of one sheet of the workbook."""

    sheet = models.CharField(primary_key=True, max_length=20)
    columns = models.JSONField(default=list)
    changed_at = models.BigIntegerField()
    changed_by = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.sheet


class ReportLink(models.Model):
    """A link that shows one report to whoever holds it. The token is signed from this row, never stored."""

    show_id = models.CharField(max_length=200, db_index=True)
    language = models.CharField(max_length=10)
    is_whole = models.BooleanField(default=False)
    created_by = models.CharField(max_length=120)
    created_at = models.BigIntegerField()
    expires_at = models.BigIntegerField()
    revoked_at = models.BigIntegerField(null=True, blank=True)
    opens = models.PositiveIntegerField(default=0)
    last_opened_at = models.BigIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.show_id} {self.pk}"

"""Runs of backups and rehearsals, for the list that people look at."""

from django.db import models


class BackupRun(models.Model):
    """One backup, rehearsal or clean-up: when, where, whether it went well. Times are µs UTC."""

    kind = models.CharField(max_length=12)  # backup | rehearsal
    started_at = models.BigIntegerField(db_index=True)
    finished_at = models.BigIntegerField(null=True, blank=True)
    actor = models.CharField(max_length=120)
    location = models.CharField(max_length=400)
    snapshot = models.CharField(max_length=40, blank=True)
    is_good = models.BooleanField(null=True, blank=True)
    says = models.TextField(blank=True)
    report = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("-started_at", "-id")

    def __str__(self) -> str:
        return f"{self.kind} {self.snapshot}"

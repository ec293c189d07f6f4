"""Imports: which file, by whom, what it brought, whether it was taken back."""

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

    class Meta:
        ordering = ("-started_at", "-id")

    def __str__(self) -> str:
        return f"{self.file_name} ({self.state})"

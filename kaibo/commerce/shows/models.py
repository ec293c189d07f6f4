"""Tables of the shows module. When a show is on air stands in eventlog's room window, not here."""

from django.db import models


class Show(models.Model):
    """One planned live sale. A deleted or merged show keeps its row and its data, it is only hidden."""

    show_id = models.CharField(max_length=160, unique=True)
    platform = models.CharField(max_length=40)
    room_id = models.CharField(max_length=120)
    title = models.CharField(max_length=200)
    planned_at = models.BigIntegerField(null=True, blank=True)
    planned_end_at = models.BigIntegerField(null=True, blank=True)
    targets = models.JSONField(default=dict, blank=True)
    created_by = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.BigIntegerField(null=True, blank=True)
    merged_into = models.CharField(max_length=160, blank=True, default="")
    merge_undo = models.JSONField(default=dict, blank=True)  # since_us and the windows of both before; {} unmerged

    class Meta:
        indexes = (models.Index(fields=["platform", "room_id"], name="shows_by_room"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(merged_into="") | models.Q(deleted_at__isnull=False),
                name="shows_merged_is_hidden",
            ),
        )

    def __str__(self) -> str:
        return self.title

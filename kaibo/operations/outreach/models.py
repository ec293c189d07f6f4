"""Who a feed can write to, as it was last read."""

from django.db import models


class Audience(models.Model):
    """Members, groups and tags of a feed's company. No customer stands here."""

    feed_id = models.CharField(primary_key=True, max_length=40)
    content = models.JSONField(default=dict, blank=True)
    read_at = models.BigIntegerField(null=True, blank=True)
    code = models.CharField(max_length=60, blank=True)  # why the last reading failed
    problem = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.feed_id

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


class Place(models.Model):
    """How far a reader has read the log; moved in the transaction that keeps what it found."""

    name = models.CharField(max_length=40, primary_key=True)
    after = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name


class Checked(models.Model):
    """How many texts of a show were checked: what a rate of findings is divided by."""

    show_id = models.CharField(max_length=160)
    scene = models.CharField(max_length=12)
    texts = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("show_id", "scene"), name="compliance_checked_once"),)

    def __str__(self) -> str:
        return f"{self.show_id} {self.scene}: {self.texts}"


class Case(models.Model):
    """A suspected violation with its clock. Its history stands in the chain; here stands how it is now."""

    show_id = models.CharField(max_length=160, blank=True, default="")
    platform = models.CharField(max_length=60)
    room_id = models.CharField(max_length=200)
    scene = models.CharField(max_length=12)
    rule = models.CharField(max_length=80)
    category = models.CharField(max_length=40)
    action = models.CharField(max_length=8)
    severity = models.PositiveSmallIntegerField()
    article = models.TextField(blank=True, default="")
    suggestion = models.TextField(blank=True, default="")
    matched = models.CharField(max_length=200)
    excerpt = models.CharField(max_length=200)
    hits = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=12, default="open")
    opened_us = models.BigIntegerField()
    due_us = models.BigIntegerField()
    last_hit_us = models.BigIntegerField()
    changed_us = models.BigIntegerField(db_index=True)
    owner = models.CharField(max_length=120, blank=True, default="")
    acknowledged_us = models.BigIntegerField(null=True, blank=True)
    decided_us = models.BigIntegerField(null=True, blank=True)
    handled_us = models.BigIntegerField(null=True, blank=True)
    appealed_us = models.BigIntegerField(null=True, blank=True)
    reminded = models.CharField(max_length=8, blank=True, default="")  # "" | soon | late

    class Meta:
        ordering = ("-opened_us", "-id")
        indexes = (
            models.Index(fields=("show_id", "changed_us"), name="compliance_case_show"),
            models.Index(fields=("rule", "state"), name="compliance_case_rule"),
        )

    def __str__(self) -> str:
        return f"{self.pk} {self.rule} ({self.state})"


class Hit(models.Model):
    """A finding in what was said or written on air. One per event, rule and place, however often it is read."""

    case = models.ForeignKey(Case, on_delete=models.SET_NULL, null=True, blank=True, related_name="found")
    show_id = models.CharField(max_length=160, blank=True, default="")
    platform = models.CharField(max_length=60)
    room_id = models.CharField(max_length=200)
    event_id = models.CharField(max_length=200)
    scene = models.CharField(max_length=12)
    at_us = models.BigIntegerField()
    found_us = models.BigIntegerField()
    viewer_id = models.CharField(max_length=64, blank=True, default="")
    host_id = models.CharField(max_length=200, blank=True, default="")
    recording = models.CharField(max_length=300, blank=True, default="")  # where the sound or clip of it lies
    text = models.TextField()
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    matched = models.CharField(max_length=200)
    term = models.CharField(max_length=200)
    view = models.CharField(max_length=12)
    rule = models.CharField(max_length=80)
    pack = models.CharField(max_length=80)
    pack_version = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=40)
    category = models.CharField(max_length=40)
    action = models.CharField(max_length=8)
    severity = models.PositiveSmallIntegerField()
    article = models.TextField(blank=True, default="")
    suggestion = models.TextField(blank=True, default="")
    exemptions = models.JSONField(default=list)
    is_retracted = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("platform", "room_id", "event_id", "rule", "start"), name="compliance_hit_once"
            ),
        )
        indexes = (models.Index(fields=("show_id", "at_us"), name="compliance_hit_show"),)

    def __str__(self) -> str:
        return f"{self.rule} {self.matched} in {self.event_id}"


class Clip(models.Model):
    """The sound of a finding, kept under the home by its hash; the chain holds the hash too."""

    hit = models.OneToOneField(Hit, on_delete=models.CASCADE, related_name="clip")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    lead_ms = models.PositiveIntegerField()  # where in it the words begin
    made_us = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.sha256[:12]} of {self.hit_id}"


class ChainRow(models.Model):
    """One link of the chain over all cases. `digest` covers the row before it and the digest of this row's body, so
    that a body may be emptied after its time while the chain still holds."""

    seq = models.PositiveBigIntegerField(unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, blank=True, related_name="chain")
    kind = models.CharField(max_length=16)  # opened | hit | step | emptied
    actor = models.CharField(max_length=120)
    at_us = models.BigIntegerField()
    body = models.TextField()
    body_sha256 = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ("seq",)

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"


class ChainHead(models.Model):
    """The newest link: taken by a conditional update, so that two writers never fork the chain."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="0" * 64)

    def __str__(self) -> str:
        return f"{self.seq} {self.digest[:12]}"


class Allowance(models.Model):
    """A context in which a rule was dismissed again and again; accepted ones are published as an artifact."""

    rule = models.CharField(max_length=80)
    phrase = models.CharField(max_length=100)
    state = models.CharField(max_length=12, default="proposed")  # proposed | accepted | refused
    cases = models.JSONField(default=list)
    proposed_us = models.BigIntegerField()
    decided_us = models.BigIntegerField(null=True, blank=True)
    actor = models.CharField(max_length=120, blank=True, default="")
    why = models.TextField(blank=True, default="")
    version = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("-proposed_us", "-id")
        constraints = (models.UniqueConstraint(fields=("rule", "phrase"), name="compliance_allowance_once"),)

    def __str__(self) -> str:
        return f"{self.rule}: {self.phrase} ({self.state})"


class RuleChange(models.Model):
    """A platform or an authority changed a rule: what, from when, who saw to it that ours follow."""

    platform = models.CharField(max_length=60, blank=True, default="")
    title = models.CharField(max_length=200)
    says = models.TextField(blank=True, default="")
    origin = models.CharField(max_length=400, blank=True, default="")
    effective_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=12, default="open")  # open | followed | no_effect
    actor = models.CharField(max_length=120)
    noted_us = models.BigIntegerField()
    decided_by = models.CharField(max_length=120, blank=True, default="")
    decided_us = models.BigIntegerField(null=True, blank=True)
    why = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("-noted_us", "-id")

    def __str__(self) -> str:
        return self.title


class MarkCheck(models.Model):
    """A self-check before a name, mark or patent is used on air: what was looked up, where, with what result."""

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12)  # trademark | patent | design | copyright
    used_for = models.CharField(max_length=200, blank=True, default="")
    number = models.CharField(max_length=80, blank=True, default="")
    holder = models.CharField(max_length=200, blank=True, default="")
    valid_until = models.DateField(null=True, blank=True)
    result = models.CharField(max_length=12)  # ours | licensed | free | conflict
    proof = models.CharField(max_length=400, blank=True, default="")
    actor = models.CharField(max_length=120)
    checked_us = models.BigIntegerField()

    class Meta:
        ordering = ("-checked_us", "-id")

    def __str__(self) -> str:
        return f"{self.name} ({self.result})"

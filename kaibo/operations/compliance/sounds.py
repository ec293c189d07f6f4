"""The sound of a finding: an excerpt kept as evidence while the recording is there, played to who judges the case."""

from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from kaibo.eventlog import work
from kaibo.kit.clock import now_us
from kaibo.operations.compliance import chain, clips
from kaibo.operations.compliance.contracts import SoundState, SoundView
from kaibo.operations.compliance.errors import SoundNotFound
from kaibo.operations.compliance.models import Case, Clip, Hit
from kaibo.studio.speech import api as speech

SYSTEM = "system:proctor"
TASK = "compliance.clip"
BEFORE_SECONDS, AFTER_SECONDS = 8.0, 4.0
"""What is kept around the words: enough to hear what they speak of, and no more of the evening than that."""
WIDE_SECONDS = 60.0
WAIT_US = 6_000_000
"""The words after a word are said first."""
MOST_CLIPS = 20
"""Of a wave of the same word the first ones are kept; the recording holds the rest while it is there."""


def ask(hit: Hit, reference: str, *, actor: str = SYSTEM) -> None:
    """Have an excerpt kept, in the caller's transaction. Cost: two queries where a place in a recording is named."""
    if speech.mention(reference) is not None:
        told = {"hit": hit.pk, "recording": reference}
        work.enqueue(TASK, told, at_us=now_us() + WAIT_US, key=f"clip:{hit.pk}", actor=actor)


def take(hit_id: int, reference: str) -> str:
    """Keep the excerpt of a finding; what came of it. Repeating it does nothing more. Raises BadSound."""
    hit = Hit.objects.filter(pk=hit_id, case__isnull=False).select_related("case").first()
    if hit is None or hit.case is None:
        return "the finding is gone"
    if Clip.objects.filter(hit=hit).exists():
        return "kept already"
    if Clip.objects.filter(hit__case=hit.case).count() >= MOST_CLIPS:
        return f"the case has {MOST_CLIPS} clips"
    place = speech.mention(reference)
    path = _find(hit, place)
    if place is None or path is None:
        return "the recording is in no folder of this machine that may be heard"
    start = max(0.0, place.start - BEFORE_SECONDS)
    data = speech.excerpt(path, start, place.end + AFTER_SECONDS)
    sha256 = clips.store(data)
    with transaction.atomic():
        lead_ms = round((place.start - start) * 1000)
        Clip.objects.create(hit=hit, sha256=sha256, size=len(data), lead_ms=lead_ms, made_us=now_us())
        case = Case.objects.get(pk=hit.case.pk)
        body = {"state": case.state, "act": "clip", "hit": hit.pk, "sha256": sha256, "why": reference}
        chain.append(case, "step", body, actor=SYSTEM)
        Case.objects.filter(pk=case.pk).update(changed_us=now_us())
    return f"{len(data)} bytes"


def view(hit: Hit, reference: str, clip: Clip | None) -> SoundView | None:
    """What can be heard of a finding; None where nobody named a place in a recording. Cost: no query."""
    place = speech.mention(reference)
    if place is None:
        return None
    is_here = _find(hit, place, proves=False) is not None
    if clip is not None:
        state, lead, sha256 = SoundState.CLIP, clip.lead_ms / 1000, clip.sha256
    else:
        state, sha256 = SoundState.RECORDING if is_here else SoundState.ABSENT, ""
        lead = min(place.start, BEFORE_SECONDS)
    return SoundView(state, place.name, place.start, place.end, lead, is_here, sha256)


def read(hit_id: int, reference: str, *, is_wide: bool = False) -> bytes:
    """A WAV file: the kept excerpt, else one cut from the recording; `is_wide` a minute to each side of the words.

    Raises: SoundNotFound, ClipChanged, BadSound.
    """
    hit = Hit.objects.get(pk=hit_id)
    clip = None if is_wide else Clip.objects.filter(hit=hit).first()
    if clip is not None:
        return clips.read(clip)
    place = speech.mention(reference)
    path = _find(hit, place)
    if place is None or path is None:
        raise SoundNotFound(
            _("The recording of these words is not here."),
            fix=_("Put the very file that was listened to into a folder that KAIBO_RECORDINGS names."),
        )
    before, after = (WIDE_SECONDS, WIDE_SECONDS) if is_wide else (BEFORE_SECONDS, AFTER_SECONDS)
    return speech.excerpt(path, max(0.0, place.start - before), place.end + after)


def _find(hit: Hit, place: speech.Mention | None, *, proves: bool = True) -> Path | None:
    if place is None:
        return None
    return speech.find(place, platform=hit.platform, room_id=hit.room_id, proves=proves)

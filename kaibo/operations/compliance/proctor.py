"""The live proctor: what is said and written on air, checked within a second of being remembered.

At least once, applied once: findings carry event, rule and place as their identity, and the place in the log moves in
the transaction that keeps them.
"""

from collections.abc import Iterable, Sequence

from django.db import transaction

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.events import StoredEvent
from kaibo.kit.clock import HOUR_US, now_us
from kaibo.language import api as language
from kaibo.language.contracts import Hit as Found
from kaibo.language.contracts import Setting
from kaibo.operations.compliance import cases, rulebook, tally
from kaibo.operations.compliance.contracts import Action, Scene
from kaibo.operations.compliance.models import Hit, Place

NAME = "proctor"
SCENES = {
    "comment.posted": Scene.COMMENT,
    "gift.sent": Scene.COMMENT,  # a super chat: the words of a viewer, held on the screen for minutes
    "speech.transcribed": Scene.SPEECH,
    "group.message_posted": Scene.GROUP,
}
FRESH_US = 6 * HOUR_US
"""Older words (an imported recording) are found and kept, but nobody has to run: they make no case by themselves."""


def look(*, now: int | None = None) -> int:
    """Check what is new in the log; how many batches were read."""
    place = Place.objects.filter(name=NAME).first()
    news = eventlog.news(place.after if place else {}, kinds=tuple(SCENES))
    if news.batches == 0:
        return 0
    found = _found(news.events)
    with transaction.atomic():
        apply(news.events, found, now=now or now_us())
        Place.objects.update_or_create(name=NAME, defaults={"after": news.after})
    return news.batches


Key = tuple[str, str, str]


def _key(event: StoredEvent) -> Key:
    return event.platform, event.room_id, event.event_id


def _found(events: Sequence[StoredEvent]) -> list[tuple[StoredEvent, Found, str]]:
    """Standing findings of new lines with the fingerprint of the rules; texts of one scene and platform together."""
    lexicon = rulebook.current()
    found = []
    groups: dict[tuple[Scene, str], list[StoredEvent]] = {}
    for event in events:
        if event.sign > 0 and event.text:
            groups.setdefault((SCENES[event.kind], event.platform), []).append(event)
    for (scene, platform), told in groups.items():
        texts = [event.text or "" for event in told]
        answers = language.check_many(texts, lexicon=lexicon, setting=Setting(scene, platform=platform))
        for event, answer in zip(told, answers, strict=True):
            found += [(event, hit, lexicon.fingerprint) for hit in answer.hits if hit.action != Action.COUNT]
    return found


def apply(events: Sequence[StoredEvent], found: Iterable[tuple[StoredEvent, Found, str]], *, now: int) -> None:
    """Keep findings, open cases, count what was checked; lines that take others back take their findings back."""
    checked = _count(events)
    _take_back(events)
    _keep(found, now=now)
    tally.tell(checked)


def _keep(found: Iterable[tuple[StoredEvent, Found, str]], *, now: int) -> None:
    made = [_row(event, hit, fingerprint, now) for event, hit, fingerprint in found]
    if not made:
        return
    known = _known({(row.platform, row.room_id, row.event_id) for row in made})
    fresh: dict[tuple[Key, str, int], Hit] = {}
    for row in made:
        identity = ((row.platform, row.room_id, row.event_id), row.rule, row.start)
        if identity in known:
            _again(known[identity], row)
        else:
            fresh[identity] = row
    Hit.objects.bulk_create(fresh.values())
    cases.attach([row for row in fresh.values() if cases.makes_case(row) and now - row.at_us <= FRESH_US])


def _count(events: Sequence[StoredEvent]) -> list[tuple[str, str]]:
    """Count texts by show and scene; which these are."""
    counts: dict[tuple[str, str], int] = {}
    for event in events:
        if event.show_id and event.text:
            key = (event.show_id, SCENES[event.kind].value)
            counts[key] = counts.get(key, 0) + event.sign
    for (show_id, scene), texts in sorted(counts.items()):
        cases.count_checked(show_id, scene, texts)
    return list(counts)


def _take_back(events: Sequence[StoredEvent]) -> None:
    """Findings of events that are net gone are marked; a case without any left is withdrawn."""
    if all(event.sign > 0 for event in events):
        return
    net: dict[Key, int] = {}
    for event in events:
        net[_key(event)] = net.get(_key(event), 0) + event.sign
    gone = {key for key, sign in net.items() if sign < 0}
    if not gone:
        return
    touched = {}
    for hit in _known(gone).values():
        hit.is_retracted = True
        hit.save(update_fields=["is_retracted"])
        if hit.case is not None:
            touched[hit.case.pk] = hit.case
    for case in touched.values():
        if not case.found.filter(is_retracted=False).exists():
            cases.withdraw(case)


def _again(known: Hit, row: Hit) -> None:
    """The same finding once more: read twice, or moved to another show and back among the living."""
    if known.show_id == row.show_id and not known.is_retracted:
        return
    known.show_id, known.is_retracted = row.show_id, False
    known.save(update_fields=["show_id", "is_retracted"])
    if known.case is not None:
        cases.revive(known.case)
        cases.follow_show({known.case.pk}, row.show_id)


def _known(keys: set[Key]) -> dict[tuple[Key, str, int], Hit]:
    """Findings of these events. Cost: one query per 500 events."""
    found: dict[tuple[Key, str, int], Hit] = {}
    ids = sorted({event_id for _, _, event_id in keys})
    for at in range(0, len(ids), 500):
        for hit in Hit.objects.filter(event_id__in=ids[at : at + 500]).select_related("case"):
            key = (hit.platform, hit.room_id, hit.event_id)
            if key in keys:
                found[key, hit.rule, hit.start] = hit
    return found


def _row(event: StoredEvent, hit: Found, fingerprint: str, now: int) -> Hit:
    return Hit(
        show_id=event.show_id or "",
        platform=event.platform,
        room_id=event.room_id,
        event_id=event.event_id,
        scene=SCENES[event.kind].value,
        at_us=event.occurred_at,
        found_us=now,
        viewer_id=event.viewer_id or "",
        host_id=event.host_id or "",
        recording=str((event.attrs or {}).get("recording", ""))[:300],
        text=event.text or "",
        start=hit.start,
        end=hit.end,
        matched=hit.matched[:200],
        term=hit.term[:200],
        view=hit.view.value,
        rule=hit.rule,
        pack=hit.pack,
        pack_version=hit.pack_version,
        fingerprint=fingerprint,
        category=hit.category,
        action=hit.action.value,
        severity=hit.severity,
        article=hit.article,
        suggestion=hit.suggestion,
        exemptions=[
            {
                "name": one.name,
                "clause": one.clause,
                "applies": one.applies,
                "words": one.words,
                "needs_proof": one.needs_proof,
            }
            for one in hit.exemptions
        ],
    )

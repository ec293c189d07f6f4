"""Acts of the desk on air: recorded once, at their own times, as events; taken back within seconds."""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from kaibo.commerce.lineup.contracts import Act, ActAnswer, ActKind, ActView
from kaibo.commerce.lineup.errors import NotKept
from kaibo.commerce.lineup.models import DeskAct
from kaibo.commerce.shows.contracts import ShowView
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import FeedView, Provenance
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit import clock

CONNECTOR = "desk"
KINDS = (
    "lap.started",
    "lap.ended",
    "host.on",
    "host.off",
    "note.marked",
    "offer.listed",
    "offer.unlisted",
    "stock.changed",
)
"""What the desk can report; it declares nothing else, so other numbers stay "not reported"."""
UNDO_US = 12 * clock.MICROS
"""Ten seconds on the page and two for a hesitating finger."""
EARLY_US = 5 * clock.MINUTE_US
LATE_US = 5 * clock.MINUTE_US
MOST = 200
LAPS = frozenset({ActKind.START, ActKind.NEXT, ActKind.RETURN})
LINKED = LAPS | {ActKind.END}


def feed_of(platform: str) -> FeedView:
    """The local feed through which the desk speaks."""
    return eventlog.local_feed(CONNECTOR, platform, kinds=KINDS)


def record(
    show: ShowView, acts: Iterable[Act], *, known: Mapping[str, str], titles: Mapping[str, str], actor: str
) -> list[ActAnswer]:
    """What became of each act. Sending the same again changes nothing.

    Shape: `known` link number -> product id as the platform's feed names it, `titles` link number -> name.
    """
    answers = []
    for act in list(acts)[:MOST]:
        refusal = _refusal(show, act)
        if refusal:
            answers.append(ActAnswer(act.act_id, "refused", *refusal))
        elif act.kind is ActKind.UNDO:
            answers.append(_take_back(show, act, actor=actor))
        else:
            answers.append(_record(show, act, known=known, titles=titles, actor=actor))
    return answers


def acts_of(show_id: str, *, limit: int = 50) -> list[ActView]:
    """The latest acts first, undone ones too. Cost: one query."""
    rows = DeskAct.objects.filter(show_id=show_id).exclude(kind=ActKind.UNDO).order_by("-at_us", "-id")[:limit]
    return [
        ActView(
            row.act_id,
            ActKind(row.kind),
            row.at_us,
            row.received_us,
            row.actor,
            row.link_no,
            row.text,
            row.host_id,
            row.undone_us is not None,
        )
        for row in rows
    ]


def _refusal(show: ShowView, act: Act) -> tuple[str, str] | None:
    """(problem, fix) of an act that cannot be."""
    now = clock.now_us()
    if not 8 <= len(act.act_id) <= 64:
        return _("The act has no id."), _("Reload the page.")
    if act.kind is ActKind.UNDO:
        return None if act.of else (_("The undo names no act."), _("Reload the page."))
    if show.started_at is None:
        return _("The show is not on air."), _("Start it first.")
    if act.at_us < show.started_at - EARLY_US or act.at_us > (show.ended_at or now) + LATE_US:
        return _("The act lies outside the show."), _("Check the clock of this device.")
    if act.kind in LAPS and not act.link_no:
        return _("Which link is explained?"), _("Choose a link.")
    if act.kind is ActKind.HOST and not act.host_id.strip():
        return _("Which host comes on duty?"), _("Type the name.")
    if act.kind in {ActKind.NOTE, ActKind.CALL} and not act.text.strip():
        return _("The note is empty."), _("Type what happened.")
    return None


def _record(show: ShowView, act: Act, *, known: Mapping[str, str], titles: Mapping[str, str], actor: str) -> ActAnswer:
    """One act: its row first, then its events; an act whose events were not yet kept is kept now."""
    row, is_new = DeskAct.objects.get_or_create(
        show_id=show.show_id,
        act_id=act.act_id,
        defaults={
            "kind": act.kind.value,
            "at_us": min(act.at_us, clock.now_us()),
            "received_us": clock.now_us(),
            "actor": actor,
            "link_no": act.link_no[:12],
            "text": act.text.strip()[:500],
            "host_id": act.host_id.strip()[:120],
        },
    )
    if row.is_logged or row.undone_us is not None:
        return ActAnswer(act.act_id, "undone" if row.undone_us is not None else "known")
    try:
        append(show.platform, events_of_act(show, row, act, known=known, titles=titles), ingest_id=_ingest(row))
    except NotKept as error:
        row.delete()  # what the log does not hold never happened, and the person is told
        return ActAnswer(act.act_id, "refused", error.sentence, error.fix)
    row.is_logged = True
    row.save(update_fields=["is_logged"])
    after = {"at": clock.iso(row.at_us), "link_no": row.link_no, "text": row.text, "host_id": row.host_id}
    if is_new:
        told = {name: value for name, value in after.items() if value}
        eventlog.audit(actor, f"desk.{row.kind}", f"show:{show.show_id}", after=told)
    return ActAnswer(act.act_id, "recorded")


def _take_back(show: ShowView, act: Act, *, actor: str) -> ActAnswer:
    """Within ten seconds, by the clock of the device that did both."""
    row = DeskAct.objects.filter(show_id=show.show_id, act_id=act.of).exclude(kind=ActKind.UNDO).first()
    if row is None:
        return ActAnswer(
            act.act_id, "refused", _("There is no such act."), _("It may not have arrived yet; try again.")
        )
    if row.undone_us is not None:
        return ActAnswer(act.act_id, "known")
    if act.at_us - row.at_us > UNDO_US:
        return ActAnswer(
            act.act_id, "refused", _("An act can be undone for ten seconds."), _("Correct it with the next act.")
        )
    if row.is_logged:
        eventlog.retract(ingest_id=_ingest(row), actor=actor, why="undone at the desk")
    with transaction.atomic():
        row.undone_us = clock.now_us()
        row.save(update_fields=["undone_us"])
        eventlog.audit(actor, "desk.undone", f"show:{show.show_id}", before={"act": row.kind, "link_no": row.link_no})
    return ActAnswer(act.act_id, "recorded")


def _ingest(row: DeskAct) -> str:
    return f"desk-{row.act_id}"


def append(platform: str, events: list[PlatformEvent], *, ingest_id: str | None = None) -> None:
    """Hand events to the log and wait until they are kept. Raises: NotKept when one of them is refused."""
    log = eventlog.open_log()
    try:
        receipt = log.append_events(events, provenance=Provenance(feed_of(platform).id, ingest_id=ingest_id))
    finally:
        log.close()
    if receipt.rejected:
        refused = receipt.details[0]
        raise NotKept(f"{refused.field}: {refused.problem}", fix=refused.fix)


def events_of_act(
    show: ShowView, row: DeskAct, act: Act, *, known: Mapping[str, str], titles: Mapping[str, str]
) -> list[PlatformEvent]:
    """The events of one act: a lap names the platform's product where a feed has told it, else its link number."""

    def event(kind: str, suffix: str = "", **values: object) -> PlatformEvent:
        return PlatformEvent(
            event_id=f"desk:{row.act_id}{suffix}",
            kind=kind,
            platform=show.platform,
            room_id=show.room_id,
            show_id=show.show_id,
            occurred_at=row.at_us,
            **values,  # type: ignore[arg-type]
        )

    kind = ActKind(row.kind)
    if kind in LINKED:
        attrs: dict[str, object] = {"act": kind.value}
        if titles.get(row.link_no):
            attrs["title"] = titles[row.link_no]
        name = "lap.ended" if kind is ActKind.END else "lap.started"
        return [event(name, link_no=row.link_no or None, product_id=known.get(row.link_no), attrs=attrs)]
    if kind is ActKind.HOST:
        off = [event("host.off", ":off", host_id=act.relieves)] if act.relieves and act.relieves != row.host_id else []
        return [*off, event("host.on", host_id=row.host_id)]
    return [event("note.marked", text=row.text or None, attrs={"scope": kind.value})]

"""What is talked about angrily: the list with its clock, one matter with its messages, the acts on it, the limits."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from kaibo.commerce.team import api as team
from kaibo.connectors import api as connectors
from kaibo.kit import clock
from kaibo.metrics.export import Cell
from kaibo.operations.opinion import api as opinion
from kaibo.operations.opinion import words
from kaibo.operations.opinion.contracts import OUTCOMES, Concern, Hour, Level, Limits, MatterState, MatterView
from kaibo.operations.radar import api as radar
from kaibo.web import actors, export
from kaibo.web.opinion import access
from kaibo.web.pages import tools
from kaibo.web.pages.home import room_names
from kaibo.web.radar.words import TOPICS
from kaibo.web.radar.words import of as topic_word

FILTERS = ("open", "watched", "handling", "closed")
STATE_CLASS = {"watched": "warn", "handling": "accent", "closed": "good"}
SAID_FOR: dict[Concern, tuple[str, ...]] = {
    Concern.INJURY: ("apology", "explanation"),
    Concern.FAKE: ("explanation", "quality"),
    Concern.FAULT: ("explanation", "quality", "apology"),
    Concern.FALSE_AD: ("apology", "violation", "explanation"),
    Concern.PRICE: ("explanation", "price", "coupon"),
    Concern.REFUND: ("complaint", "after_sales", "explanation"),
    Concern.SHIPPING: ("complaint", "shipping", "explanation"),
    Concern.HOST: ("apology", "complaint"),
    Concern.OTHER: ("complaint", "explanation"),
}
"""Topics of the script library that help with a concern, the nearest first."""
SAID_WORD: dict[Concern, str] = {
    Concern.INJURY: "受伤",
    Concern.FAKE: "假货",
    Concern.FAULT: "质量",
    Concern.FALSE_AD: "宣传",
    Concern.PRICE: "价格",
    Concern.REFUND: "退款",
    Concern.SHIPPING: "发货",
    Concern.HOST: "主播",
}
"""A line whose title holds this word stands before others of its topic."""
BARS = 72


@tools.page("opinion.see")
def matter_list(request: HttpRequest) -> HttpResponseBase:
    """`/opinion/`: open matters, the clock that runs out first; `?state=` filters, `?export=` a table."""
    state = request.GET.get("state", "open")
    state = state if state in FILTERS else ""
    found = access.my_matters(request, state=state)
    if (form := request.GET.get("export", "")) in export.FORMATS:
        return export.answer("opinion", _columns(), _rows(found), form)
    return _listed(request, found, state)


def _listed(
    request: HttpRequest, found: list[MatterView], state: str, *, typed: dict[str, Any] | None = None, problem: str = ""
) -> HttpResponseBase:
    now = clock.now_us()
    limits = opinion.current_limits()
    in_time, begun = opinion.started_in_time(since_us=now - 90 * clock.DAY_US)
    names = actors.names_of({view.started_by for view in found} - {""})
    context = {
        "matters": [_line(view, names, room_names(), now=now) for view in found],
        "waiting": sum(view.is_waiting for view in found),
        "late": sum(view.is_late(now) for view in found),
        "in_time": in_time,
        "begun": begun,
        "state": state,
        "states": [
            ("open", pgettext("opinion state", "Not closed")),
            *((code, words.STATES[code]) for code in FILTERS[1:]),
        ],
        "limits": limits,
        "clock": _span(limits.clock_minutes),
        "may_rule": team.may(request.user, "opinion.rule"),
        "fields": _fields(limits, typed or {}),
        "bots": [(bot, bot.id in limits.bots) for bot in connectors.bots()],
        "problem": problem,
    }
    return render(request, "kaibo/opinion/list.html", context, status=422 if problem else 200)


def _span(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if rest:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}


def _line(view: MatterView, names: dict[str, str], rooms: dict[str, str], *, now: int) -> dict[str, Any]:
    return {
        "matter": view,
        "concern": words.CONCERNS[view.concern],
        "cause": words.CAUSES[view.cause],
        "level": words.LEVELS[view.level],
        "level_class": "bad" if view.level == Level.ALARM else "warn",
        "state": words.STATES[view.state],
        "state_class": STATE_CLASS[view.state],
        "outcome": words.OUTCOMES.get(view.outcome, ""),
        "rooms": [rooms.get(f"{platform}/{room_id}", room_id) for platform, room_id in view.rooms],
        "by": names.get(view.started_by, view.started_by),
        "is_late": view.is_late(now),
    }


def _columns() -> list[str]:
    return [
        "id", _("Concern"), _("Level"), _("State"), _("Outcome"), _("Messages"), _("Voices"), _("Rooms"),
        _("First sign"), _("Due"), _("Handling began"), _("Closed"),
    ]  # fmt: skip


def _rows(found: list[MatterView]) -> Iterator[list[Cell]]:
    rooms = room_names()
    for view in found:
        line = _line(view, {}, rooms, now=0)
        instants = (view.sign_us, view.due_us, view.started_us, view.closed_us)
        yield [
            view.id, str(line["concern"]), str(line["level"]), str(line["state"]), str(line["outcome"]), view.count,
            view.voices, ", ".join(line["rooms"]), *(clock.iso(at) if at else None for at in instants),
        ]  # fmt: skip


@tools.page("opinion.see")
def matter_page(request: HttpRequest, matter_id: int) -> HttpResponseBase:
    """One matter: what was said, when, what can be said to it, who did what."""
    view = access.matter_or_404(request, matter_id)
    names = actors.names_of({view.started_by, *(step.actor for step in view.steps)} - {""})
    rooms = room_names()
    may_act = any(
        team.may(request.user, "opinion.act", platform=platform, room_id=room) for platform, room in view.rooms
    )
    context = {
        "matter": view,
        "line": _line(view, names, rooms, now=clock.now_us()),
        "groups": _groups(view, rooms),
        "bars": _bars(view.hours),
        "says": [{"line": line, "topic": topic_word(TOPICS, line.topic)} for line in _prepared(view.concern)],
        "steps": [
            {
                "step": step,
                "by": names[step.actor],
                "act": words.ACTS.get(step.act, step.act),
            }
            for step in view.steps
        ],
        "open_steps": [_open_step(name) for name, way in opinion.STEPS.items() if view.state in way.come_from]
        if may_act
        else [],
        "outcomes": [(code, words.OUTCOMES[code]) for code in OUTCOMES],
        "needs_team": view.level == Level.ALARM and view.state != MatterState.CLOSED,
    }
    return render(request, "kaibo/opinion/matter.html", context)


def _groups(view: MatterView, rooms: dict[str, str]) -> list[dict[str, Any]]:
    """Messages by wording, the newest wording first; each with everybody who wrote it."""
    codes = {viewer: number for number, viewer in enumerate(_viewers(view), 1)}
    groups: dict[str, list[dict[str, Any]]] = {}
    for one in view.mentions:
        told = {
            "one": one,
            "who": _("viewer %(n)s") % {"n": codes[one.viewer]} if one.viewer else _("sender not known"),
            "room": rooms.get(f"{one.platform}/{one.room_id}", one.room_id),
            "is_group": one.kind == "group.message_posted",
        }
        groups.setdefault(one.text, []).append(told)
    return [
        {"rows": rows, "is_gone": all(row["one"].is_retracted for row in rows), **_cut(text, rows[0]["one"].matched)}
        for text, rows in groups.items()
    ]


def _viewers(view: MatterView) -> list[str]:
    """Hashes of those who spoke, the first to speak first: pages call them by number."""
    return list(dict.fromkeys(one.viewer for one in reversed(view.mentions) if one.viewer))


def _cut(text: str, matched: str) -> dict[str, str]:
    at = text.find(matched) if matched else -1
    if at < 0:
        return {"before": text, "middle": "", "after": ""}
    return {"before": text[:at], "middle": matched, "after": text[at + len(matched) :]}


def _prepared(concern: Concern) -> list[Any]:
    topics, word = SAID_FOR[concern], SAID_WORD.get(concern, "")
    lines = radar.script_lines(*topics)
    return sorted(lines, key=lambda line: (topics.index(line.topic), word not in line.title))


def _bars(hours: tuple[Hour, ...]) -> list[dict[str, Any]]:
    """At most BARS bars from the first hour with a mention to the last; hours between without one stay empty."""
    if not hours:
        return []
    first, last = hours[0].hour_us, hours[-1].hour_us + clock.HOUR_US
    width = -(-(last - first) // BARS // clock.HOUR_US) * clock.HOUR_US
    count = max(1, -(-(last - first) // width))
    told: dict[int, list[int]] = {}
    for hour in hours:
        bar = told.setdefault((hour.hour_us - first) // width, [0, 0])
        bar[0] += hour.mentions
        bar[1] += hour.heard
    most = max(mentions for mentions, _heard in told.values())
    return [
        {
            "x": round(100 * at / max(count, 6), 2),
            "width": round(80 / max(count, 6), 2),
            "height": round(40 * mentions / most, 1),
            "y": round(40 - 40 * mentions / most, 1),
            "at_us": first + at * width,
            "mentions": mentions,
            "heard": heard,
        }
        for at, (mentions, heard) in sorted(told.items())
    ]


def _open_step(name: str) -> dict[str, Any]:
    told = {
        "start": (_("Begin to handle it"), _("What is done now, and by whom: explained on air, product checked …")),
        "note": (_("Note what was done"), ""),
        "close": (_("Close it"), _("What came of it.")),
        "reopen": (_("Open it again"), _("What has happened since.")),
    }  # fmt: skip
    label, hint = told[name]
    return {"name": name, "label": label, "hint": hint, "is_first": name in {"start", "note"}}


@tools.page("opinion.see", methods=("POST",))
def matter_step(request: HttpRequest, matter_id: int) -> HttpResponseBase:
    """One step further."""
    access.matter_or_404(request, matter_id, "opinion.act")
    given = request.POST

    def work() -> None:
        opinion.take_step(
            matter_id,
            given.get("step", ""),
            why=given.get("why", ""),
            outcome=given.get("outcome", ""),
            actor=tools.actor(request),
        )

    return tools.act(request, work, done=_("Noted."), back=reverse("matter", args=[matter_id]))


def _fields(limits: Limits, typed: dict[str, Any]) -> list[dict[str, Any]]:
    told = {
        "voices": (_("People in one room"), _("within the minutes beside")),
        "minutes": (_("Minutes that are looked at"), ""),
        "times": (_("Times the usual"), _("against the week before in that room")),
        "severe_voices": (_("People, grave concerns"), _("hurt, fake goods: anywhere, also over days")),
        "other_voices": (_("People, dislike in general"), _("no concern named")),
        "spread_rooms": (_("Rooms within a day"), ""),
        "spread_voices": (_("People over these rooms"), ""),
        "days": (_("Days that are looked over"), ""),
        "days_voices": (_("People over these days"), ""),
        "warning_ratio": (_("Early warning from"), _("share of a limit, 0.1 to 1")),
        "clock_minutes": (_("Minutes until handling begins"), _("from the first sign")),
        "quiet_hours": (_("Hours until a warning fades"), _("while talk stays below every limit")),
    }
    found = []
    for name, (label, hint) in told.items():
        least, most = opinion.BOUNDS[name]
        value = typed.get(name, getattr(limits, name))
        is_whole = name not in {"times", "warning_ratio"}
        found.append(
            {"name": name, "label": label, "hint": hint, "value": value, "least": least, "most": most,
             "step": "1" if is_whole else "0.1"}
        )  # fmt: skip
    return found


@tools.page("opinion.rule", methods=("POST",))
def limits_save(request: HttpRequest) -> HttpResponseBase:
    """Other limits, other bots."""
    given = {name: str(value) for name, value in tools.keep(request).items()}
    bots = request.POST.getlist("bots")
    work = lambda: opinion.save_limits(given, bots=bots, actor=tools.actor(request))  # noqa: E731
    return tools.act(request, work, done=_("The limits hold from now on."), back=reverse("opinion"))

"""Who comes back to a room, day by day: a part of the room's page, and asking for it now."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kaibo.commerce.rooms.contracts import RoomView
from kaibo.eventlog import api as eventlog
from kaibo.kit import env
from kaibo.kit.clock import business_day
from kaibo.metrics.export import Table
from kaibo.metrics.facts import RoomDay
from kaibo.warehouse import api as warehouse
from kaibo.web.pages import tools

ANALYSIS = "returning_viewers"
SHOWN = 30
RETURNS = (1, 7, 30)


def returning(room: RoomView) -> dict[str, Any]:
    """The newest answer as lines, the latest day first. Cost: 1 query."""
    answer = warehouse.latest(ANALYSIS, {"platform": room.platform, "room_id": room.room_id})
    if answer is None:
        return {"as_of": None, "lines": []}
    as_of_day = business_day(answer.as_of_us, zone=env.zone(), cut_hour=env.day_cut_hour())
    rows = {str(row["day"]): row for row in answer.rows}
    days = [RoomDay(dt.date.fromisoformat(day), answer.as_of_us, rows, as_of_day) for day in sorted(rows, reverse=True)]
    return {"as_of": answer.as_of_us, "lines": [_line(day) for day in days]}


def _line(day: RoomDay) -> dict[str, Any]:
    row = day.row
    people, has_past = row["people"], row["history_days"] > 0
    return {
        "day": day.day,
        "is_open": not day.is_over,
        "people": people,
        "new": row["new_people"] if has_past else None,
        "returning": (people - row["new_people"]) / people if people and has_past else None,
        "week": row["week_people"] if row["history_days"] >= 6 else None,
        "month": row["month_people"] if row["history_days"] >= 29 else None,
        "back": [_back(day, after) for after in RETURNS],
        "nameless": row["nameless_acts"] / row["acts"] if row["nameless_acts"] else None,
    }


def _back(day: RoomDay, after: int) -> dict[str, Any]:
    state, people = day.state_after(after), day.row["people"]
    if state == "counted" and people:
        return {"value": day.row[f"d{after}_people"] / people}
    says = {"to come": _("That day is not over yet."), "no show": _("The room was not on air that day.")}
    return {"value": None, "says": says.get(state, _("nobody named"))}


def as_table(room: RoomView) -> Table:
    """All days, numbers as numbers."""
    columns = [
        pgettext("visits", "Day"),
        pgettext("visits", "People"),
        pgettext("visits", "New"),
        pgettext("visits", "Returning"),
        *(f"D{after}" for after in RETURNS),
    ]
    columns += [_("Within 7 days"), _("Within 30 days"), _("Acts that name nobody")]
    rows = [
        [
            line["day"].isoformat(), line["people"], line["new"], line["returning"],
            *(one["value"] for one in line["back"]), line["week"], line["month"], line["nameless"],
        ]
        for line in returning(room)["lines"]
    ]  # fmt: skip
    return Table("who-comes-back", columns, rows)


@tools.page("room.edit", methods=("POST",))
def count_now(request: HttpRequest, platform: str, room_id: str) -> HttpResponse:
    """Ask for the answer now; a worker counts it."""
    tools.require(request, "room.edit", platform=platform, room_id=room_id)
    where = {"platform": platform, "room_id": room_id}
    key = f"returning:{platform}/{room_id}"
    eventlog.work.enqueue("analyses.returning", where, key=key, actor=tools.actor(request))
    messages.success(request, _("It is being counted. Reload in a moment."))
    return redirect("room", platform, room_id)

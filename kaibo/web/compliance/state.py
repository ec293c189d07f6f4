"""Undecided cases in the room's state: the alerts that somebody has to take."""

from typing import Any

from kaibo.operations.compliance import api as compliance
from kaibo.web import actors

MOST = 12


def alerts_state(show_id: str) -> dict[str, Any]:
    """Paths `alert/<case>`, and `alerts` with how many there are. Cost: one query, two when somebody has one."""
    found = compliance.alerts(show_id, limit=200)
    if not found:
        return {}
    owners = {view.owner for view in found if view.owner}
    names = actors.names_of(owners) if owners else {}
    state: dict[str, Any] = {"alerts": {"open": len(found), "free": sum(not view.owner for view in found)}}
    for place, view in enumerate(found[:MOST]):
        state[f"alert/{view.id}"] = {
            "place": place,
            "scene": view.scene.value,
            "rule": view.rule,
            "article": view.article,
            "matched": view.matched,
            "excerpt": view.excerpt,
            "instead": view.suggestion,
            "action": view.action.value,
            "hits": view.hits,
            "opened_us": view.opened_us,
            "last_us": view.last_hit_us,
            "due_us": view.due_us,
            "owner": names.get(view.owner, view.owner),
        }
    return state


def alerts_version(show_id: str) -> int:
    """Moves whenever an alert of the show changes. Cost: one query."""
    return compliance.show_changed(show_id)

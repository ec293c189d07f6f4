"""The registers in the room's state: what is open, what is overdue, what came of the last adjustments."""

from typing import Any

from kaibo.commerce.registers import api as registers
from kaibo.commerce.registers.contracts import ChangeState, ChangeView
from kaibo.commerce.shows.contracts import ShowStatus, ShowView
from kaibo.kit.clock import MINUTE_US
from kaibo.metrics.facts import Facts
from kaibo.web.registers import found

LATEST = 5
OPEN = (ChangeState.ASKED, ChangeState.MADE, ChangeState.CHECKED)
RECENT_US = 10 * MINUTE_US


def register_state(show: ShowView, facts: Facts) -> dict[str, Any]:
    """Paths `reg/…`. Cost: five queries, before air seven; numbers of adjustments come from `facts`."""
    state: dict[str, Any] = {
        "reg/changes": [change_shape(each) for each in registers.changes(show.show_id) if _is_open(each, facts.now_us)],
        "reg/ads": _ads(show, facts),
    }
    given = registers.give_aways(show.show_id)
    if given:
        loss, unstated = registers.running_loss(given)
        full = [each.link_no for each in given if each.left == 0]
        state["reg/given"] = {"loss": loss, "unstated": unstated, "full": full, "links": len(given)}
    violations = registers.violations(show.show_id)
    if violations:
        waiting = [each for each in violations if each.is_open]
        until = [each.appeal_until_us for each in waiting if each.state == "open" and each.appeal_until_us]
        points = [each.points for each in violations if each.points is not None and each.state != "overturned"]
        state["reg/violations"] = {
            "count": len(violations),
            "open": len(waiting),
            "points": sum(points) if points else None,
            "appeal_until": min(until, default=None),
        }
    if show.status is not ShowStatus.ENDED:
        checklist = registers.checklist(show)
        state["reg/checklist"] = {**checklist.counts, "due": checklist.due_us}
    return state


def _is_open(change: ChangeView, now_us: int) -> bool:
    """Whether somebody still has to do something about it, or it was only just settled."""
    if change.state is ChangeState.CHECKED and change.revert_us is None:
        return now_us - (change.checked_us or 0) < RECENT_US
    return change.state in OPEN


def change_shape(change: ChangeView) -> dict[str, Any]:
    """A change as scripts read it; overdue is for the browser's clock to say."""
    return {
        "id": change.entry_id,
        "kind": change.kind.value,
        "state": change.state.value,
        "link_no": change.link_no,
        "title": change.title,
        "before": change.before,
        "after": change.after,
        "asked_by": change.asked_by,
        "reason": change.reason,
        "at": change.made_us or change.asked_us,
        "revert": change.revert_us,
        "made_by": change.made_by,
    }


def _ads(show: ShowView, facts: Facts) -> dict[str, Any]:
    log = [each for each in registers.ad_log(show.show_id) if not each.is_undone]
    numbers = found.results(facts, log[:LATEST])
    plans = list(dict.fromkeys(each.plan for each in log))[:6]
    return {
        "plans": plans,
        "log": [
            {
                "id": each.entry_id,
                "at": each.at_us,
                "plan": each.plan,
                "what": each.what,
                "value": each.value,
                "ready": numbers[each.entry_id][0],
                "result": [
                    [found.figure(one.before), found.figure(one.after) if one.after else None]
                    for one in numbers[each.entry_id][1]
                ],
            }
            for each in log[:LATEST]
        ],
    }

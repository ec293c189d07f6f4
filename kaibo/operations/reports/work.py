"""The work behind the night: shifts planned and worked, the checklist, rounds typed, ad plans as files state them."""

from kaibo.commerce.registers import api as registers
from kaibo.commerce.registers.contracts import Duty, ShiftView
from kaibo.commerce.rounds import api as rounds
from kaibo.commerce.shows.contracts import ShowView
from kaibo.metrics.facts import Facts
from kaibo.operations.reports.contracts import PlanLine, Work
from kaibo.warehouse import api as warehouse

PLAN = "plan:"


def work_of(show: ShowView, facts: Facts) -> Work:
    """Cost: five queries."""
    checklist = registers.checklist(show)
    return Work(
        shifts=_shifts(show, facts),
        checklist=checklist if any(point.state != "open" for point in checklist.points) else None,
        rounds=tuple(rounds.rounds(show.show_id)),
        plans=_plans(show.show_id),
    )


def _shifts(show: ShowView, facts: Facts) -> tuple[ShiftView, ...]:
    """Who is on duty when the show ends worked until then: nobody changes the host after the last word."""
    duties = [Duty(duty.host_id, duty.from_us, duty.to_us or show.ended_at) for duty in facts.duties]
    return tuple(registers.shifts(show.show_id, duties=duties))


def _plans(show_id: str) -> tuple[PlanLine, ...]:
    """The last that was stated of each figure of each plan, dearest first. Figures come in order of their as-of."""
    values: dict[str, dict[str, int]] = {}
    as_of: dict[str, int] = {}
    for one in warehouse.figures(show_id, of_parts=True):
        if one.part.startswith(PLAN):
            values.setdefault(one.part, {})[one.figure] = one.value
            as_of[one.part] = one.as_of_us
    lines = [PlanLine(part.removeprefix(PLAN), as_of[part], told) for part, told in values.items()]
    return tuple(sorted(lines, key=lambda line: (-line.values.get("spend_minor", -1), line.plan_id)))

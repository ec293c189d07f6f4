"""What returning_viewers returns, and what it asks for."""

from dataclasses import dataclass

PARAMS = ("platform", "room_id")


@dataclass(frozen=True, slots=True)
class Row:
    """One business day on which people did something in the room.

    Shape: people are told apart by their hashed ids; an act without one is in `nameless_acts` and in no other column.
    """

    day: str  # the business day, YYYY-MM-DD in the team's zone
    day_number: int  # days since the first business day that was read, from 1
    history_days: int  # whole days between the room's first day with people and this one
    acts: int  # acts that were told
    nameless_acts: int  # acts that do not say whose they are
    people: int  # distinct people with at least one act
    new_people: int  # of them, those whose first recorded day in the room this is
    week_people: int  # distinct people of this day and the six before
    month_people: int  # distinct people of this day and the 29 before
    d1_people: int  # of `people`, those with an act exactly 1 day later
    d7_people: int  # exactly 7 days later
    d30_people: int  # exactly 30 days later

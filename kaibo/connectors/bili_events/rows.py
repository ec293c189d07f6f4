"""The row of this log, and the readers of its fields."""

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec

from kaibo.kit import clock

COINS_PER_FEN = 10  # 1000 gold coins are 1 yuan (open-live.bilibili.com, gift price)

type Number = str | int | float


class Row(msgspec.Struct):
    """One line. Numbers come as text or as numbers, by version of the recorder."""

    type: str
    room: str | int
    date: str | None = None
    time: str | None = None
    ts: Number | None = None
    viewer: str | int | None = msgspec.field(default=None, name="user")
    text: str | None = None
    gift: str | None = None
    gift_id: str | int | None = None
    num: Number | None = None
    price: Number | None = None
    coin_type: str | None = None
    total_coin: Number | None = None
    combo_id: str | int | None = None
    tid: str | int | None = None
    id: str | int | None = None
    count: Number | None = None
    fans: Number | None = None
    fans_club: Number | None = None
    guard_level: Number | None = None
    fans_medal_level: Number | None = None
    title: str | None = None
    area: str | None = None


class FieldProblem(Exception):
    """A field that cannot be read: its name, what is wrong, how to put it right."""

    def __init__(self, field: str, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.field, self.problem, self.fix = field, problem, fix


def whole(value: Number | None, field: str) -> int:
    """The field as a whole number, not below zero."""
    if value is None or value == "":
        raise FieldProblem(field, f"{field} is missing", f"write {field} as a whole number")
    try:
        number = int(value)
    except (ValueError, OverflowError):
        raise FieldProblem(field, f"'{value}' is no whole number", f"write {field} as digits only") from None
    if number < 0:
        raise FieldProblem(field, f"{field} is {number}", f"{field} cannot be below zero")
    return number


def level(value: Number | None) -> int | None:
    """A medal or guard level where the row states one."""
    return None if value is None or value == "" else whole(value, "level")


def viewer(row: Row) -> str:
    """Who it was. Raises FieldProblem when the row names nobody."""
    if row.viewer is None or row.viewer == "":
        raise FieldProblem("user", "user is missing", "write the viewer's id, or leave the row out")
    return str(row.viewer)


def instant(row: Row, zone: ZoneInfo) -> int:
    """The platform's own stamp where there is one, else the recorder's local time. Units: µs UTC."""
    if row.ts not in {None, "", "0", 0}:
        try:
            return clock.parse_instant(row.ts)
        except ValueError as error:
            raise FieldProblem("ts", str(error), "write ts as seconds since 1970") from None
    if not row.date or not row.time:
        missing = "date" if not row.date else "time"
        raise FieldProblem(missing, f"{missing} is missing", "write date as 2021.12.30 and time as 19:34:43, or ts")
    try:
        day = dt.date(*(int(part) for part in row.date.replace("-", ".").replace("/", ".").split(".")))
    except (ValueError, TypeError):
        raise FieldProblem("date", f"'{row.date}' is no date", "write it as 2021.12.30") from None
    try:
        at = dt.datetime.combine(day, dt.time.fromisoformat(row.time), tzinfo=zone)
    except ValueError:
        raise FieldProblem("time", f"'{row.time}' is no time of day", "write it as 19:34:43") from None
    return clock.from_datetime(at)


def fen(coins: int) -> int:
    """Gold coins as fen, half up: gifts below one fen do exist in bundles."""
    return (coins + COINS_PER_FEN // 2) // COINS_PER_FEN

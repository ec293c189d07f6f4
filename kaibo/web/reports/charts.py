"""The chart of the night as SVG: the same drawing stands on the page (palette of the theme) and in the picture."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from xml.sax.saxutils import escape

from kaibo.kit import env
from kaibo.kit.clock import HOUR_US, MINUTE_US, from_datetime, to_datetime
from kaibo.kit.money import MINOR_DIGITS
from kaibo.operations.reports.contracts import Curve

WIDTH, HEIGHT = 1000, 372
LEFT, RIGHT, TOP, BOTTOM = 58, 14, 26, 262
LAPS_TOP, LAPS_HEIGHT = 294, 22
BAR_SHARE = 0.42
"""Bars of ten minutes stand in the lower part, so that the line of the whole night keeps the upper one."""
LABEL_WIDTH, NAME_WIDTH = 24, 90


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by their job; the page gives variables of its theme, the picture fixed ones."""

    ink: str
    faint: str
    line: str
    band: str
    accent: str
    bar: str
    lap: str
    lap_ink: str
    font: str


PAGE = Palette(
    ink="var(--ink-2)",
    faint="var(--ink-3)",
    line="var(--line)",
    band="var(--report-band)",
    accent="var(--accent)",
    bar="var(--report-bar)",
    lap="var(--accent-soft)",
    lap_ink="var(--accent)",
    font="inherit",
)
PAPER = Palette(
    ink="#3c465a",
    faint="#7b8496",
    line="#e4e8ef",
    band="#dfe4ee",
    accent="#2f56cf",
    bar="#b9c8f4",
    lap="#e8edfb",
    lap_ink="#2f56cf",
    font="Noto Sans SC",
)


@dataclass(frozen=True, slots=True)
class Names:
    """The words in the drawing."""

    paid: str
    steps: str
    band: str
    laps: str
    is_chinese: bool


class _Scale:
    def __init__(self, curve: Curve) -> None:
        self.from_us, self.to_us = curve.from_us, max(curve.to_us, curve.from_us + MINUTE_US)
        tops = [amount for _, amount in curve.paid] + [high for at, _, high in curve.band if at <= curve.to_us]
        self.top = _round_up(max([*tops, 1]))
        self.step_top = max([amount for _, amount in curve.steps] + [1])

    def x(self, at_us: float) -> float:
        share = (at_us - self.from_us) / (self.to_us - self.from_us)
        return LEFT + min(max(share, 0.0), 1.0) * (WIDTH - LEFT - RIGHT)

    def y(self, amount: float) -> float:
        return BOTTOM - amount / self.top * (BOTTOM - TOP)

    def bar(self, amount: float) -> float:
        return max(0.0, amount / self.step_top * (BOTTOM - TOP) * BAR_SHARE)


def course(curve: Curve, currency: str, names: Names, palette: Palette, hosts: dict[str, str]) -> str:
    """Paid GMV over the night: line, usual band, ten-minute bars, laps with their link, host changes."""
    scale = _Scale(curve)
    parts = [
        *_grid(scale, currency, names, palette),
        *_bars(curve, scale, palette),
        *_band(curve, scale, palette),
        *_line(curve, scale, palette),
        *_laps(curve, scale, palette),
        *_marks(curve, scale, palette, hosts),
        *_legend(curve, names, palette),
    ]
    body = "".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" aria-label="{escape(names.paid)}" font-family="{palette.font}" font-size="12.5">{body}</svg>'
    )


def _text(x: float, y: float, words: str, colour: str, *, align: str = "start", size: float = 12.5) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{align}" font-size="{size}"'
    return f"<text {place}>{escape(words)}</text>"


def _grid(scale: _Scale, currency: str, names: Names, palette: Palette) -> Iterator[str]:
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = scale.y(scale.top * share)
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{palette.line}"/>'
        label = short_money(scale.top * share, currency, is_chinese=names.is_chinese)
        yield _text(LEFT - 8, y + 4, label, palette.faint, align="end")
    span = scale.to_us - scale.from_us
    step = HOUR_US // 6 if span <= 1.5 * HOUR_US else HOUR_US // 2 if span <= 6 * HOUR_US else HOUR_US
    local = to_datetime(scale.from_us).astimezone(env.zone()).replace(minute=0, second=0, microsecond=0)
    while (at := from_datetime(local)) <= scale.to_us:
        if at >= scale.from_us - MINUTE_US:
            x = scale.x(at)
            align = "start" if x < LEFT + 14 else "end" if x > WIDTH - RIGHT - 14 else "middle"
            yield _text(x, BOTTOM + 18, f"{local:%H:%M}", palette.faint, align=align)
        local += timedelta(microseconds=step)


def _bars(curve: Curve, scale: _Scale, palette: Palette) -> Iterator[str]:
    ends = [at for at, _ in curve.steps[1:]] + [scale.to_us]
    for (at, amount), end in zip(curve.steps, ends, strict=True):
        height, left = scale.bar(amount), scale.x(at) + 1.5
        width = max(1.0, scale.x(min(end, scale.to_us)) - left - 1.5)
        if height:
            yield (
                f'<rect x="{left:.1f}" y="{BOTTOM - height:.1f}" width="{width:.1f}" height="{height:.1f}" rx="2" '
                f'fill="{palette.bar}"/>'
            )


def _band(curve: Curve, scale: _Scale, palette: Palette) -> Iterator[str]:
    inside = [one for one in curve.band if one[0] <= scale.to_us][:: max(1, len(curve.band) // 240)]
    if len(inside) < 2:
        return
    upper = [f"{scale.x(at):.1f},{scale.y(high):.1f}" for at, _, high in inside]
    lower = [f"{scale.x(at):.1f},{scale.y(low):.1f}" for at, low, _ in reversed(inside)]
    yield f'<polygon points="{" ".join(upper + lower)}" fill="{palette.band}" fill-opacity="0.75"/>'


def _line(curve: Curve, scale: _Scale, palette: Palette) -> Iterator[str]:
    points = [f"{scale.x(at):.1f},{scale.y(amount):.1f}" for at, amount in curve.paid]
    yield (
        f'<polyline points="{" ".join(points)}" fill="none" stroke="{palette.accent}" stroke-width="2.6" '
        'stroke-linejoin="round" stroke-linecap="round"/>'
    )
    at, amount = curve.paid[-1]
    yield f'<circle cx="{scale.x(at):.1f}" cy="{scale.y(amount):.1f}" r="4.2" fill="{palette.accent}"/>'


def _laps(curve: Curve, scale: _Scale, palette: Palette) -> Iterator[str]:
    for span, number in curve.laps:
        left, right = scale.x(span.from_us), scale.x(span.to_us or scale.to_us)
        width = max(1.0, right - left - 1)
        yield (
            f'<rect x="{left:.1f}" y="{LAPS_TOP}" width="{width:.1f}" height="{LAPS_HEIGHT}" rx="2.5" '
            f'fill="{palette.lap}"/>'
        )
        if number and width >= LABEL_WIDTH * len(number) / 3 + 4:
            yield _text(left + width / 2, LAPS_TOP + 15.5, number, palette.lap_ink, align="middle", size=11.5)


def _marks(curve: Curve, scale: _Scale, palette: Palette, hosts: dict[str, str]) -> Iterator[str]:
    for at, host in curve.marks:
        x = scale.x(at)
        yield (
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 6}" y2="{LAPS_TOP + LAPS_HEIGHT}" stroke="{palette.faint}" '
            'stroke-width="1" stroke-dasharray="3 4"/>'
        )
        is_late = x > WIDTH - RIGHT - NAME_WIDTH
        name = hosts.get(host, host)
        yield _text(x - 5 if is_late else x + 5, TOP - 8, name, palette.ink, align="end" if is_late else "start")


def _legend(curve: Curve, names: Names, palette: Palette) -> Iterator[str]:
    y, x = HEIGHT - 12, float(LEFT)
    entries = [(palette.accent, names.paid), (palette.bar, names.steps)]
    entries += [(palette.band, names.band)] if len(curve.band) >= 2 else []
    entries += [(palette.lap, names.laps)] if curve.laps else []
    for colour, words in entries:
        yield f'<rect x="{x:.1f}" y="{y - 10}" width="14" height="10" rx="2.5" fill="{colour}"/>'
        yield _text(x + 20, y - 0.5, words, palette.ink)
        x += 44 + sum(13 if ord(letter) > 255 else 6.8 for letter in words)


def short_money(minor: float, currency: str, *, is_chinese: bool) -> str:
    """An axis label: 8万 in Chinese, 80k in English."""
    amount = minor / 10 ** MINOR_DIGITS.get(currency, 2)
    if is_chinese:
        return f"{amount / 10_000:g}万" if amount >= 10_000 else f"{amount:g}"
    return f"{amount / 1_000:g}k" if amount >= 1_000 else f"{amount:g}"


def _round_up(amount: float) -> float:
    """The next 1, 2, 2.5, 4, 5, 6 or 8 times a power of ten: quarters of it are still round."""
    power = 10.0 ** (len(str(int(amount))) - 1)
    return next((step * power for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 5, 6, 8, 10) if step * power >= amount), amount)

"""Settings of the simulator and the ranges it draws from (`night.yaml`, or a calibrated copy of it)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from kaibo.connectors.contracts import ConfigProblem, Ok
from kaibo.kit.errors import KaiboError

NIGHT_YAML = Path(__file__).with_name("night.yaml")
SHAPE_MINUTES = 240
"""Length of the evening that the yaml describes; a shorter one is the same shape compressed."""


class BadNight(KaiboError):
    """The asked-for night cannot be generated; the sentence says what to change."""

    code = "bad_night"
    status = 422


@cache
def _read(path: Path) -> dict[str, Any]:
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(loaded, dict) or "baseline" not in loaded:
        raise BadNight(f"{path.name} describes no night: 'baseline' is missing", fix="start from `kaibo calibrate`")
    return loaded


def ranges(path: Path | None = None) -> dict[str, Any]:
    """The ranges of a plausible night, from our own yaml or a calibrated one.

    Raises: BadNight when the file is no description of a night.
    """
    return _read(path or NIGHT_YAML)


@dataclass(frozen=True)
class NightConfig:
    """What to generate. `scale` multiplies the crowd, never the number of links.

    Shape: `impressions` "persons" gives one room.exposed per person shown (identity of the night countable),
    "counts" one per source and 10 s without viewers, as platforms report it. `room_id` and `show_id` only name.
    `say_at`: minutes at which the planted `forbidden_words` are said too, beside the host's own times.
    """

    platform: str = "simulated"
    room_id: str = "room-1"
    show_id: str | None = None
    title: str = "秋冬上新专场"
    minutes: int = SHAPE_MINUTES
    scale: float = 1.0
    currency: str = "CNY"
    plant: tuple[str, ...] = ()
    say_at: tuple[float, ...] = ()
    impressions: Literal["persons", "counts"] = "persons"
    ranges: Mapping[str, Any] = field(default_factory=ranges)


def check_night(config: NightConfig) -> None:
    """Raises: BadNight naming the setting that cannot be met."""
    if not 5 <= config.minutes <= 24 * 60:
        raise BadNight(f"{config.minutes} minutes is no evening", fix="choose 5 to 1440 minutes")
    if not 0.01 <= config.scale <= 1000:
        raise BadNight(f"scale {config.scale} is out of range", fix="choose 0.01 to 1000")
    plantable = set(config.ranges["plantable"])
    unknown = [name for name in config.plant if name not in plantable]
    if unknown:
        raise BadNight(
            f"nothing called '{unknown[0]}' can be planted", fix=f"choose from: {', '.join(sorted(plantable))}"
        )
    if outside := [at for at in config.say_at if not 0 <= at < config.minutes]:
        raise BadNight(f"minute {outside[0]} is not in the show", fix=f"choose 0 to {config.minutes}")


def check(config: Mapping[str, object]) -> Ok | ConfigProblem:
    """Whether the settings of a feed name things that the simulator knows."""
    known = {each.name for each in fields(NightConfig)} - {"ranges"}
    for name in config:
        if name not in known:
            return ConfigProblem("unknown_option", f"'{name}' is no option of the simulator; it has {sorted(known)}")
    try:
        check_night(NightConfig(**dict(config)))  # type: ignore[arg-type]
    except (BadNight, TypeError) as error:
        return ConfigProblem("bad_option", str(error))
    return Ok()

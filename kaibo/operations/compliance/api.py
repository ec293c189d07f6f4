"""The door of compliance: texts in, findings with evidence out; reviews of texts before they go on air."""

from collections.abc import Sequence

from kaibo.language import api as language
from kaibo.language.contracts import Pack
from kaibo.operations.compliance import attachments, reviews, services
from kaibo.operations.compliance.contracts import Answer, PackView, Question

read_attachment = attachments.read
lineup_drafts = reviews.lineup_drafts
create_review = reviews.create
review = reviews.review
list_reviews = reviews.reviews
change_text = reviews.change_text
replace_words = reviews.replace
recheck = reviews.recheck
approve = reviews.approve
send_back = reviews.send_back
offered = reviews.offered


def check(texts: Sequence[str], question: Question | None = None, *, extra: Sequence[Pack] = ()) -> list[Answer]:
    """One answer per text, in order; `extra` packs (imported lists) are checked beside the shipped ones.

    Raises: TooMuchText (413), PackNotFound (404). Cost: thousands of short texts per second in one call.
    """
    return services.answers(texts, question or Question(), extra)


def packs() -> list[PackView]:
    """The shipped packs with all their rules, by id."""
    return [services.pack_view(pack) for pack in language.shipped_packs()]

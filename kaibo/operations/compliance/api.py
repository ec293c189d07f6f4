"""The door of compliance: texts in, findings with evidence out; reviews of texts before they go on air."""

from collections.abc import Sequence

from kaibo.language import api as language
from kaibo.language.contracts import Pack
from kaibo.operations.compliance import (
    allowances,
    attachments,
    cases,
    chain,
    keeping,
    papers,
    proctor,
    queries,
    reminders,
    reviews,
    rulebook,
    services,
    sounds,
    tally,
)
from kaibo.operations.compliance.chain import Break, Verdict
from kaibo.operations.compliance.contracts import Answer, PackView, Question
from kaibo.operations.compliance.worker import LogFollower

__all__ = ["Break", "LogFollower", "Verdict"]

read_attachment = attachments.read
MOST_BYTES = attachments.MOST_BYTES
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

look = proctor.look
case = queries.case
list_cases = queries.cases
alerts = queries.alerts
show_changed = queries.show_changed
measures = queries.measures
spoken_rate = queries.spoken_rate
acknowledge = cases.acknowledge
take_step = cases.take_step
note_recording = cases.note_recording
STEPS = cases.STEPS
read_sound = sounds.read
let_go = keeping.let_go
forget = keeping.forget
remind = reminders.remind
tell_word_checks = tally.tell_all
verify_chain = chain.verify
chain_has = chain.has
chain_rows = chain.count_rows
chain_lines = chain.lines
proposals = allowances.proposals
rule_changes = papers.changes
note_rule_change = papers.note_change
decide_rule_change = papers.decide_change
marks = papers.marks
note_mark = papers.note_mark
decide_proposal = allowances.decide


def check(texts: Sequence[str], question: Question | None = None, *, extra: Sequence[Pack] = ()) -> list[Answer]:
    """One answer per text, in order; `extra` packs (imported lists) are checked beside the shipped ones.

    Shape: contexts that the team has allowed hold, unless the question names packs.
    Raises: TooMuchText (413), PackNotFound (404). Cost: one query; thousands of short texts per second in one call.
    """
    question = question or Question()
    lexicon = None if question.packs else rulebook.current()
    return services.answers(texts, question, extra, lexicon=lexicon)


def packs() -> list[PackView]:
    """The shipped packs with all their rules, by id."""
    return [services.pack_view(pack) for pack in language.shipped_packs()]

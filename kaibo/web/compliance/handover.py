"""What an inspector is handed: cases and evidence as a workbook, the chain as lines, how to check it in words."""

import io
import zipfile
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from kaibo.kit import clock
from kaibo.kit.errors import Conflict, NotFound
from kaibo.metrics.export import Cell, Table, xlsx_chunks
from kaibo.operations.compliance import api as compliance
from kaibo.operations.compliance.contracts import CaseView
from kaibo.web.compliance import words

MOST_CLIP_BYTES = 200 * 1024 * 1024
"""The zip is made in memory; an inspector who needs more gets the folder."""


def pack(cases: Sequence[CaseView]) -> bytes:
    """A zip: cases.xlsx, evidence.xlsx, clips/, chain.ndjson (the whole chain: a part proves nothing), README.txt."""
    verdict = compliance.verify_chain()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("cases.xlsx", _workbook(Table("cases", _case_columns(), _case_rows(cases))))
        file.writestr("evidence.xlsx", _workbook(Table("evidence", _evidence_columns(), _evidence_rows(cases))))
        left_out = _write_clips(file, cases)
        file.writestr("chain.ndjson", "".join(f"{line}\n" for line in compliance.chain_lines()))
        file.writestr("README.txt", _readme(verdict, len(cases), left_out))
    return made.getvalue()


def _workbook(table: Table) -> bytes:
    return b"".join(xlsx_chunks(table))


def _case_columns() -> list[str]:
    return [
        _("Case"), _("Show"), _("Room"), _("Scene"), _("Rule"), _("Law"), _("In context"), _("State"), _("Opened"),
        _("Due"), _("Decided"), _("Handled"), _("Appealed"), _("Why"),
    ]  # fmt: skip


def _case_rows(cases: Sequence[CaseView]) -> Iterator[list[Cell]]:
    for view in cases:
        whys = "\n".join(f"{step.kind}: {step.why}" for step in view.steps if step.why)
        yield [
            view.id, view.show_id, f"{view.platform}/{view.room_id}", words.of(words.SCENES, view.scene), view.rule,
            view.article, view.excerpt, words.of(words.CASE_STATES, view.state),
            *(_instant(at) for at in (view.opened_us, view.due_us, view.decided_us, view.handled_us, view.appealed_us)),
            whys,
        ]  # fmt: skip


def _evidence_columns() -> list[str]:
    return [
        _("Case"), _("Event"), _("Time"), _("Host"), _("Viewer"), _("Text"), _("Words"), _("Term"), _("Pack"),
        _("Version"), _("Rules"), _("Exemption that applies"), _("Recording"), _("Clip, SHA-256"), _("Taken back"),
    ]  # fmt: skip


def _evidence_rows(cases: Sequence[CaseView]) -> Iterator[list[Cell]]:
    for view in cases:
        for one in view.evidence:
            applies = "; ".join(words.of(words.EXEMPTIONS, each.name) for each in one.exemptions if each.applies)
            yield [
                view.id, one.event_id, _instant(one.at_us), one.host_id, one.viewer_id, one.text, one.matched, one.term,
                one.pack, one.pack_version, one.fingerprint, applies, one.noted or one.recording,
                one.sound.sha256 if one.sound else "", _("yes") if one.is_retracted else "",
            ]  # fmt: skip


def _instant(at_us: int | None) -> str:
    return "" if at_us is None else clock.iso(at_us)


def _write_clips(file: zipfile.ZipFile, cases: Sequence[CaseView]) -> int:
    """clips/<sha256>.wav, as evidence.xlsx names them, up to a bound; how many stayed out or are missing."""
    room, left_out = MOST_CLIP_BYTES, 0
    found = ((one.id, one.sound.sha256) for view in cases for one in view.evidence if one.sound and one.sound.sha256)
    for hit_id, sha256 in found:
        try:
            data = compliance.read_sound(hit_id, "")
        except (NotFound, Conflict):
            left_out += 1
            continue
        if len(data) > room:
            left_out += 1
            continue
        room -= len(data)
        file.writestr(f"clips/{sha256}.wav", data)
    return left_out


def _readme(verdict: compliance.Verdict, cases: int, left_out: int) -> str:
    state = _("The chain holds.") if not verdict.breaks else _("THE CHAIN DOES NOT HOLD:")
    lines = [
        _("Cases: %(n)s. Rows of the chain: %(rows)s. Made: %(at)s.")
        % {"n": cases, "rows": verdict.rows, "at": clock.iso(clock.now_us())},
        state,
        *(f"  {one.seq} {one.case_id or ''} {one.problem}" for one in verdict.breaks),
        _("Clips that are not in here, for their size or because they are missing: %(n)s") % {"n": left_out}
        if left_out
        else _("Every clip that was kept is in here."),
        _("Digest of the newest row: %(digest)s") % {"digest": verdict.head},
        _("Each line of chain.ndjson carries body_sha256 = SHA-256 of its body, and digest = SHA-256 of the lines:"),
        "previous\\nseq\\ncase\\nkind\\nactor\\nat_us\\nbody_sha256",
        _("`previous` is the digest of the line before. Keep this digest: a chain that was changed ends in another."),
    ]
    return "\n".join(lines) + "\n"

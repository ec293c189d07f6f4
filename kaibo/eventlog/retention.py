"""Letting old comment text go: the lake's files are written anew without it, segments that the lake holds are emptied.

Counted numbers do not change: a comment stays an event of its minute and its viewer, without its words.
"""

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import msgspec

from kaibo.eventlog.lake import LakeFile, changing, connect, lake_folder, manifest, quoted, write_parquet
from kaibo.eventlog.lakeaway import bring_back
from kaibo.eventlog.models import ErasedViewer, Nickname, QuarantinedLine
from kaibo.eventlog.segments import Segment, batches_of, segments
from kaibo.kit.clock import HOUR_US, now_us

Span = tuple[str, int, int]
WORDS = ("comment.posted", "gift.sent", "group.message_posted")
"""Kinds that carry words of viewers: comments, super chats, messages of fan groups."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was let go: comments without their text now, files written anew, segments emptied, lines set aside gone."""

    comments: int = 0
    files: int = 0
    segments: int = 0
    lines: int = 0


def count_erased_waiting() -> int:
    """How many erased viewers still have words in the log. Cost: one query."""
    return ErasedViewer.objects.filter(rewritten_at=None).count()


def erased_waiting() -> list[str]:
    """Viewers whose words still stand in the log. An hour after the request every segment has become the lake's."""
    rows = ErasedViewer.objects.filter(rewritten_at=None, erased_at__lt=now_us() - HOUR_US)
    return list(rows.values_list("viewer_id", flat=True))


def forget_comments(*, before_us: int, viewers: Collection[str] = (), keep: Collection[Span] = ()) -> Forgotten:
    """Let the text of comments go that are older, and of these viewers of any age.

    Shape: `keep` names spans (writer, from, to) that are still to be read from their segments. Repeating it does
    nothing more; a crash on the way leaves whole files. Raises: LogBusy while another process writes the lake.
    """
    comments = files = 0
    if manifest().files:
        comments, files = _rewrite_lake(_where(before_us, viewers))
    emptied = sum(_empty(one) for one in segments() if _may_go(one, before_us, viewers, keep))
    lines, _ = QuarantinedLine.objects.filter(at_us__lt=before_us).delete()
    ErasedViewer.objects.filter(viewer_id__in=list(viewers)).update(rewritten_at=now_us())
    return Forgotten(comments, files, emptied, lines)


def _where(before_us: int, viewers: Collection[str]) -> str:
    named = f" or viewer_id in ({', '.join(map(quoted, sorted(viewers)))})" if viewers else ""
    kinds = ", ".join(map(quoted, WORDS))
    return f"kind in ({kinds}) and text is not null and (occurred_at < {before_us}{named})"


def _rewrite_lake(where: str) -> tuple[int, int]:
    """(comments, files): a file that changes gets another name, because a backup takes a name for its content."""
    gone: list[Path] = []
    comments = 0
    work = connect()
    try:
        with changing() as changed:
            bring_back(changed.files)
            names: dict[str, str] = {}
            for file in changed.files:
                path = lake_folder() / file.name
                found = work.execute(f"select count(*) from read_parquet({quoted(str(path))}) where {where}").fetchone()  # noqa: S608
                if not found or not found[0]:
                    continue
                comments += int(found[0]) if file.form != "show" else 0  # a show's own file holds copies
                names[file.name] = _next_name(file.name)
                query = (
                    f"select * replace (case when {where} then null else text end as text,"  # noqa: S608
                    f" case when {where} and kind = 'comment.posted' then null else attrs end as attrs)"
                    f" from read_parquet({quoted(str(path))})"
                )
                write_parquet(work, query, lake_folder() / names[file.name])
                gone.append(path)
            changed.files = [_renamed(file, names) for file in changed.files]
    finally:
        work.close()
    for path in gone:
        path.unlink(missing_ok=True)
    return comments, len(gone)


def _next_name(name: str) -> str:
    stem, dot, mark = name.removesuffix(".parquet").rpartition(".k")
    number = int(mark) if dot and mark.isdigit() else 0
    return f"{stem if number else name.removesuffix('.parquet')}.k{number + 1}.parquet"


def _renamed(file: LakeFile, names: dict[str, str]) -> LakeFile:
    covers = tuple(names.get(name, name) for name in file.covers)
    return msgspec.structs.replace(file, name=names.get(file.name, file.name), covers=covers)


def _may_go(segment: Segment, before_us: int, viewers: Collection[str], keep: Collection[Span]) -> bool:
    """Whether the lake holds the segment and it is old, or holds words of these viewers."""
    if segment.path.name not in manifest().segments or segment.path.stat().st_size == 0:
        return False
    refs = batches_of(segment)
    low, high = (refs[0].from_seq, refs[-1].to_seq) if refs else (0, 0)
    if not refs or any(w == segment.writer and a <= high and low <= b for w, a, b in keep):
        return False
    if refs[-1].committed_at < before_us:
        return True
    wanted = [viewer.encode() for viewer in viewers]
    data = segment.path.read_bytes() if wanted else b""
    return any(viewer in data for viewer in wanted)


def _empty(segment: Segment) -> bool:
    """Index and ids stay: copies of these events are still known."""
    os.truncate(segment.path, 0)
    return True


def viewers_named(text: str, *, limit: int = 20) -> list[tuple[str, str, int]]:
    """(viewer id, nickname, last seen) of viewers whose nickname holds the text, latest first. Cost: one query."""
    rows = Nickname.objects.filter(nickname__icontains=text).order_by("-seen_at")[:limit]
    return [(row.viewer_id, row.nickname, row.seen_at) for row in rows]

"""The files of clips: excerpts of sound kept under the home by their hash."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from kaibo.kit import env
from kaibo.operations.compliance.errors import ClipChanged, SoundNotFound
from kaibo.operations.compliance.models import Clip


def store(data: bytes) -> str:
    """Keep the bytes under their hash; durable when it returns."""
    sha256 = hashlib.sha256(data).hexdigest()
    path = _path(sha256)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
    return sha256


def read(clip: Clip) -> bytes:
    """The bytes of a clip. Raises: SoundNotFound; ClipChanged when they are not what was kept."""
    path = _path(clip.sha256)
    if not path.is_file():
        raise SoundNotFound(
            _("The clip that was kept is not on this machine."), fix=_("Restore the home from a backup.")
        )
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != clip.sha256:
        raise ClipChanged(
            _("The clip is not what was kept: somebody changed it."), fix=_("Restore the home from a backup.")
        )
    return data


def changed(told: dict[int, str], *, reads: bool) -> Iterator[tuple[int, str]]:
    """(finding, problem) of clips that are not what the chain says. `reads`: their bytes too, not only their rows."""
    kept = {clip.hit_id: clip for clip in Clip.objects.filter(hit__case__isnull=False)}
    for hit_id, clip in sorted(kept.items()):
        if told.get(hit_id) != clip.sha256:
            yield hit_id, "is not the one in the chain"
        elif not reads:
            continue
        elif not _path(clip.sha256).is_file():
            yield hit_id, "is gone"
        elif _digest(_path(clip.sha256)) != clip.sha256:
            yield hit_id, "was changed"
    for hit_id in sorted(told.keys() - kept.keys()):
        yield hit_id, "was removed"


def remove(digests: Iterable[str]) -> None:
    """Take files of clips away whose evidence was let go."""
    for sha256 in digests:
        if not Clip.objects.filter(sha256=sha256).exists():
            _path(sha256).unlink(missing_ok=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _path(sha256: str) -> Path:
    return env.home() / "clips" / sha256[:2] / f"{sha256}.wav"

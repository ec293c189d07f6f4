"""Files beside entries: known by content, bounded, stored once under the home by their hash."""

import hashlib
import os
import tempfile
from pathlib import Path, PurePath

from django.utils.translation import gettext as _

from kaibo.commerce.registers.errors import BadFile
from kaibo.kit import env

LARGEST = 50 * 1024 * 1024
"""A minute of phone video; longer clips belong to the recording."""
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"%PDF-", "application/pdf"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
)
"""(offset, bytes, type): the content says what a file is, never its name."""


def kind_of(data: bytes, name: str) -> str:
    """The type of a file. Raises BadFile for an empty, too large or unknown one."""
    if not data:
        raise BadFile(_("The file is empty."), fix=_("Choose it again."), name=name)
    if len(data) > LARGEST:
        told = {"n": LARGEST // 1024 // 1024}
        raise BadFile(_("The file is larger than %(n)s MB.") % told, fix=_("Cut the clip or shrink it."), name=name)
    for offset, magic, kind in _MAGIC:
        if data[offset : offset + len(magic)] == magic:
            return kind
    raise BadFile(_("This is no picture, PDF or clip."), fix=_("Use PNG, JPEG, WebP, GIF, PDF, MP4 or MOV."), name=name)


def clean_name(name: str) -> str:
    """The name without folders and control characters."""
    plain = "".join(letter for letter in PurePath(name.replace("\\", "/")).name if letter.isprintable()).strip()
    return plain[-200:] or "file"


def store(data: bytes) -> str:
    """Keep the bytes; durable when it returns. The same bytes are kept once."""
    sha256 = hashlib.sha256(data).hexdigest()
    path = _path(sha256)
    if path.exists():
        return sha256
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
    return sha256


def read(sha256: str) -> bytes | None:
    """The bytes; None when somebody removed them from the home."""
    path = _path(sha256)
    return path.read_bytes() if path.is_file() else None


def _path(sha256: str) -> Path:
    return env.home() / "files" / sha256[:2] / sha256

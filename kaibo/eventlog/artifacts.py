"""Published, immutable files: rule packs, dictionaries, banned phrases. What a reader used can be read again."""

import hashlib
import re
from pathlib import Path

from django.db import transaction
from django.db.models import Max

from kaibo.eventlog.audit import audit
from kaibo.eventlog.errors import DamagedArtifact, UnknownArtifact
from kaibo.eventlog.models import Artifact
from kaibo.kit import env
from kaibo.kit.clock import now_us
from kaibo.kit.durable import write_durably

_NAME = re.compile(r"[a-z0-9][a-z0-9_.\-]{0,100}\Z")


def _path(name: str, version: int) -> Path:
    return env.home() / "artifacts" / name / f"{version:06d}"


def publish_artifact(name: str, content: bytes, *, actor: str) -> int:
    """The version now current: a new one, or the latest when its content is the same."""
    if not _NAME.match(name):
        raise UnknownArtifact(f"'{name}' is no artifact name", fix="use lower case, digits, dots, dashes", name=name)
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        latest = Artifact.objects.filter(name=name).order_by("-version").first()
        if latest is not None and latest.sha256 == digest:
            return latest.version
        version = (Artifact.objects.filter(name=name).aggregate(last=Max("version"))["last"] or 0) + 1
        path = _path(name, version)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, content)
        Artifact.objects.create(name=name, version=version, sha256=digest, actor=actor, published_at=now_us())
        audit(actor, "artifact.published", f"artifact:{name}", after={"version": version, "sha256": digest})
    return version


def latest_artifact(name: str) -> int:
    """The current version, 0 when nothing was published under this name. Cost: one query."""
    return Artifact.objects.filter(name=name).aggregate(last=Max("version"))["last"] or 0


def artifact(name: str, version: int | None = None) -> bytes:
    """The content of a version, or of the latest. Raises UnknownArtifact, DamagedArtifact. Cost: one query."""
    rows = Artifact.objects.filter(name=name).order_by("-version")
    row = (rows if version is None else rows.filter(version=version)).first()
    if row is None:
        raise UnknownArtifact(f"there is no artifact {name} {version or ''}".rstrip(), name=name, version=version)
    path = _path(name, row.version)
    content = path.read_bytes() if path.exists() else b""
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise DamagedArtifact(
            f"artifact {name} {row.version} does not match its checksum",
            fix="restore the file from a backup, or publish it again",
            name=name,
            version=row.version,
        )
    return content

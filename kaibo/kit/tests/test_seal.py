"""What is sealed opens where it was sealed, with the key it was sealed with, and nowhere else."""

from pathlib import Path

import pytest

from kaibo.kit import seal
from kaibo.kit.errors import BadConfiguration


def test_it_opens_at_its_own_place_alone(home: Path) -> None:
    sealed = seal.seal(b"refresh-token", place="feed_1:secret")
    assert b"refresh" not in sealed
    assert seal.unseal(sealed, place="feed_1:secret") == b"refresh-token"
    with pytest.raises(BadConfiguration, match="feed_2:secret"):
        seal.unseal(sealed, place="feed_2:secret")


def test_it_does_not_open_altered_or_with_another_key(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = seal.seal(b"token", place="here")
    for broken in (sealed[:-1] + bytes([sealed[-1] ^ 1]), b"", b"short"):
        with pytest.raises(BadConfiguration):
            seal.unseal(broken, place="here")
    monkeypatch.setenv("KAIBO_SEAL_KEY", "another")
    with pytest.raises(BadConfiguration, match="KAIBO_SEAL_KEY"):
        seal.unseal(sealed, place="here")

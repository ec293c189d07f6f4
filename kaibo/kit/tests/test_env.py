"""Keys of a home: made once, whoever comes first."""

import threading
from pathlib import Path

import pytest

from kaibo.kit import env
from kaibo.kit.errors import BadConfiguration


def test_it_waits_for_a_key_that_another_process_is_writing(home: Path) -> None:
    folder = home / "keys"
    folder.mkdir()
    path = folder / "secret"
    path.touch()  # as it stands between making and writing
    threading.Timer(0.2, path.write_bytes, [b"theirs"]).start()
    assert env.key("KAIBO_SECRET_KEY") == b"theirs"


def test_it_refuses_a_key_that_nobody_finished(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "keys").mkdir()
    (home / "keys" / "secret").touch()
    monkeypatch.setattr(env.time, "sleep", lambda _: None)
    with pytest.raises(BadConfiguration, match="is empty"):
        env.key("KAIBO_SECRET_KEY")

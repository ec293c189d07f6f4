"""`kaibo check-text`: findings by line, a code that a script can read."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kaibo.config import cli
from kaibo.kit.errors import KaiboError


def run(*arguments: str, text: str = "") -> tuple[int, str]:
    if not cli.app.registered_commands:
        cli._register()
    done = CliRunner().invoke(cli.app, ["check-text", *arguments], input=text.encode())
    if isinstance(done.exception, KaiboError):
        raise done.exception
    return done.exit_code, done.output


@pytest.mark.parametrize("from_input", [(), ("-",)])
def test_it_says_line_column_law_and_what_to_say_instead(from_input: tuple[str, ...]) -> None:
    code, said = run("--scene", "title", *from_input, text="女装上新\n今晚全网最低价\n")
    assert code == 1
    assert "2:3 block price.lowest" in said
    assert "今晚【全网最低价】" in said
    assert "价格法" in said
    assert "→" in said
    assert said.endswith("lines: 2, hits: 1\n")


def test_it_ends_with_zero_when_nothing_is_to_object(tmp_path: Path) -> None:
    path = tmp_path / "script.txt"
    path.write_text("女装，第一次来，最好不要错过大麻烦\n", encoding="utf-8-sig")
    code, said = run(str(path))
    assert code == 0
    assert "lines: 1, hits: 0" in said


def test_it_prints_evidence_as_json() -> None:
    code, said = run("--scene", "title", "--json", "--pack", "absolute", text="我们追求最佳品质\n")
    result = json.loads(said)
    assert code == 0
    assert result["action"] is None
    (aside,) = result["findings"]
    assert (aside["line"], aside["standing"], aside["matched"]) == (1, "exempt", "最佳")
    assert result["versions"] == {"absolute": 2}
    assert result["fingerprint"]


def test_it_counts_a_public_list_without_objecting(tmp_path: Path) -> None:
    path = tmp_path / "public.txt"
    path.write_text("外套\n", encoding="utf-8")
    code, said = run("--list", str(path), text="一件外套\n")
    assert code == 0
    assert "1:3 count public.imported" in said


@pytest.mark.parametrize("arguments", [("--pack", "luck"), ("missing.txt",), ("--list", "missing.txt")])
def test_it_refuses_what_it_cannot_read(arguments: tuple[str, ...]) -> None:
    with pytest.raises(KaiboError) as refused:
        run(*arguments, text="字")
    assert refused.value.status < 500
    assert refused.value.fix


def test_it_refuses_text_that_is_not_utf8() -> None:
    if not cli.app.registered_commands:
        cli._register()
    done = CliRunner().invoke(cli.app, ["check-text"], input="最佳".encode("gb18030"))
    assert isinstance(done.exception, KaiboError)
    assert "not UTF-8" in done.exception.sentence
    assert CliRunner().invoke(cli.app, ["check-text", "--scene", "opera"], input="").exit_code == 2

"""`kaibo language words|train`: published and read again; a wrong file is named with its line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kaibo.config import cli
from kaibo.kit.errors import KaiboError
from kaibo.language import api as language


def run(*arguments: str) -> str:
    if not cli.app.registered_commands:
        cli._register()
    done = CliRunner().invoke(cli.app, ["language", *arguments])
    if isinstance(done.exception, KaiboError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def reviews(path: Path) -> Path:
    liked = [f"第{n}次买，很好用，推荐" for n in range(40)]
    disliked = [f"第{n}次买，很难用，失望" for n in range(40)]
    lines = [f"{text},好评" for text in liked] + [f"{text},差评" for text in disliked]
    path.write_text("review,label\n" + "\n".join(lines).replace("，", "！"), encoding="utf-8")
    return path


def test_it_teaches_a_model_and_says_how_well_it_learned(tmp_path: Path) -> None:
    told = json.loads(run("train", str(reviews(tmp_path / "reviews.csv")), "--to", str(tmp_path / "model"), "--json"))
    assert told["taught_with"] + told["held_out"] == 80
    assert told["accuracy"] == 1.0
    model = language.load_model((tmp_path / "model").read_bytes())
    assert model.made_from.startswith("reviews.csv")
    liked, disliked = model.scores(["很好用", "很难用"])
    assert liked > 0.5 > disliked


@pytest.mark.django_db
def test_it_publishes_words_and_models(tmp_path: Path) -> None:
    from kaibo.eventlog import api as log

    path = tmp_path / "words.txt"
    path.write_text("# ours\n云朵绒\n多巴胺穿搭\n", encoding="utf-8")
    assert json.loads(run("words", str(path), "--json"))["words"] == 2
    assert language.read_dictionary(log.artifact("shop-dictionary")).words == ("云朵绒", "多巴胺穿搭")
    told = json.loads(run("train", str(reviews(tmp_path / "reviews.csv")), "--json"))
    assert log.latest_artifact("opinion-model") == told["version"]
    assert language.load_model(log.artifact("opinion-model")).made_from.endswith("texts")


def test_it_names_what_is_wrong_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text("review,label\n好,1\n坏,maybe\n", encoding="utf-8")
    with pytest.raises(KaiboError, match="line 3: label is “maybe”"):
        run("train", str(path))
    with pytest.raises(KaiboError, match="no column stars"):
        run("train", str(path), "--label", "stars")
    with pytest.raises(KaiboError, match="cannot be read"):
        run("train", str(tmp_path / "none.csv"))
    path.write_text("review,label\n好,1\n", encoding="utf-8")
    with pytest.raises(KaiboError, match="both kinds"):
        run("train", str(path), "--to", str(tmp_path / "m"))

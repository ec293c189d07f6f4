"""Every act that leaves an audit row has words: people read the audit, not the code."""

import re
from pathlib import Path

from kaibo.web.words import ACTS

PACKAGE = Path(__file__).parents[2] / "kaibo"
ACT = re.compile(r'audit\(\s*[^,()]+(?:\([^()]*\))?,\s*"([a-z_]+\.[a-z_.]+)"')


def test_it_has_words_for_every_act() -> None:
    found = {
        act: path.name
        for path in PACKAGE.rglob("*.py")
        if not {"tests", "migrations"} & set(path.parts)
        for act in ACT.findall(path.read_text(encoding="utf-8"))
    }
    assert len(found) > 60, "the pattern still finds them"
    assert {act: file for act, file in found.items() if act not in ACTS} == {}, "add them to kaibo/web/words.py"

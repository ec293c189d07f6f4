"""Nothing untranslated: our texts and those of the back-office shell."""

import shutil
from pathlib import Path

import polib
import pytest

from kaibo.web.tests.messages import CATALOGUES, UNFOLD, extract, key


@pytest.mark.parametrize("path", [*CATALOGUES, UNFOLD], ids=lambda path: path.parts[-4])
def test_it_leaves_no_entry_empty_or_fuzzy(path: Path) -> None:
    catalogue = polib.pofile(str(path))
    assert len(catalogue) > 5
    assert [entry.msgid for entry in catalogue if not entry.translated() or entry.fuzzy] == []


@pytest.mark.parametrize("path", [*CATALOGUES, UNFOLD], ids=lambda path: path.parts[-4])
def test_it_keeps_every_placeholder(path: Path) -> None:
    import re

    wrong = []
    for entry in polib.pofile(str(path)):
        texts = [entry.msgstr] if entry.msgstr else list(entry.msgstr_plural.values())
        names = set(re.findall(r"%\((\w+)\)|\{(\w*)\}", entry.msgid))
        wrong += [entry.msgid for text in texts if set(re.findall(r"%\((\w+)\)|\{(\w*)\}", text)) != names]
    assert wrong == []


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="GNU gettext is not installed")
def test_it_finds_no_text_that_the_catalogues_lack(tmp_path: Path) -> None:
    known = {key(entry) for path in CATALOGUES for entry in polib.pofile(str(path))}
    found = {key(entry) for entry in extract(tmp_path)}
    assert len(found) > 300
    assert sorted(found - known) == []


def test_it_says_one_text_one_way_in_all_catalogues() -> None:
    said: dict[tuple[str, str], dict[str, str]] = {}
    for path in CATALOGUES:
        for entry in polib.pofile(str(path)):
            said.setdefault(key(entry), {})[entry.msgstr or str(entry.msgstr_plural)] = path.parts[-4]
    apart = {name: ways for name, ways in said.items() if len(ways) > 1}
    assert apart == {}, "Django shows only one of them on every page: give one a context"

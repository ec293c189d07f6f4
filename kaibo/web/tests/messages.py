"""The texts of the pages as GNU gettext finds them, in a scratch copy so that no catalogue is touched."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "kaibo"
CATALOGUES = (
    PACKAGE / "web" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po",
    *sorted((PACKAGE / "web").glob("*/locale/zh_Hans/LC_MESSAGES/django.po")),
)
UNFOLD = PACKAGE / "web" / "locale_unfold" / "zh_Hans" / "LC_MESSAGES" / "django.po"

Key = tuple[str, str]


def key(entry: polib.POEntry) -> Key:
    """Context and text name a message."""
    return (entry.msgctxt or "", entry.msgid)


def extract(folder: Path) -> polib.POFile:
    """Every text in code and templates of the package."""
    copy = folder / "kaibo"
    ignored = shutil.ignore_patterns("tests", "static", "locale", "locale_unfold", "migrations", "__pycache__")
    shutil.copytree(PACKAGE, copy, ignore=ignored)
    locale = folder / "catalogue"
    locale.mkdir()
    code = (
        "import sys; from django.conf import settings; "
        f"settings.configure(LOCALE_PATHS=[{str(locale)!r}], USE_I18N=True); "
        "import django; django.setup(); from django.core.management import call_command; "
        "from django.core.management.commands.makemessages import Command; "
        "Command.xgettext_options = [*Command.xgettext_options, '--keyword=_p:1c,2']; "  # pgettext's short name
        "call_command('makemessages', locale=['zh_Hans'], no_location=True, verbosity=0)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=copy, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    return polib.pofile(str(locale / "zh_Hans" / "LC_MESSAGES" / "django.po"))

"""The dictionary of numbers, settings, imports: pages that mostly explain."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kaibo.kit import env
from kaibo.kit.errors import NotFound
from kaibo.metrics import api as metrics
from kaibo.metrics.contracts import Definition
from kaibo.metrics.export import Table
from kaibo.warehouse.columns import BY_NAME
from kaibo.web import export, words
from kaibo.web.pages import tools

SECTIONS = {
    "3.1": gettext_lazy("Audience"),
    "3.2": gettext_lazy("Interaction and fans"),
    "3.3": gettext_lazy("Product funnel"),
    "3.4": gettext_lazy("Money"),
    "3.5": gettext_lazy("Supply, service, organisation"),
    "3.6": gettext_lazy("Reference thresholds"),
    "3.7": gettext_lazy("Live numbers and the night's identity"),
}
SETTING_SAYS = {
    "KAIBO_ZONE": gettext_lazy("Every time on every page is shown in this zone."),
    "KAIBO_EFFECTIVE_SECONDS": gettext_lazy(
        "Seconds from which a visit is an effective view; a change counts every show again."
    ),
    "KAIBO_DAY_CUT_HOUR": gettext_lazy("A show after midnight still belongs to the day before, until this hour."),
    "KAIBO_CURRENCY": gettext_lazy("Assumed where an event names no currency."),
    "KAIBO_HOSTS": gettext_lazy("Host names this server answers to."),
    "KAIBO_TLS": gettext_lazy("Whether a proxy speaks TLS before us; cookies then become secure."),
    "KAIBO_DATABASE_URL": gettext_lazy("Where the records live; empty is SQLite in the home folder."),
    "KAIBO_TWO_STEP": gettext_lazy(
        "Who must log in with a code of the phone: optional (nobody), directors or everybody."
    ),
    "KAIBO_INBOX_DAYS": gettext_lazy("Days that the raw body of a translated push is kept; 0 keeps it for ever."),
    "KAIBO_CASE_DAYS": gettext_lazy("Days that evidence of closed violation cases is kept; 0 keeps it for ever."),
    "KAIBO_COMMENT_DAYS": gettext_lazy("Days that the text of comments is kept; 0 keeps it for ever."),
    "KAIBO_BACKUP_TO": gettext_lazy("Where the daily backup goes; empty makes none."),
    "KAIBO_RECORDINGS": gettext_lazy("Folders, comma separated, whose recordings a case may play."),
    "KAIBO_RECORDING_DAYS": gettext_lazy("Days that sound kept while listening stays; 0 keeps it for ever."),
    "KAIBO_SENSITIVE_WORD_RATIO": gettext_lazy("Sensitive-word rate that the team stays under, 0 to 1."),
    "KAIBO_SERVED_AS": gettext_lazy("Host or host:port by which servers on other machines reach this one."),
    "KAIBO_END_HUNG_HOLDER_SECONDS": gettext_lazy(
        "Seconds after which another server ends the one that holds the log and answers nobody; 0 never."
    ),
    "KAIBO_LAKE": gettext_lazy("Where Parquet files of the lake are sent as well; empty keeps them in the home alone."),
    "KAIBO_LOG_SHARDS": gettext_lazy(
        "Appenders that share out the rooms; stop every server before you change it. More than one needs PostgreSQL."
    ),
    "KAIBO_COUNT_APART": gettext_lazy(
        "1 when a counter is started apart, for example on Spark; the server then starts none."
    ),
}
OF_THE_MACHINE = frozenset({"KAIBO_HOME", "KAIBO_LOG", "KAIBO_DEBUG", "KAIBO_SHARED_DATA", "KAIBO_REQUIRE_ALL"})
"""Settings that concern whoever installs Kaibo or works on it, and nobody who works with it."""


@tools.page("metric.see")
def metric_list(request: HttpRequest) -> HttpResponseBase:
    """Every number, grouped by section, searchable and exportable."""
    text = request.GET.get("q", "").strip().casefold()
    found = [one for one in metrics.definitions() if _matches(one, text)]
    form = request.GET.get("export", "")
    if form in export.FORMATS:
        columns = ["id", "中文", "English", _("Formula"), _("Unit"), _("Section")]
        rows = [
            [one.id, one.zh, one.en, one.formula_zh if words.is_chinese() else one.formula_en, one.unit, one.section]
            for one in found
        ]
        return export.answer("metrics", columns, rows, form)
    ordered = sorted(found, key=lambda one: one.section)
    sections = [
        {"title": SECTIONS.get(key, key), "entries": list(group)}
        for key, group in groupby(ordered, lambda one: one.section)
    ]
    return render(request, "kaibo/metrics.html", {"sections": sections, "count": len(found), "q": text})


def _matches(one: Definition, text: str) -> bool:
    return not text or any(text in name.casefold() for name in (one.id, one.zh, one.en, *one.also_known_as))


@tools.page("metric.see")
def metric_page(request: HttpRequest, metric_id: str) -> HttpResponseBase:
    """What a number means: formula, denominator, null rule, where it comes from."""
    definition = next((one for one in metrics.definitions() if one.id == metric_id), None)
    if definition is None:
        raise NotFound(_("There is no such metric."), fix=_("Look in the list of metrics."), metric=metric_id)
    columns = [BY_NAME[name] for name in definition.columns if name in BY_NAME]
    kinds = sorted({kind for column in columns for kind in column.kinds})
    context = {"one": definition, "columns": columns, "kinds": kinds, "unit": words.unit_name(definition.unit)}
    context |= {
        "grains": words.named(words.GRAINS, definition.grains),
        "additive": words.named(words.GRAINS, definition.additive),
        "owner": words.named(words.OWNERS, [definition.owner]),
        "merges": words.MERGES,
    }
    return render(request, "kaibo/metric.html", context)


@tools.page("settings.see")
def settings_page(request: HttpRequest) -> HttpResponseBase:
    """Settings are read from the environment at start; the page says how to change them."""
    lines = [
        {
            "name": setting.name,
            "value": _("set, hidden")
            if setting.name == "KAIBO_DATABASE_URL" and env.read(setting.name)
            else env.read(setting.name),
            "default": setting.default,
            "says": SETTING_SAYS.get(setting.name, setting.purpose),
        }
        for setting in env.SETTINGS
        if not setting.is_secret and setting.name not in OF_THE_MACHINE
    ]
    asked = export.wanted(request, {"settings": lambda: _setting_table(lines)})
    if asked is not None:
        return asked
    return render(request, "kaibo/settings.html", {"lines": lines})


def _setting_table(lines: Sequence[Mapping[str, object]]) -> Table:
    rows = [[str(line[name] or "") for name in ("name", "value", "default", "says")] for line in lines]
    return Table("settings", [_("Setting"), _("Value"), _("Default"), _("What it does")], rows)

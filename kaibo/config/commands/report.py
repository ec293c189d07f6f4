"""`kaibo report`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer


class Language(StrEnum):
    """The language of the report."""

    zh = "zh-hans"
    en = "en"


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def report(
        show: Annotated[str, typer.Argument(help="Id of the show, as its address has it.")],
        *,
        png: Annotated[Path | None, typer.Option(help="Write the long picture here.")] = None,
        pdf: Annotated[Path | None, typer.Option(help="Write the PDF here.")] = None,
        xlsx: Annotated[Path | None, typer.Option(help="Write the workbook in the team's columns here.")] = None,
        language: Annotated[Language, typer.Option(help="Language of the report.")] = Language.zh,
        as_json: Annotated[bool, typer.Option("--json", help="Print every number with its source as JSON.")] = False,
    ) -> None:
        """The daily report of a show: its headline here, and as picture, PDF or workbook where asked."""
        from kaibo.config.cli import emit, migrate, start_django

        start_django()
        migrate()
        from django.utils import translation

        with translation.override(language.value):
            emit(_report(show, {"png": png, "pdf": pdf, "xlsx": xlsx}, as_json=as_json), as_json=as_json)


def _report(show: str, files: dict[str, Path | None], *, as_json: bool) -> dict[str, Any]:
    from dataclasses import asdict

    from kaibo.operations.reports import api as reports
    from kaibo.web.reports import shape
    from kaibo.web.reports.views import FORMS

    made = reports.report(show)
    for form, path in files.items():
        if path is not None:
            path.write_bytes(FORMS[form][0](made))
            reports.note_published(show, form=form, where=path.name, actor="system:command")
    if as_json:
        return asdict(made)
    written = {form: str(path) for form, path in files.items() if path is not None}
    paper = shape.paper(made)
    tiles = [paper["hero"], *paper["seconds"], *paper["tiles"]]
    return {tile["label"]: tile["text"] if not tile["why"] else f"— {tile['why']}" for tile in tiles} | written

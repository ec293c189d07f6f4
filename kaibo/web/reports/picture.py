"""The long picture and the PDF: one Typst template, a font that comes with the package, no browser."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pylopdf_fonts_zh_cn
import typst

from kaibo.operations.reports.contracts import Report
from kaibo.web.reports import charts, shape

TEMPLATE = Path(__file__).with_name("report.typ")
PIXELS = 1080
"""The width at which chat programs show a long picture sharp; the page of the template is 420 pt wide."""
PIXELS_PER_INCH = PIXELS / 420 * 72


@cache
def _fonts() -> typst.Fonts:
    """The fonts, indexed once per process. The wheel's serif face lies in the same folder and is not used."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(pylopdf_fonts_zh_cn.sans_path().parent)])


def png(report: Report) -> bytes:
    """The long picture, 1080 px wide, in the active language. Cost: about a second of one core."""
    with _compiled(report, "png") as compiler:
        return _one(compiler.compile(format="png", ppi=PIXELS_PER_INCH))


def pdf(report: Report) -> bytes:
    """A4 pages with selectable text, in the active language."""
    with _compiled(report, "pdf") as compiler:
        return _one(compiler.compile(format="pdf"))


def _one(made: bytes | list[bytes] | None) -> bytes:
    """The single file that the template makes; Typst answers a list where there is a picture per page."""
    if not isinstance(made, bytes):
        raise TypeError(f"the template made {type(made).__name__} instead of one file")
    return made


@contextmanager
def _compiled(report: Report, form: str) -> Iterator[typst.Compiler]:
    """The template beside its data in a folder of its own: Typst reads nothing outside of it."""
    with tempfile.TemporaryDirectory(prefix="kaibo-report-") as name:
        folder = Path(name)
        shutil.copyfile(TEMPLATE, folder / TEMPLATE.name)
        (folder / "report.json").write_text(json.dumps(shape.paper(report), ensure_ascii=False), encoding="utf-8")
        drawing = shape.course(report, charts.PAPER)
        if drawing:
            (folder / "course.svg").write_text(drawing, encoding="utf-8")
        inputs = {"form": form, "chart": "yes" if drawing else ""}
        yield typst.Compiler(
            str(folder / TEMPLATE.name),
            root=str(folder),
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs=inputs,
        )

"""A table of a page as CSV or .xlsx: the same rows, numbers as numbers, streamed."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header

from kaibo.metrics.export import Cell, Table, csv_lines, xlsx_chunks

FORMATS = ("csv", "xlsx")
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def wanted(request: HttpRequest, tables: Mapping[str, Callable[[], Table]]) -> StreamingHttpResponse | None:
    """The table that `?export=csv&table=…` asks for (the first without `table`), None when the page is asked for.

    Shape: `tables` by the name of their file; only the wanted one is made.
    """
    form = request.GET.get("export", "")
    name = request.GET.get("table") or next(iter(tables))
    if form not in FORMATS or name not in tables:
        return None
    return table_answer(name, tables[name](), form)


def answer(name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]], form: str) -> StreamingHttpResponse:
    """Plain rows as an attachment."""
    return table_answer(name, Table(name, columns, rows), form)


def table_answer(name: str, table: Table, form: str) -> StreamingHttpResponse:
    """The table as an attachment. Raises KeyError for a form that is neither csv nor xlsx."""
    pieces: Iterable[str] | Iterable[bytes] = csv_lines(table) if form == "csv" else xlsx_chunks(table)
    response = StreamingHttpResponse(pieces, content_type=_TYPES[form])
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.{form}") or "attachment"
    return response

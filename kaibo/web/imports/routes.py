"""`/api/v1/imports`: the same as the page, as JSON."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Field, File, Form, Router, Schema, Status
from ninja.files import UploadedFile

from kaibo.operations.imports import api as imports
from kaibo.operations.imports.contracts import ImportNotFound
from kaibo.web.imports import access, shape
from kaibo.web.jsonapi import guard
from kaibo.web.jsonapi.schemas import ErrorOut

router = Router(tags=["imports"])
REFUSALS = {403: ErrorOut, 404: ErrorOut, 409: ErrorOut, 422: ErrorOut}
Answer = dict[str, Any]
LARGEST = 2**53


class DropIn(Schema):
    """`as_of` is when the file was exported, µs since the epoch; `show_id` the show it is about, where known."""

    as_of: int | None = Field(default=None, ge=0, le=LARGEST)
    show_id: str = ""


class MapIn(Schema):
    """What the headings do not say: heading -> field; without a field the column is left out."""

    export: str
    columns: dict[str, str] = Field(default_factory=dict, max_length=300)
    show_id: str = ""
    platform: str = ""


class AssignIn(Schema):
    """Waiting orders of one account and the show that takes them."""

    show_id: str
    platform: str
    author: str = ""
    evidence: str
    from_us: int | None = Field(default=None, ge=0, le=LARGEST)
    to_us: int | None = Field(default=None, ge=0, le=LARGEST)
    is_account: bool = False
    why: str = ""


class UndoIn(Schema):
    why: str = ""


@router.get("", response={200: list[Answer], **REFUSALS})
def listed(request: HttpRequest) -> Any:
    """Imports, latest first."""
    guard.require(request, "import.see")
    return [guard.plain(one) for one in imports.imports() if access.sees(request, one)]


@router.get("/tables", response={200: list[Answer], **REFUSALS})
def tables(request: HttpRequest) -> Any:
    """Dropped files with what a dry run or the import found."""
    guard.require(request, "import.run")
    return [shape.table(one) for one in imports.dropped(actor=access.mine(request))]


@router.post("/tables", response={201: Answer, **REFUSALS})
def drop(request: HttpRequest, body: Form[DropIn], file: File[UploadedFile]) -> Any:
    """Drop a file: recognised at once, checked by a worker, imported when you say so."""
    guard.require(request, "import.run")
    view = imports.drop_table(
        file.chunks(),
        file_name=file.name or "table",
        as_of=body.as_of,
        show_id=access.show_of(request, body.show_id),
        rooms=access.rooms_of(request),
        language=get_language() or "en",
        actor=guard.actor(request),
    )
    return Status(201, shape.table(view) | {"mapping": shape.mapping(view)})


@router.get("/tables/{table_id}", response={200: Answer, **REFUSALS})
def table(request: HttpRequest, table_id: str) -> Any:
    """One file with its columns and the kinds of table it may be."""
    view = access.table_or_404(request, table_id)
    return shape.table(view) | {"mapping": shape.mapping(view), "kinds": shape.kinds_of_table()}


@router.put("/tables/{table_id}", response={200: Answer, **REFUSALS})
def map_table(request: HttpRequest, table_id: str, body: MapIn) -> Any:
    """Say what the table is and what its columns hold; remembered for such headings."""
    access.table_or_404(request, table_id, with_rows=False)
    view = imports.map_table(
        table_id,
        export=body.export,
        chosen=body.columns,
        show_id=access.show_of(request, body.show_id),
        platform=body.platform,
        actor=guard.actor(request),
    )
    return shape.table(view) | {"mapping": shape.mapping(view)}


@router.post("/tables/{table_id}/start", response={202: Answer, **REFUSALS})
def start(request: HttpRequest, table_id: str) -> Any:
    """Import it: all of it or nothing."""
    access.table_or_404(request, table_id, with_rows=False)
    return Status(202, shape.table(imports.start_table(table_id, actor=guard.actor(request))))


@router.delete("/tables/{table_id}", response={200: Answer, **REFUSALS})
def discard(request: HttpRequest, table_id: str) -> Any:
    """Put it away."""
    access.table_or_404(request, table_id, with_rows=False)
    imports.discard_table(table_id, actor=guard.actor(request))
    return {"discarded": table_id}


@router.get("/waiting", response={200: list[Answer], **REFUSALS})
def waiting(request: HttpRequest) -> Any:
    """Orders that wait for a show, by account and why."""
    guard.require(request, "import.run")
    return [guard.plain(one) for one in imports.waiting_orders(mine=access.mine(request))]


@router.post("/assign", response={200: Answer, **REFUSALS})
def assign(request: HttpRequest, body: AssignIn) -> Any:
    """Give waiting orders to a show."""
    guard.require(request, "import.run")
    told = body.dict() | {"show_id": access.show_of(request, body.show_id)}
    return guard.plain(imports.assign_orders(**told, mine=access.mine(request), actor=guard.actor(request)))


@router.post("/{ingest_id}/undo", response={200: Answer, **REFUSALS})
def undo(request: HttpRequest, ingest_id: str, body: UndoIn) -> Any:
    """Take back everything an import brought."""
    guard.require(request, "import.undo")
    if not access.sees(request, imports.import_of(ingest_id), "import.undo"):
        raise ImportNotFound(f"there is no import {ingest_id}", ingest_id=ingest_id)
    return {"undone": ingest_id, "events": imports.undo_import(ingest_id, actor=guard.actor(request), why=body.why)}

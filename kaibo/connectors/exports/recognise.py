"""Which export a table is: the row of headings, what each column holds, how sure that is and why. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kaibo.connectors.exports.forms import DROPPED, MARK, Form, aliases_of, forms, is_own
from kaibo.connectors.exports.headings import heading_key
from kaibo.kit.tables.files import Sheet
from kaibo.kit.tables.texts import clean

HEAD_ROWS = 30
DEPTH = 2
type Certainty = str  # documented, unverified, remembered, chosen, none


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, the field it fills ("" for none) and how we know."""

    index: int
    header: str
    field: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Found:
    """What a table was recognised as. `first` is the row number below the headings; `confidence` is 0-1.

    Shape: `missing` are needed fields without a column: empty when the file may be imported.
    """

    form: Form
    sheet: int
    columns: tuple[Column, ...]
    first: int
    confidence: float
    missing: tuple[str, ...] = ()

    @property
    def by_field(self) -> dict[str, Column]:
        """The column of each field; personal and ignored ones are left out."""
        return {one.field: one for one in self.columns if one.field and one.field not in DROPPED}


def signature(headers: Sequence[str]) -> str:
    """What a table with these headings is remembered under."""
    return "|".join(sorted(key for header in headers if (key := heading_key(header))))[:4000]


def candidates(sheets: Sequence[Sheet], *, file_name: str = "") -> list[Found]:
    """Every export that the file may be, the likeliest first."""
    found: dict[str, tuple[float, Found]] = {}
    for number, sheet in enumerate(sheets):
        for headers, first in headings_of(sheet):
            for form in forms().values():
                if is_own(form):
                    continue
                score, one = _as(form, number, headers, first, file_name)
                if one is not None and score > found.get(form.id, (0.0, one))[0]:
                    found[form.id] = (score, one)
    return [one for _, one in sorted(found.values(), key=lambda each: -each[0])]


def as_form(
    form: Form,
    sheets: Sequence[Sheet],
    *,
    sheet: int | None = None,
    chosen: Mapping[str, str] | None = None,
    certainty: Certainty = "chosen",
) -> Found | None:
    """The file read as this export; `chosen` heading key -> field overrules what the headings say.

    Shape: None when no row can be a row of headings.
    """
    best: tuple[float, Found] | None = None
    for number, one in enumerate(sheets):
        if sheet is not None and number != sheet:
            continue
        for headers, first in headings_of(one):
            columns = _overruled(_columns(form, headers), chosen or {}, certainty)
            named = {each.field for each in columns if each.field} - set(DROPPED)
            score = len(named) + 0.01 * sum(1 for header in headers if header) - 0.001 * first
            if best is None or score > best[0]:
                missing = tuple(need for need in form.needs if need not in named and not need.endswith(MARK))
                best = (score, Found(form, number, columns, first, 0.0, missing))
    return best[1] if best else None


def _overruled(columns: Sequence[Column], chosen: Mapping[str, str], certainty: Certainty) -> tuple[Column, ...]:
    given = {chosen[key] for one in columns if (key := heading_key(one.header)) in chosen}
    found = []
    for one in columns:
        key = heading_key(one.header)
        if key in chosen:
            same = chosen[key] == one.field and one.certainty != "none"
            found.append(one if same else Column(one.index, one.header, chosen[key], certainty))
        elif one.field in given and one.field not in DROPPED:
            found.append(Column(one.index, one.header, "", "none"))
        else:
            found.append(one)
    return tuple(found)


def headings_of(sheet: Sheet) -> Iterator[tuple[list[str], int]]:
    """Rows that may be headings, alone or with the row above filling the gaps, and the number of the row below."""
    head = sheet.head[:HEAD_ROWS]
    for at, row in enumerate(head):
        texts = [clean(cell) if isinstance(cell, str) else "" for cell in row.cells]
        if sum(1 for text in texts if text) < DEPTH:
            continue
        yield texts, row.number + 1
        if at and len(head[at - 1].cells) >= 2:
            above = [clean(cell) if isinstance(cell, str) else "" for cell in head[at - 1].cells]
            above += [""] * (len(texts) - len(above))
            width = max(len(texts), len(above))
            texts = texts + [""] * (width - len(texts))
            joined = [below or top for below, top in zip(texts, above, strict=False)]
            if joined != texts:
                yield joined, row.number + 1


def _columns(form: Form, headers: Sequence[str]) -> tuple[Column, ...]:
    """Each field once: a documented heading takes it before an unverified one, the leftmost before the others."""
    aliases = aliases_of(form.id)
    read: list[tuple[int, str, str, Certainty]] = []
    for index, header in enumerate(headers):
        key = heading_key(header) if header else ""
        named, certainty = aliases.documented.get(key), "documented"
        if named is None:
            named, certainty = aliases.unverified.get(key), "unverified"
        plain = [name for name in named or () if not name.endswith(MARK)]
        read.append((index, header, plain[0] if plain else "", certainty if plain else "none"))
    taken: dict[str, int] = {}
    for index, _header, name, certainty in sorted(read, key=lambda each: (each[3] != "documented", each[0])):
        if name and certainty != "none":
            taken.setdefault(name, index)
    return tuple(
        Column(index, header, name, certainty)
        if name in DROPPED or (name and taken.get(name) == index)
        else Column(index, header, "", "none")
        for index, header, name, certainty in read
        if header
    )


def _marks_of(form: Form, headers: Sequence[str]) -> set[str]:
    aliases = aliases_of(form.id)
    keys = {heading_key(header) for header in headers if header}
    return {
        name
        for known in (aliases.documented, aliases.unverified)
        for key, names in known.items()
        if key in keys
        for name in names
        if name.endswith(MARK)
    }


def _as(form: Form, sheet: int, headers: Sequence[str], first: int, file_name: str) -> tuple[float, Found | None]:
    columns = _columns(form, headers)
    named = {one.field for one in columns if one.field and one.field not in DROPPED}
    marks = _marks_of(form, headers)
    have = named | marks
    if not have.issuperset(form.needs) or (form.marks and not have & set(form.marks)) or len(named) < form.enough:
        return 0.0, None
    filled = [one for one in columns if one.field]
    share = len(filled) / max(1, len(columns))
    sure = sum(1.0 if one.certainty == "documented" else 0.8 for one in filled) / max(1, len(filled))
    hint = any(word in file_name.lower() for word in form.file_names)
    score = len(filled) + 2 * len(marks) + (0.5 if hint else 0.0) + share
    confidence = round(min(0.99, 0.35 + 0.45 * share * sure + 0.02 * min(len(named), 8) + (0.04 if hint else 0)), 2)
    return score, Found(form, sheet, columns, first, confidence)

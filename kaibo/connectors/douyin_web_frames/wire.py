"""Protobuf's wire format, as much as captures need: fields by number, unknown ones passed over, none trusted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kaibo.connectors.payloads import BadField

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
VARINT_BYTES = 10
LARGEST_COUNT = 2**53
_FIX = "capture the frame again, whole; the others are kept"


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one message by name, the last of each; `where` is its path for sentences."""

    where: str
    values: Mapping[str, int | bytes]
    repeated: tuple[bytes, ...] = ()

    def whole(self, name: str) -> int | None:
        """An unsigned number. Raises BadField when bytes stand there."""
        value = self.values.get(name)
        if isinstance(value, bytes):
            raise self.problem(name, "holds bytes, not a number")
        return value

    def count(self, name: str) -> int | None:
        """A number of things; absent is None. Raises BadField for what no count can be."""
        value = self.whole(name)
        if value is not None and value > LARGEST_COUNT:
            raise self.problem(name, f"{value} is no count")
        return value

    def raw(self, name: str) -> bytes:
        """Bytes, empty when absent. Raises BadField when a number stands there."""
        value = self.values.get(name, b"")
        if isinstance(value, int):
            raise self.problem(name, "holds a number, not bytes")
        return value

    def text(self, name: str) -> str:
        """A text, empty when absent. Raises BadField when it is no UTF-8."""
        try:
            return self.raw(name).decode()
        except UnicodeDecodeError as error:
            raise self.problem(name, f"is no UTF-8 at byte {error.start}") from None

    def inner(self, name: str, names: Mapping[int, str]) -> "Fields":
        """The message inside, without fields when absent. Raises BadField."""
        return read(self.raw(name), names, f"{self.where}.{name}")

    def problem(self, name: str, what: str) -> BadField:
        """What is wrong with a field, under its whole path."""
        return BadField(f"{self.where}.{name}", f"{self.where}.{name} {what}", _FIX)


def read(data: bytes, names: Mapping[int, str], where: str, *, repeated: int = 0) -> Fields:
    """The fields of a message that `names` knows; of field `repeated` every value. Raises BadField."""
    found: dict[str, int | bytes] = {}
    many = []
    for number, value in fields(data, names, where):
        if number == repeated and isinstance(value, bytes):
            many.append(value)
        elif number in names:
            found[names[number]] = value
    return Fields(where, found, tuple(many))


def fields(data: bytes, names: Mapping[int, str], where: str) -> Iterator[tuple[int, int | bytes]]:
    """Number and value of each field in order of the bytes. Raises BadField naming the one that is cut."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at, f"{where} after byte {at}")
        number, wire = key >> 3, key & 7
        name = f"{where}.{names.get(number, f'field {number}')}"
        if not number:
            raise BadField(where, f"{where} has a field 0, which no message has", _FIX)
        if wire == VARINT:
            value, at = _varint(data, at, name)
            yield number, value
        elif wire in {FIXED64, FIXED32, BYTES}:
            size, at = _varint(data, at, name) if wire == BYTES else (8 if wire == FIXED64 else 4, at)
            if at + size > len(data):
                raise BadField(name, f"{name} is cut: {len(data) - at} of {size} bytes are there", _FIX)
            chunk = data[at : at + size]
            yield number, chunk if wire == BYTES else int.from_bytes(chunk, "little")
            at += size
        else:
            raise BadField(name, f"{name} has wire type {wire}, which is not in use", _FIX)


def _varint(data: bytes, at: int, name: str) -> tuple[int, int]:
    value = 0
    for shift, byte in enumerate(data[at : at + VARINT_BYTES]):
        value |= (byte & 127) << (7 * shift)
        if byte < 128:
            return value & (2**64 - 1), at + shift + 1
    what = "is cut within a number" if len(data) - at < VARINT_BYTES else "holds a number without end"
    raise BadField(name, f"{name} {what}", _FIX)

"""Old .xls files and encrypted .xlsx files made in a few lines, for tests: [MS-CFB], [MS-XLS], [MS-OFFCRYPTO] 2.3.4."""

import hashlib
import struct
from collections.abc import Iterable, Mapping

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SMALLEST = 4096  # shorter streams would need the mini stream
_SALT = bytes(range(16))


def container(streams: Mapping[str, bytes]) -> bytes:
    """A compound file with these streams in its root."""
    padded = [data + b"\0" * max(-len(data) % SECTOR, _SMALLEST - len(data)) for data in streams.values()]
    entries = -(-(len(streams) + 1) // 4)
    starts, at = [], 1 + entries
    for data in padded:
        starts.append(at)
        at += len(data) // SECTOR
    assert at <= SECTOR // 4, "one sector of the table is enough for a test"
    chains = [FAT, *_chain(1, entries)]
    for start, data in zip(starts, padded, strict=True):
        chains += _chain(start, len(data) // SECTOR)
    table = struct.pack(f"<{SECTOR // 4}I", *chains, *[FREE] * (SECTOR // 4 - len(chains)))
    root = _entry("Root Entry", kind=5, child=1 if streams else FREE, start=END, size=0)
    names = [
        _entry(name, kind=2, right=n + 2 if n + 1 < len(streams) else FREE, start=starts[n], size=len(padded[n]))
        for n, name in enumerate(streams)
    ]
    directory = b"".join([root, *names]).ljust(entries * SECTOR, b"\0")
    head = struct.pack("<8s16x5H6x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, 1, 1, 0, _SMALLEST, END, 0, END, 0)
    return head + struct.pack("<109I", 0, *[FREE] * 108) + table + directory + b"".join(padded)


def _chain(start: int, length: int) -> list[int]:
    return [*range(start + 1, start + length), END]


def _entry(name: str, *, kind: int, start: int, size: int, child: int = FREE, right: int = FREE) -> bytes:
    text = name.encode("utf-16-le")
    head = struct.pack("<64sHBB3I", text, len(text) + 2, kind, 1, FREE, right, child)
    return head + struct.pack("<16xI16xIQ", 0, start, size)


def xls(rows: Iterable[Iterable[str | float]]) -> bytes:
    """A workbook of Excel 97 with one sheet."""
    sheet = _record(0x0809, struct.pack("<4H2I", 0x0600, 0x0010, 0, 1997, 0, 6))
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            place = struct.pack("<3H", row, column, 0)
            if isinstance(cell, str):
                sheet += _record(0x0204, place + struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le"))
            else:
                sheet += _record(0x0203, place + struct.pack("<d", cell))
    sheet += _record(0x000A)
    begin = _record(0x0809, struct.pack("<4H2I", 0x0600, 0x0005, 0, 1997, 0, 6))
    begin += _record(0x0042, struct.pack("<H", 1200))
    name = struct.pack("<BB", 6, 0) + b"orders"
    at = len(begin) + 4 + 6 + len(name) + 4
    book = begin + _record(0x0085, struct.pack("<IH", at, 0) + name) + _record(0x000A) + sheet
    return container({"Workbook": book})


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def encrypted(workbook: bytes, password: str) -> bytes:
    """An .xlsx as it is saved with a password: AES-128, standard encryption."""
    key = _key(password)
    verifier = bytes(range(16, 32))
    name = "Microsoft Enhanced RSA and AES Cryptographic Provider\0".encode("utf-16-le")
    header = struct.pack("<8I", 0x24, 0, 0x660E, 0x8004, 128, 0x18, 0, 0) + name
    proof = _aes(key, hashlib.sha1(verifier, usedforsecurity=False).digest())
    info = struct.pack("<2H2I", 4, 2, 0x24, len(header)) + header
    info += struct.pack("<I", 16) + _SALT + _aes(key, verifier) + struct.pack("<I", 20) + proof
    package = struct.pack("<Q", len(workbook)) + _aes(key, workbook)
    return container({"EncryptionInfo": info, "EncryptedPackage": package})


def _key(password: str) -> bytes:
    found = hashlib.sha1(_SALT + password.encode("utf-16-le"), usedforsecurity=False).digest()
    for turn in range(50_000):
        found = hashlib.sha1(struct.pack("<I", turn) + found, usedforsecurity=False).digest()
    found = hashlib.sha1(found + struct.pack("<I", 0), usedforsecurity=False).digest()
    block = bytes(a ^ b for a, b in zip(found.ljust(64, b"\0"), b"\x36" * 64, strict=True))
    return hashlib.sha1(block, usedforsecurity=False).digest()[:16]


def _aes(key: bytes, data: bytes) -> bytes:
    engine = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return engine.update(data + b"\0" * (-len(data) % 16)) + engine.finalize()

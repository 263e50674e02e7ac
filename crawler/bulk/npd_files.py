"""What a download of the National Provider Directory consists of: files of one resource a line, most packed by zstd."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crawler.readers.raw import ReaderError

_PACKED, _PLAIN = ".zst", ".ndjson"
_FRAME, _PASSED_OVER = b"\x28\xb5\x2f\xfd", b"\x2a\x4d\x18"
_REPEATED, _RESERVED = 1, 3
_ID_BYTES, _SIZE_BYTES = (0, 1, 2, 4), (0, 2, 4, 8)


@dataclass(frozen=True)
class Lines:
    """One file of resources."""

    file: Path
    is_packed: bool


def files_of(export: Path) -> list[Lines]:
    """Return the files of a folder, or the one given, sorted by name; anything else there is passed over.

    Raises
    ------
    ReaderError
        There is none, or one is empty or cut off. What a download lacks at its end would be missing without a word.

    """
    files = sorted(export.iterdir()) if export.is_dir() else [export]
    found = [
        Lines(one, is_packed=one.suffix.casefold() == _PACKED)
        for one in files
        if one.is_file() and one.suffix.casefold() in (_PACKED, _PLAIN)
    ]
    if not found:
        raise ReaderError(
            f"{str(export)!r} holds no file that ends with {_PACKED} or {_PLAIN}; expected the bulk download of the "
            "National Provider Directory: one FHIR resource a line, packed by zstd."
        )
    for one in found:
        if not one.file.stat().st_size:
            raise ReaderError(f"{one.file} is empty; download it again.")
        if one.is_packed:
            _check_whole(one.file)
    return found


def _check_whole(file: Path) -> None:
    """Go from block to block without unpacking any: DuckDB says nothing of a file that ends too early (RFC 8878)."""
    with file.open("rb") as packed:
        while magic := packed.read(4):
            if magic == _FRAME:
                _pass_frame(packed, file)
            elif magic[1:] == _PASSED_OVER and magic[0] >> 4 == 5:  # noqa: PLR2004 - 0x50 to 0x5f
                packed.seek(_number(packed, 4, file), 1)
            else:
                at = packed.tell() - len(magic)
                raise ReaderError(f"{file} is not packed by zstd: at byte {at:,} stands {magic!r}; download it again.")
        if packed.tell() > file.stat().st_size:
            raise _cut(file)


def _pass_frame(packed: BinaryIO, file: Path) -> None:
    described = _number(packed, 1, file)
    is_single, has_sum = bool(described & 0x20), bool(described & 0x04)
    size_bytes = _SIZE_BYTES[described >> 6] or int(is_single)
    packed.seek((not is_single) + _ID_BYTES[described & 0x03] + size_bytes, 1)
    is_last = False
    while not is_last:
        head = _number(packed, 3, file)
        is_last, manner = bool(head & 1), head >> 1 & 0x03
        if manner == _RESERVED:
            raise ReaderError(f"{file} is damaged at byte {packed.tell():,}; download it again.")
        packed.seek(1 if manner == _REPEATED else head >> 3, 1)
    if has_sum:
        _number(packed, 4, file)


def _number(packed: BinaryIO, width: int, file: Path) -> int:
    stated = packed.read(width)
    if len(stated) < width:
        raise _cut(file)
    return int.from_bytes(stated, "little")


def _cut(file: Path) -> ReaderError:
    return ReaderError(f"{file} ends in the middle; download it again.")

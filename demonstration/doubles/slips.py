"""Slips of the finger and the eye: each takes a text, gives another, and always changes it."""

import unicodedata
from collections.abc import Callable

from demonstration.doubles.dirt import Pen

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_DIGITS = "0123456789"
_MISREAD = (
    ("m", "rn"), ("rn", "m"), ("l", "1"), ("o", "0"), ("cl", "d"), ("d", "cl"), ("w", "vv"), ("h", "b"), ("e", "c"),
    ("i", "l"), ("u", "ii"), ("g", "q"), ("s", "5"), ("t", "f"),
)  # fmt: skip
"""What a scanner reads for another letter."""

Slip = Callable[[str, Pen], str]


def inserted(text: str, pen: Pen) -> str:
    """Add a letter."""
    at = 1 + pen.below(len(text))
    return text[:at] + pen.one_of(_LETTERS) + text[at:]


def deleted(text: str, pen: Pen) -> str:
    """Leave out a letter after the first."""
    at = 1 + pen.below(len(text) - 1)
    return text[:at] + text[at + 1 :]


def transposed(text: str, pen: Pen) -> str:
    """Exchange two neighbours that differ, the first letter kept; of a text that has none, leave one out."""
    at = [number for number in range(1, len(text) - 1) if text[number] != text[number + 1]]
    if not at:
        return deleted(text, pen)
    one = pen.one_of(at)
    return text[:one] + text[one + 1] + text[one] + text[one + 2 :]


def substituted(text: str, pen: Pen) -> str:
    """Put another letter for one after the first."""
    at = 1 + pen.below(len(text) - 1)
    others = _LETTERS.replace(text[at].lower(), "")
    return text[:at] + pen.one_of(others) + text[at + 1 :]


def misread(text: str, pen: Pen) -> str:
    """Read letters as a scanner does; of a text that has none of those, put another letter for one."""
    found = [(seen, read) for seen, read in _MISREAD if seen in text[1:]]
    if not found:
        return substituted(text, pen)
    seen, read = pen.one_of(found)
    return text[0] + text[1:].replace(seen, read, 1)


SLIPS: tuple[Slip, ...] = (inserted, deleted, transposed, substituted, misread)


def mistyped(text: str, pen: Pen) -> str:
    """Make one slip in a text of two letters or more; a shorter one gains a letter."""
    slip = pen.one_of(SLIPS)
    return slip(text, pen) if len(text) > 1 else inserted(text, pen)


def mistyped_digits(digits: str, pen: Pen, positions: tuple[int, ...]) -> str:
    """Put another digit at one of the positions."""
    at = pen.one_of(positions)
    return digits[:at] + pen.one_of(_DIGITS.replace(digits[at], "")) + digits[at + 1 :]


def plain(text: str) -> str:
    """Return a text without accents."""
    if text.isascii():
        return text
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))

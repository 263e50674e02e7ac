"""The taxonomy codes that are looked for in files of everybody."""

import tomllib
from functools import cache
from pathlib import Path

_PROFESSIONS_FILE = Path(__file__).resolve().parents[2] / "data" / "reference" / "professions.toml"
_NO_PROFESSION = ("not_counted", "counting")


@cache
def professions() -> tuple[frozenset[str], frozenset[str]]:
    """Return the codes that are looked for, and those left out on purpose."""
    told = tomllib.loads(_PROFESSIONS_FILE.read_text(encoding="utf-8"))
    sought = {code for key, entry in told.items() if key not in _NO_PROFESSION for code in entry["taxonomy_codes"]}
    return frozenset(sought), frozenset(told["not_counted"]["taxonomy_codes"])

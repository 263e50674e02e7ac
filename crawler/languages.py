"""Languages as directories name them: by name in English, Spanish or German, or by code."""

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path

from crawler.wording import Words, normalised, parts_of

_FILE = Path(__file__).resolve().parents[1] / "data" / "reference" / "languages.toml"
_REGION = re.compile(r"[-_]")


@cache
def _codes() -> dict[str, str]:
    table = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {**{code: code for code in table["codes"]}, **table["three_letters"]}


@cache
def _names() -> Words:
    table = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    named = [*((name, "") for name in table["uncoded"])]
    named += [(name, code) for names in table["names"].values() for name, code in names.items()]
    return Words({name: (code,) for name, code in named})


@lru_cache(maxsize=10_000)
def language_code(stated: str) -> str | None:
    """Return the ISO 639-1 code of a language; empty where it has none, ``None`` where it is not understood."""
    first = _REGION.split(stated.strip(), maxsplit=1)[0]
    return next((code for said in (stated, first) if (code := _code(normalised(said))) is not None), None)


def _code(words: str) -> str | None:
    named = _names().of(words)
    return named[0] if named else _codes().get(words)


@lru_cache(maxsize=10_000)
def language_codes(stated: str) -> tuple[str, ...] | None:
    """Return the codes of the languages in a text that may list several; ``None`` where one is not understood."""
    whole = language_code(stated)
    if whole is not None:
        return (whole,) if whole else ()
    codes = [language_code(part) for part in parts_of(normalised(stated))]
    if not codes or None in codes:
        return None
    return tuple(dict.fromkeys(code for code in codes if code))

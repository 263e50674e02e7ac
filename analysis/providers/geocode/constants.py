"""The constants of ``data/reference/geocoding.toml``, each with source and status there."""

import tomllib
from functools import cache

from analysis.reference import REFERENCE, Constant


@cache
def constant(name: str) -> float:
    """Return a constant by its name in the file."""
    return _constants()[name].value


@cache
def _constants() -> dict[str, Constant]:
    raw = tomllib.loads((REFERENCE / "geocoding.toml").read_text(encoding="utf-8"))
    return {name: Constant.model_validate(entry) for name, entry in raw.items()}

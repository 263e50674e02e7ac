"""One figure of every region: one indicator = one file, named as the column it gives.

A module here is found, not registered. It has ``INDICATOR``, which says what the figure means, where it is published
and what stands in where it is not known; :mod:`analysis.regions.figures` brings it to the regions of a study.
"""

import importlib
import pkgutil
from functools import cache

from analysis.indicator import Indicator


@cache
def found() -> dict[str, Indicator]:
    """Return every indicator by the name of its column, in order of name.

    Raises
    ------
    ImportError
        A module has no ``INDICATOR``, or its name does not end in the unit of what it gives.

    """
    indicators: dict[str, Indicator] = {}
    for module_info in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        module = importlib.import_module(f"{__name__}.{module_info.name}")
        indicator = getattr(module, "INDICATOR", None)
        if not isinstance(indicator, Indicator):
            raise ImportError(  # noqa: TRY004 - the module is at fault, not a type
                f"indicator {module_info.name!r} has no INDICATOR; every file here declares one."
            )
        if indicator.kind == "share" and not module_info.name.endswith("_share"):
            raise ImportError(f"indicator {module_info.name!r} is a share; end its name in '_share'.")
        indicators[module_info.name] = indicator
    return indicators

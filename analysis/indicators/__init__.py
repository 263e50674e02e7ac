"""One figure of every region: one indicator = one file, named as the column it gives.

A module here is found, not registered. It has ``INDICATOR``, which says what the figure means and where it is published
or what it is worked out of; :mod:`analysis.regions.figures` brings what is published to the regions of a study, and
:mod:`analysis.regions.worked_out` works out the rest.
"""

import importlib
import pkgutil
from functools import cache

from analysis.indicator import Indicator, WorkedOut


@cache
def found() -> dict[str, Indicator]:
    """Return every indicator by the name of its column, in order of name.

    Raises
    ------
    ImportError
        A module has no ``INDICATOR``, its name does not end in the unit of what it gives, or it is neither published
        nor worked out.

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
        ending = indicator.unit.replace(" ", "_")
        if indicator.kind == "number" and not (ending and module_info.name.endswith(ending)):
            raise ImportError(
                f"indicator {module_info.name!r} is a number of {indicator.unit!r}; give it a unit, last in its name."
            )
        if bool(indicator.sources) == (indicator.worked_out is not None):
            both = "both published and" if indicator.sources else "neither published nor"
            raise ImportError(
                f"indicator {module_info.name!r} is {both} worked out; give it sources, or say how it is worked out."
            )
        indicators[module_info.name] = indicator
    return indicators


def published() -> dict[str, Indicator]:
    """Return the indicators that are read from published files, by name."""
    return {name: indicator for name, indicator in found().items() if indicator.worked_out is None}


def worked_out() -> dict[str, WorkedOut]:
    """Return how each of the other indicators is worked out, by name."""
    return {name: indicator.worked_out for name, indicator in found().items() if indicator.worked_out is not None}

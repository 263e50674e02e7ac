"""Compile loops to machine code with numba; where numba cannot be had, say so, and the SciPy path serves."""

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

Loop = TypeVar("Loop", bound=Callable[..., Any])

try:
    import numba
except ImportError:  # numba lags behind new Pythons; the SciPy path gives the same numbers, slower
    numba: Any = None  # type: ignore[no-redef]

IS_COMPILED = numba is not None and not getattr(numba.config, "DISABLE_JIT", 0)
"""Whether loops are compiled; without it they still run, as plain Python."""
prange = numba.prange if IS_COMPILED else range
"""A range whose turns run on all cores where compiled in parallel."""

__all__ = ["IS_COMPILED", "compiled", "prange"]


def compiled(*, parallel: bool = False, contract: bool = False) -> Callable[[Loop], Loop]:
    """Compile a loop when it is first called and keep the machine code beside the source, or wherever it can be kept.

    Parameters
    ----------
    parallel
        ``prange`` uses all cores; iterations must not share what they write.
    contract
        A product and a sum may be rounded once instead of twice. Never where a pair is put into its band: there both
        engines must round alike.

    """

    def decorate(loop: Loop) -> Loop:
        if not IS_COMPILED:
            return loop
        options: dict[str, Any] = {"parallel": parallel, "nogil": True, "error_model": "numpy"}
        if contract:
            options["fastmath"] = {"contract"}
        try:
            machine: Loop = numba.njit(cache=True, **options)(loop)
        except RuntimeError:  # numba refuses at once where no folder is writable: compile anew in each process
            machine = numba.njit(**options)(loop)
        return _in_turn(machine) if parallel else machine

    return decorate


def _in_turn(machine: Loop) -> Loop:
    """Let threads of this process take turns: the threads that numba brings along serve one caller at a time."""

    @wraps(machine)
    def turn(*arguments: Any) -> Any:  # noqa: ANN401 - of the loop
        with _CORES:
            return machine(*arguments)

    return turn  # type: ignore[return-value]


_CORES = threading.Lock()

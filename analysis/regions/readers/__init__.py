"""Published files, each exactly as its publisher ships it: one file here reads one form.

A module here is found, not registered: a catalogue entry's ``reader = "<name>"`` is the module's name. It has
``read(file)``, which gives a :class:`analysis.regions.vintage.Read` and fetches nothing; its docstring says whose file
it is, its columns and units, and what missing means. Files whose name begins with an underscore serve the readers and
are none.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path

from analysis.promise import TableError
from analysis.regions.vintage import Read

ReadFile = Callable[[Path], Read]


def found() -> Iterator[tuple[str, ReadFile]]:
    """Yield the name and the ``read`` function of every reader, in order of name.

    Raises
    ------
    ImportError
        A module has no ``read`` function, or does not say what missing means.

    """
    for name in names():
        yield name, _loaded(name)


def names() -> list[str]:
    """Return the names of all readers."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))


def read_published(name: str, file: Path, rows: int | None = None) -> Read:
    """Read a file with the reader of that name; ``rows`` is what the catalogue promises, where it does.

    Raises
    ------
    TableError
        There is no such reader, or the file is damaged, of another form, or cut short.

    """
    if name not in names():
        raise TableError(f"there is no reader {name!r} of published files; known: {', '.join(names())}.")
    given = _loaded(name)(file)
    if rows is not None and given.rows < rows:
        raise TableError(f"{file} has {given.rows:,} rows, expected {rows:,}: it was cut short; download it again.")
    return given


def _loaded(name: str) -> ReadFile:
    module = importlib.import_module(f"{__name__}.{name}")
    read: ReadFile | None = getattr(module, "read", None)
    if read is None or not callable(read):
        raise ImportError(f"reader {name!r} has no function 'read(file)'; every reader needs one.")
    if "Missing:" not in (module.__doc__ or ""):
        raise ImportError(f"reader {name!r} does not say 'Missing:' in its docstring; say what missing values mean.")
    return read

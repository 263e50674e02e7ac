"""What the command says: data on standard output, progress and messages on standard error.

No animation off a terminal; ``NO_COLOR`` and ``--quiet`` are respected.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

DONE, FAULT, WRONG_USE, NOT_TRUSTED, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes: done; a fault; wrong use; finished but not to be trusted; interrupted by Ctrl-C."""


COUNTS_SECONDS = 2.0
"""Pause between plain lines that only tell how far something has come."""


@dataclass
class Voice:
    """How much the command says; set once from the global options."""

    is_quiet: bool = False
    is_debug: bool = False


VOICE = Voice()


def messages() -> Console:
    """Return the console for messages, on standard error."""
    return Console(stderr=True, highlight=False, emoji=False, quiet=VOICE.is_quiet, soft_wrap=True)


def say(sentence: str) -> None:
    """Say one sentence on standard error."""
    messages().print(sentence, markup=False)


def counted(count: int, what: str) -> str:
    """Return a count with its noun: 1 crawl, 2 crawls."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def fail(sentence: str) -> None:
    """Say what is wrong on standard error, even with ``--quiet``."""
    Console(stderr=True, highlight=False, emoji=False, soft_wrap=True).print(f"therapygap: {sentence}", markup=False)


def now_and_then(tell: Callable[[str], None]) -> Callable[[str], None]:
    """Return what tells only some of many sentences that say how far something has come."""
    said_at = -COUNTS_SECONDS

    def tell_some(step: str) -> None:
        nonlocal said_at
        if time.monotonic() - said_at >= COUNTS_SECONDS:
            said_at = time.monotonic()
            tell(step)

    return tell_some


@contextmanager
def steps(title: str, pause_seconds: float = 0.0) -> Iterator[Callable[[str], None]]:
    """Give a function that tells the present step: one moving line on a terminal, plain lines elsewhere.

    Plain lines come no closer than ``pause_seconds``, so that counts which rise all the time do not fill a log; the
    last is always told.
    """
    if VOICE.is_quiet or not sys.stderr.isatty():
        said_at, held_back = -pause_seconds, ""

        def tell_plainly(step: str) -> None:
            nonlocal said_at, held_back
            held_back = step
            if time.monotonic() - said_at >= pause_seconds:
                said_at, held_back = time.monotonic(), ""
                say(f"{title}: {step}")

        yield tell_plainly
        if held_back:
            say(f"{title}: {held_back}")
        return
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=messages(), transient=True
    ) as progress:
        task = progress.add_task(title)

        def tell(step: str) -> None:
            progress.update(task, description=f"{title}: {step}")

        yield tell

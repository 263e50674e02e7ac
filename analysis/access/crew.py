"""Have parts of a study done by the workers of a Dask cluster, and keep every answer on disk as it comes in.

A part that fails is done again, and so is one whose worker dies. Answers lie under the hash of all that they were made
of, so a run that was interrupted asks only for what is missing. Only some parts are under way at a time: a bound on
what scheduler and workers hold.
"""

import os
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from analysis.access.compiled import IS_COMPILED
from analysis.access.partitions import Task
from analysis.promise import TableError

if TYPE_CHECKING:  # dask is an extra: loaded by those who have a cluster
    from distributed import Client, Future

FORM = 2
"""Raised whenever the same task comes to another answer."""
PROGRAM = f"{version('therapygap')}, form {FORM}"
"""What scheduler's guests and workers must have in common, for them to come to the same answers."""
_UNDER_WAY = 2
"""Parts a thread of the cluster: one in work, the next already there."""


class ClusterError(ValueError):
    """A cluster cannot be had, or does not do its part."""


@dataclass(frozen=True)
class Crew:
    """Workers of a cluster.

    Attributes
    ----------
    client
        The cluster; scheduler and workers run the same therapygap.
    folder
        Where answers are kept.
    attempts
        How often a part is tried before the run is given up.
    patience_seconds
        How long a cluster without any worker is waited for.
    tell
        Called with a sentence whenever an answer is there.

    """

    client: "Client"
    folder: Path
    attempts: int = 3
    patience_seconds: float = 60.0
    tell: Callable[[str], None] = lambda _: None

    def ask(self, what: str, tasks: Sequence[Callable[[], Task]]) -> Iterator[NDArray[Any]]:
        """Return the answers to some tasks, in order: each is read from disk when it is looked at.

        Parameters
        ----------
        what
            What they are about, for people.
        tasks
            Each makes its task when its turn comes.

        Raises
        ------
        ClusterError
            A task failed in every attempt, or the cluster has no workers.
        TableError
            A table is not sound.

        """
        self.folder.mkdir(parents=True, exist_ok=True)
        under_way: dict[Future[NDArray[Any]], tuple[int, Path]] = {}
        files: list[Path] = []
        done = 0
        try:
            for number, make in enumerate(tasks):
                task = make()
                files.append(self.folder / f"{_key(number, task)}.npy")
                if _kept(files[-1]) is not None:
                    done += 1
                    self.tell(f"{what}: {done} of {len(tasks)} partitions, kept from before")
                    continue
                while len(under_way) >= self._room():
                    done += self._take(under_way, f"{what}: {done + 1} of {len(tasks)} partitions")
                future = self._submit(task, number)
                under_way[future] = number, files[-1]
            while under_way:
                done += self._take(under_way, f"{what}: {done + 1} of {len(tasks)} partitions")
        finally:
            self.client.cancel(list(under_way), force=True)
        return map(self._answer, files)

    def _next(self, under_way: "Mapping[Future[NDArray[Any]], Any]") -> "Future[NDArray[Any]]":
        """Return a part that has ended; a cluster that is left without workers is told, not waited for for ever."""
        from distributed import wait  # noqa: PLC0415 - an extra

        while True:
            try:
                ended = wait(list(under_way), timeout=self.patience_seconds, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                self._room()
            else:
                return next(iter(ended))

    def _result(self, future: "Future[NDArray[Any]]") -> NDArray[Any]:
        """Return what a part came to; an answer that went with its worker is waited for again."""
        lost = 0
        while True:
            try:
                answer: NDArray[Any] = future.result(timeout=self.patience_seconds)
            except Exception as fault:
                lost += not isinstance(fault, TimeoutError)
                if future.status == "error" or lost > self.attempts:  # the part itself failed
                    raise
                self._room()
            else:
                return answer

    def _room(self) -> int:
        """Return how many parts may be under way."""
        workers = self.client.scheduler_info(n_workers=-1)["workers"].values()
        if not workers:  # all may be on their way back
            wait_for_one(self.client, self.patience_seconds)
        threads: int = sum(worker["nthreads"] for worker in workers)
        return max(_UNDER_WAY * threads, _UNDER_WAY)

    def _submit(self, task: Task, number: int) -> "Future[NDArray[Any]]":
        from dask import config  # noqa: PLC0415 - an extra

        key = f"therapygap-{number}-{uuid.uuid4().hex}"
        # a part carries its places and columns, so that it can be done again wherever a worker is left
        with config.set({"distributed.admin.large-graph-warning-threshold": "100GB"}):
            return self.client.submit(perform, task, key=key, retries=self.attempts - 1, pure=False)

    def _take(self, under_way: dict[Any, tuple[int, Path]], said: str) -> int:
        future = self._next(under_way)
        number, file = under_way.pop(future)
        if future.cancelled():
            raise ClusterError(
                f"cluster {address_of(self.client)} went away while it worked; expected that its scheduler "
                f"runs until the end: start it and run again: what is finished is kept in {str(self.folder)!r}."
            )
        try:
            answer = self._result(future)
        except TableError:
            raise
        except Exception as fault:
            raise ClusterError(
                f"partition {number} failed in all of {self.attempts} attempts, at last with {fault!r}; mend the cause "
                f"and run again: what is finished is kept in {str(self.folder)!r}."
            ) from fault
        _keep(file, answer)
        future.release()
        self.tell(said)
        return 1

    @staticmethod
    def _answer(file: Path) -> NDArray[Any]:
        found = _kept(file)
        if found is None:
            raise ClusterError(
                f"answer {str(file)!r} was there and cannot be read any more; expected that nobody else changes the "
                "folder: run again."
            )
        return found


def wait_for_one(client: "Client", patience_seconds: float) -> None:
    """Wait until a cluster has a worker; ``ClusterError`` where none comes in time."""
    try:
        client.wait_for_workers(1, timeout=patience_seconds)
    except TimeoutError as fault:
        raise ClusterError(
            f"cluster {address_of(client)} had no workers for {patience_seconds:g} s; expected at least one: start "
            "some with 'dask worker'."
        ) from fault


def address_of(client: "Client") -> str:
    """Return the address of a cluster's scheduler."""
    return str(client.scheduler.address)  # type: ignore[union-attr]


def program() -> str:
    """Return which program this is; asked of workers."""
    return PROGRAM


def perform(task: Task) -> NDArray[Any]:
    """Do a task in a worker, on as many cores as the worker has threads."""
    from distributed import get_worker  # noqa: PLC0415 - an extra

    if IS_COMPILED:
        import numba  # noqa: PLC0415 - where it can be had

        numba.set_num_threads(min(get_worker().state.nthreads, numba.get_num_threads()))
    return task()


def _key(number: int, task: Task) -> str:
    """Return the hash of a task and all it holds."""
    from dask.base import tokenize  # noqa: PLC0415 - an extra

    return str(tokenize(PROGRAM, number, task, ensure_deterministic=True))


def _keep(file: Path, answer: NDArray[Any]) -> None:
    """Write an answer whole or not at all."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as stream:
            np.save(stream, answer, allow_pickle=False)
        Path(name).replace(file)
    finally:
        Path(name).unlink(missing_ok=True)


def _kept(file: Path) -> NDArray[Any] | None:
    """Return an answer, read when it is first used; nothing where it is absent or damaged."""
    try:
        return np.asarray(np.load(file, mmap_mode="r", allow_pickle=False))
    except (OSError, EOFError):
        return None
    except ValueError:  # nothing at all cannot be mapped; what is damaged cannot be read either
        return _read(file)


def _read(file: Path) -> NDArray[Any] | None:
    try:
        return np.asarray(np.load(file, allow_pickle=False))
    except (OSError, ValueError, EOFError):
        return None

"""Who works: processes on this machine, behind the interface of a cluster."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from pebble import ProcessExpired, ProcessPool

from vein_imaging.batch.code_version import code_version
from vein_imaging.batch.task import Outcome, Task, perform
from vein_imaging.words import translate as _

__all__ = [
    "Broken",
    "OtherVersionError",
    "Workers",
    "WorkersLostError",
    "local_workers",
]

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_AHEAD = 4
"""Tasks handed out for each worker: one in work, and the next is there at once."""


class WorkersLostError(RuntimeError):
    """Nobody is left to work; what is done is kept, and a new start goes on."""


class OtherVersionError(RuntimeError):
    """A worker's code is not the command's: its figures would not be comparable."""


@dataclass(frozen=True, slots=True)
class Broken:
    """What became of a task whose worker gave no answer.

    Parameters
    ----------
    reason : str
    again : bool
        Whether the task may be tried again.
    """

    reason: str
    again: bool


class Workers(Protocol):
    """What takes tasks: processes here, or a cluster."""

    @property
    def room(self) -> int:
        """How many tasks may be handed out at once."""

    def submit(self, task: Task) -> Future[Outcome]:
        """Hand a task out."""

    def explain(self, error: BaseException) -> Broken:
        """Say what an error of a future means.

        Raises
        ------
        WorkersLostError
            If nobody works any more.
        """


class _LocalWorkers:
    def __init__(self, pool: ProcessPool, count: int) -> None:
        self._pool = pool
        self.room = _AHEAD * count

    def submit(self, task: Task) -> Future[Outcome]:
        return self._pool.schedule(perform, args=(task, code_version()))

    def explain(self, error: BaseException) -> Broken:
        if isinstance(error, ProcessExpired):
            reason = _("its process ended (exit code {code}); out of memory?").format(
                code=error.exitcode
            )
            return Broken(reason, again=True)
        if isinstance(error, BrokenProcessPool):
            raise WorkersLostError(
                _("the worker processes could not be kept running")
            ) from error
        return Broken(f"{type(error).__name__}: {error}", again=False)


@contextmanager
def local_workers(
    count: int, begin: Callable[..., None] | None = None, *given: str
) -> Iterator[Workers]:
    """Start processes on this machine; they end with the block, or with this process.

    Parameters
    ----------
    count : int
        Of processes, each of one thread.
    begin : callable, optional
        Run first in each: a function of a module.
    given : str
        Handed to `begin` when a process starts, over its own pipe.
    """
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    pool = ProcessPool(
        count,
        initializer=begin,
        initargs=given,
        # not "fork": a forked OpenCV or OpenBLAS may hang
        context=multiprocessing.get_context("spawn"),
    )
    try:
        yield _LocalWorkers(pool, count)
    finally:
        pool.stop()
        pool.join()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

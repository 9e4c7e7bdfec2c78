"""Who works: processes on this machine, behind the interface of a cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Thread
from typing import Protocol

from vein_imaging.batch.code_version import code_version
from vein_imaging.batch.task import Outcome, Task, perform
from vein_imaging.words import translate as _

__all__ = [
    "Broken",
    "Workers",
    "WorkersLostError",
    "local_workers",
]

_ENVIRONMENT = {
    **dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
    ),
    # memory of one picture is kept for the next: 136 instead of 155 ms of CPU at 1080p
    **dict.fromkeys(("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_"), str(2**30)),
}
_AHEAD = 2
"""Tasks handed out for each worker: one in work, and the next is there at once."""

_MOST_RESTARTS = 100
"""Of all processes together. A picture that ends them costs three."""


class WorkersLostError(RuntimeError):
    """Nobody is left to work; what is done is kept, and a new start goes on."""


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
    """A pool that is made anew when a process of it ended."""

    def __init__(self, make_pool: Callable[[], ProcessPoolExecutor], room: int) -> None:
        self._make_pool = make_pool
        self._pool = make_pool()
        self._restarts = 0
        self.room = room

    def submit(self, task: Task) -> Future[Outcome]:
        try:
            return self._submit(task)
        except BrokenProcessPool:
            self._restarts += 1
            if self._restarts > _MOST_RESTARTS:
                raise WorkersLostError(
                    _("worker processes cannot be kept running")
                ) from None
            self.stop()
            self._pool = self._make_pool()
            return self._submit(task)

    def _submit(self, task: Task) -> Future[Outcome]:
        with _ctrl_c_later():  # the first task starts the processes
            return self._pool.submit(perform, task, code_version())

    def stop(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def explain(self, error: BaseException) -> Broken:
        if isinstance(error, BrokenProcessPool):
            return Broken(_("its process was ended; out of memory?"), again=True)
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

    def make_pool() -> ProcessPoolExecutor:
        # not "fork": a forked OpenCV or OpenBLAS may hang
        spawned = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(count, spawned, partial(_begin, begin, *given))

    before = {name: os.environ.get(name) for name in _ENVIRONMENT}
    os.environ.update(_ENVIRONMENT)
    workers = _LocalWorkers(make_pool, _AHEAD * count)
    try:
        yield workers
    finally:
        workers.stop()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _ctrl_c_later() -> Iterator[None]:
    """Hold Ctrl-C back here, and from whatever process is started meanwhile.

    Such a process inherits it: it would end with a traceback before `_begin`.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(begin: Callable[..., None] | None, *given: str) -> None:
    # Ctrl-C goes to every process of the terminal; the command ends the others
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    if begin is not None:
        begin(*given)


def _end_with_parent() -> None:
    """End when the command was killed: the pool itself would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)

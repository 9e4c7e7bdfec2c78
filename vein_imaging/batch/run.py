"""Tasks done once each, kept as they come, whoever works and whatever ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Literal

from vein_imaging.batch.results import ResultFolder
from vein_imaging.batch.task import NotStarted, Outcome, Task, UnfitWorkerError
from vein_imaging.batch.workers import Workers

__all__ = ["Finished", "run_batch"]

_TRIES_ALONE = 2
"""A task that ends its worker so often, with no other task out, is what ends it."""


@dataclass(frozen=True, slots=True)
class Finished:
    """One task that is settled.

    Parameters
    ----------
    task : Task or NotStarted
    how : "kept", "known" or "failed"
        Measured now; there from before; not measured.
    reason : str
        Why it failed.
    outcome : Outcome, optional
        What it cost, where a worker answered.
    """

    task: Task | NotStarted
    how: Literal["kept", "known", "failed"]
    reason: str = ""
    outcome: Outcome | None = None


def run_batch(
    tasks: Iterable[Task | NotStarted], workers: Workers, results: ResultFolder
) -> Iterator[Finished]:
    """Do the tasks whose results are not there yet; yield each as it is settled.

    Parameters
    ----------
    tasks : iterable of Task or NotStarted
        Taken as there is room, so that there may be any number of them.
    workers : Workers
    results : ResultFolder
        A result is kept, durably, before it is yielded.

    Raises
    ------
    WorkersLostError, UnfitWorkerError
        What was yielded is kept; a new start does the rest.
    OSError
        If a result cannot be written.
    """
    yield from _Run(workers, results).settle_all(iter(tasks))


class _Run:
    def __init__(self, workers: Workers, results: ResultFolder) -> None:
        self._workers = workers
        self._results = results
        self._done: SimpleQueue[Future[Outcome]] = SimpleQueue()
        self._out: dict[Future[Outcome], Task] = {}
        # tasks of one key: the first is out, the others wait for its result
        self._twins: dict[str, list[Task]] = {}
        # out when a worker ended: one of them may have ended it
        self._suspects: list[Task] = []
        self._ended_alone: Counter[str] = Counter()

    def settle_all(self, tasks: Iterator[Task | NotStarted]) -> Iterator[Finished]:
        for task in tasks:
            if isinstance(task, NotStarted):
                yield Finished(task, "failed", task.reason)
            elif self._results.holds(task.key):
                yield Finished(task, "known")
            elif task.key in self._twins:
                self._twins[task.key].append(task)
            else:
                self._twins[task.key] = []
                self._hand_out(task)
            while len(self._out) >= self._workers.room:
                yield from self._settle_next()
            if self._suspects:
                yield from self._settle_out()
        yield from self._settle_out()

    def _settle_out(self) -> Iterator[Finished]:
        """Settle all that is out, then each suspect alone."""
        while self._out:
            yield from self._settle_next()
        while self._suspects:
            self._hand_out(self._suspects.pop())
            yield from self._settle_next(alone=True)

    def _hand_out(self, task: Task) -> None:
        future = self._workers.submit(task)
        self._out[future] = task
        future.add_done_callback(self._done.put)

    def _settle_next(self, *, alone: bool = False) -> Iterator[Finished]:
        future = self._done.get()
        task = self._out.pop(future)
        gone = CancelledError() if future.cancelled() else future.exception()
        if gone is None:
            yield from self._settle(task, future.result())
            return
        broken = self._workers.explain(gone)
        self._ended_alone[task.key] += alone
        if broken.again and self._ended_alone[task.key] < _TRIES_ALONE:
            self._suspects.append(task)
        else:
            yield from self._settle(task, Outcome(error=broken.reason))

    def _settle(self, task: Task, outcome: Outcome) -> Iterator[Finished]:
        if outcome.refused:
            raise UnfitWorkerError(outcome.refused)
        twins = self._twins.pop(task.key)
        if outcome.error:
            for one in (task, *twins):
                yield Finished(one, "failed", outcome.error, outcome)
            return
        self._results.keep(task, outcome.figures)
        yield Finished(task, "kept", outcome=outcome)
        for twin in twins:
            yield Finished(twin, "known")

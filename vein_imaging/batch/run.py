"""Tasks done once each, kept as they come, whoever works and whatever ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Literal

from vein_imaging.batch.results import ResultFolder
from vein_imaging.batch.task import NotStarted, Outcome, Task
from vein_imaging.batch.workers import OtherVersionError, Workers
from vein_imaging.words import translate as _

__all__ = ["Finished", "run_batch"]

_MOST_TRIES = 3
"""A task whose worker ended so often is what ends it."""


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
    WorkersLostError, OtherVersionError
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
        self._out: dict[Future[Outcome], tuple[Task, int]] = {}
        # tasks of one key: the first is out, the others wait for its result
        self._twins: dict[str, list[Task]] = {}

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
                self._hand_out(task, tries=1)
            while len(self._out) >= self._workers.room:
                yield from self._settle_next()
        while self._out:
            yield from self._settle_next()

    def _hand_out(self, task: Task, tries: int) -> None:
        future = self._workers.submit(task)
        self._out[future] = task, tries
        future.add_done_callback(self._done.put)

    def _settle_next(self) -> Iterator[Finished]:
        future = self._done.get()
        task, tries = self._out.pop(future)
        gone = CancelledError() if future.cancelled() else future.exception()
        if gone is None:
            outcome = future.result()
        else:
            broken = self._workers.explain(gone)
            if broken.again and tries < _MOST_TRIES:
                self._hand_out(task, tries + 1)
                return
            outcome = Outcome(error=broken.reason)
        if outcome.refused:
            raise OtherVersionError(
                _(
                    "a worker of another version joined: {other}. Stop it, then run "
                    "again: what is measured is kept"
                ).format(other=outcome.refused)
            )
        twins = self._twins.pop(task.key)
        if outcome.error:
            for one in (task, *twins):
                yield Finished(one, "failed", outcome.error, outcome)
            return
        self._results.keep(task, outcome.figures)
        yield Finished(task, "kept", outcome=outcome)
        for twin in twins:
            yield Finished(twin, "known")

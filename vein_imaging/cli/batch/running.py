"""A batch as a command runs it: workers, progress, failures, and what is said."""

from __future__ import annotations

import functools
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from vein_imaging.batch import (
    Finished,
    NotStarted,
    ResultFolder,
    Settings,
    Task,
    UnfitWorkerError,
    Workers,
    WorkersLostError,
    cluster_workers,
    code_version,
    local_workers,
    open_results,
    run_batch,
)
from vein_imaging.cli.batch.tables import write_rows
from vein_imaging.cli.batch.worker import work_as
from vein_imaging.cli.store_access import StoreAccess, errors_in_one_line
from vein_imaging.treatment import AtWork, RecordError
from vein_imaging.treatment.reading_store import refuse_writers, store_id_of
from vein_imaging.words import plural
from vein_imaging.words import translate as _

__all__ = [
    "Engine",
    "Measured",
    "beside",
    "engine_options",
    "leave",
    "run_tasks",
    "tasks_of_store",
]

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
ListTasks = Callable[[AtWork, Sequence[str], str, Any], Iterator[Task]]


@dataclass(frozen=True, slots=True)
class Engine:
    """Where the work is done.

    Parameters
    ----------
    workers : int
        Processes on this machine.
    scheduler : str
        Address of a cluster, which works instead; empty: none.
    sign_in : tuple of str
        Folder, name and password for processes on this machine; empty: no store.
    """

    workers: int
    scheduler: str
    sign_in: tuple[str, ...] = ()

    def started(self) -> AbstractContextManager[Workers]:
        """Start the processes, or reach the cluster."""
        if not self.scheduler:
            return local_workers(
                self.workers, work_as if self.sign_in else None, *self.sign_in
            )
        parts = urlsplit(self.scheduler)
        if parts.scheme == "tcp" and parts.hostname not in _LOOPBACK:
            click.echo(
                _(
                    "note: whoever reaches {scheduler} can run any program there and "
                    "on its workers; between machines use tls://"
                ).format(scheduler=self.scheduler),
                err=True,
            )
        return cluster_workers(self.scheduler)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a batch came to.

    Parameters
    ----------
    finished : tuple of Finished
        In the order of the tasks, whoever was ready first.
    results : ResultFolder
    """

    finished: tuple[Finished, ...]
    results: ResultFolder

    def count(self, how: str) -> int:
        """How many are "kept", "known" or "failed"."""
        return sum(one.how == how for one in self.finished)

    def as_json(self) -> Mapping[str, Any]:
        """Counts, failures and where the results are."""
        return {
            "measured": self.count("kept"),
            "known": self.count("known"),
            "failed": [
                {**one.task.label, "reason": one.reason}
                for one in self.finished
                if one.how == "failed"
            ],
            "cpu_s": round(self.cpu_s, 3),
            "results": str(self.results.folder),
            "version": self.results.version,
        }

    @property
    def cpu_s(self) -> float:
        """CPU time of the workers, s."""
        return sum(one.outcome.cpu_s for one in self.finished if one.outcome)

    def say(self) -> None:
        """Say the counts, the cost and where the results are."""
        kept, known = self.count("kept"), self.count("known")
        failed = self.count("failed")
        line = _("{kept} measured, {known} known from before, {failed} failed").format(
            kept=kept, known=known, failed=failed
        )
        if kept:
            line += _("; {seconds:.2f} s of CPU each").format(seconds=self.cpu_s / kept)
        click.echo(line)
        click.echo(_("results are in {folder}").format(folder=self.results.folder))


class _StoppedError(click.ClickException):
    exit_code = 128 + signal.SIGINT


def _broken_off(
    error: BaseException, finished: Sequence[Finished]
) -> click.ClickException:
    """What is said of a batch that ended before its end."""
    kept = sum(one.how == "kept" for one in finished)
    stopped = isinstance(error, KeyboardInterrupt)
    told = _("stopped") if stopped else str(error)
    if kept or stopped:
        told = _("{error}. {kept} results were kept; run again to go on").format(
            error=told, kept=kept
        )
    return _StoppedError(told) if stopped else click.ClickException(told)


def run_tasks(
    tasks: Iterable[Task | NotStarted],
    total: int,
    out: Path,
    settings: Settings,
    engine: Engine,
) -> Measured:
    """Measure what is not measured yet, with a progress bar; name each failure.

    Parameters
    ----------
    tasks : iterable
    total : int
    out : Path
    settings : AnalysisSettings or CompareSettings
    engine : Engine

    Raises
    ------
    click.ClickException
        If nobody is left to work, a worker is of another version, or Ctrl-C was
        pressed.
    """
    order: dict[int, int] = {}

    def numbered() -> Iterator[Task | NotStarted]:
        for number, task in enumerate(tasks):
            order[id(task)] = number
            yield task

    finished: list[Finished] = []
    with errors_in_one_line():
        results = open_results(out, code_version(), settings, now=datetime.now(UTC))
        try:
            with (
                engine.started() as workers,
                click.progressbar(
                    length=total,
                    label=results.version,
                    file=sys.stderr,
                    hidden=not sys.stderr.isatty(),
                    show_pos=True,
                ) as bar,
            ):
                for one in run_batch(numbered(), workers, results):
                    finished.append(one)
                    bar.update(1)
                    if one.how == "failed":
                        _tell_failure(one)
        except (WorkersLostError, UnfitWorkerError, KeyboardInterrupt) as error:
            raise _broken_off(error, finished) from error
        finished.sort(key=lambda one: order[id(one.task)])
        failures = [
            {**one.task.label, "reason": one.reason}
            for one in finished
            if one.how == "failed"
        ]
        write_rows(results.folder / "failures.csv", failures)
    return Measured(tuple(finished), results)


def _tell_failure(one: Finished) -> None:
    click.echo(
        _("not measured: {what}: {reason}").format(
            what=", ".join(one.task.label.values()), reason=one.reason
        ),
        err=True,
    )


def tasks_of_store(
    access: StoreAccess | None,
    engine: Engine,
    whom: Sequence[str],
    settings: Settings,
    listing: ListTasks,
) -> tuple[list[Task], Engine]:
    """List what a store holds, signed in to read it; and let workers here sign in.

    Parameters
    ----------
    access : StoreAccess or None
    engine : Engine
    whom : sequence of str
    settings : AnalysisSettings or CompareSettings
    listing : callable
        Makes the tasks.

    Returns
    -------
    tasks, engine
    """
    if access is None:
        raise click.UsageError(
            _("--patients are those of a store: name it with --store")
        )
    password = access.given_password()
    with errors_in_one_line(), access.signed_in(password) as signed_in:
        refuse_writers(signed_in)
        try:
            store_id = store_id_of(access.folder)
            tasks = list(listing(AtWork(signed_in), whom, store_id, settings))
        except RecordError as error:
            raise click.ClickException(str(error)) from error
    sign_in = (str(access.folder.absolute()), access.user, password)
    return tasks, Engine(engine.workers, engine.scheduler, sign_in)


def engine_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --workers and --scheduler as one `engine`."""

    @functools.wraps(command)
    def with_engine(*args: Any, workers: int, scheduler: str, **kwargs: Any) -> Any:
        return command(*args, engine=Engine(workers, scheduler), **kwargs)

    for option in (
        click.option(
            "--scheduler",
            envvar="VEIN_IMAGING_SCHEDULER",
            default="",
            metavar="URL",
            help="Work on the dask cluster at this address, tcp://HOST:PORT or tls://.",
        ),
        click.option(
            "--workers",
            type=click.IntRange(min=1),
            default=os.cpu_count() or 1,
            help="Processes on this machine; as many as it has cores when left out.",
        ),
    ):
        with_engine = option(with_engine)
    return with_engine


def beside(access: StoreAccess, out: Path | None) -> Path:
    """Where results of a store lie: as asked, else beside the store, not in it."""
    folder = access.folder.absolute()
    return out or folder.with_name(f"{folder.name}-measured")


def leave(measured: Measured) -> None:
    """End with status 1 where something was not measured."""
    failed = measured.count("failed")
    if failed:
        raise click.ClickException(
            plural(
                "{failed} was not measured: see {file}",
                "{failed} were not measured: see {file}",
                failed,
            ).format(failed=failed, file=measured.results.folder / "failures.csv")
        )

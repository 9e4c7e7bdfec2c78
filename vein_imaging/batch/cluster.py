"""The same work on a dask.distributed cluster: extra `batch`."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from vein_imaging.batch.code_version import CodeVersion, code_version
from vein_imaging.batch.task import Outcome, Task, UnfitWorkerError, perform
from vein_imaging.batch.workers import (
    Broken,
    Workers,
    WorkersLostError,
)
from vein_imaging.words import translate as _

if TYPE_CHECKING:
    from distributed import Client
    from distributed.security import Security

__all__ = ["cluster_workers"]

_FIRST_WORKER_S = 60.0
"""A worker imports for some seconds before the scheduler knows it."""
_CONNECT_S = 20.0
"""A scheduler answers within seconds, on a busy machine too, or is not there."""
_AHEAD = 4
"""Tasks handed out for each thread of a worker, so that none waits for the command."""
_LEAST_ROOM = 64
"""At least so many: for workers that join when the batch has begun."""


class _ClusterWorkers:
    def __init__(self, client: Client, address: str) -> None:
        self._pool = client.get_executor(pure=False)
        self._address = address
        threads = sum(client.nthreads().values())
        self.room = max(_LEAST_ROOM, _AHEAD * threads)

    def submit(self, task: Task) -> Future[Outcome]:
        future: Future[Outcome] = self._pool.submit(perform, task, code_version())
        return future

    def explain(self, error: BaseException) -> Broken:
        from distributed.scheduler import KilledWorker

        if isinstance(error, CancelledError):
            raise WorkersLostError(
                _(
                    "the scheduler {address} is gone; start it and its workers again"
                ).format(address=self._address)
            ) from error
        if isinstance(error, KilledWorker):
            reason = _("it ended every worker that took it; out of memory?")
            return Broken(reason, again=False)
        return Broken(f"{type(error).__name__}: {error}", again=False)


@contextmanager
def cluster_workers(address: str) -> Iterator[Workers]:
    """Reach a cluster's scheduler, and compare the versions of its workers.

    Parameters
    ----------
    address : str
        Such as tcp://192.168.1.10:8786, or tls://...; certificates are dask's own
        configuration.

    Raises
    ------
    WorkersLostError
        If the extra is missing, the scheduler does not answer, or it has no worker.
    UnfitWorkerError
        If a worker runs another version.
    """
    try:
        from distributed import Client
        from distributed.security import Security
    except ImportError as error:
        raise WorkersLostError(
            _("a cluster needs the extra `batch`: pip install 'vein-imaging[batch]'")
        ) from error
    if address.startswith("tls:") and not _certificate(Security()):
        raise WorkersLostError(
            _(
                "{address} asks for a certificate, and dask's configuration on this "
                "machine names none: docs/how-to/run-a-batch.md, step 1"
            ).format(address=address)
        )
    try:
        client = Client(
            address, timeout=_CONNECT_S, set_as_default=False, name="vein-imaging"
        )
    except (OSError, ValueError) as error:
        raise WorkersLostError(
            _("no scheduler answers at {address}: {error}").format(
                address=address, error=error
            )
        ) from error
    try:
        try:
            client.wait_for_workers(1, timeout=_FIRST_WORKER_S)
        except TimeoutError as error:
            raise WorkersLostError(
                _(
                    "the scheduler {address} has no worker; start one with: dask worker"
                ).format(address=address)
            ) from error
        _refuse_other_versions(client.run(code_version, on_error="return"))
        yield _ClusterWorkers(client, address)
    finally:
        client.close(timeout=_CONNECT_S)


def _certificate(security: Security) -> object:
    return security.get_connection_args("client").get("ssl_context")


def _refuse_other_versions(found: dict[str, Any]) -> None:
    """Raise unless every worker answered with the version of this command."""
    told = []
    for worker, answer in sorted(found.items()):
        if not isinstance(answer, CodeVersion):
            told.append(f"{worker}: {answer}")
        elif other := code_version().unlike(answer):
            told.append(f"{worker}: {other}")
    if told:
        raise UnfitWorkerError(
            _(
                "workers of another version are refused: {told}. Install the version "
                "of this command on them, or stop them"
            ).format(told="; ".join(told))
        )

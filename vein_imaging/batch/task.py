"""One piece of work: pictures named by place and hash, never their pixels."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import cv2

from vein_devices.errors import DeviceError
from vein_imaging.batch.code_version import CodeVersion, code_version
from vein_imaging.comparison import CompareSettings
from vein_imaging.pipeline import AnalysisSettings
from vein_imaging.words import translate as _

__all__ = [
    "Figures",
    "NotStarted",
    "Outcome",
    "Settings",
    "Task",
    "UnfitWorkerError",
    "digest",
    "kind_of",
    "perform",
]

_SAYS_WHY = DeviceError, OSError, RuntimeError, TypeError, ValueError
"""Their texts are sentences; of any other error the kind is told too."""

Figures = dict[str, Any]
"""What was measured: JSON values, nan left out."""
Settings = AnalysisSettings | CompareSettings


class UnfitWorkerError(RuntimeError):
    """A worker can do no task: another version, no way to sign in, no pictures.

    It ends the batch: such a worker would be the quickest to take the next task.
    """


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is told.

    Parameters
    ----------
    work : callable
        A function of a module, of this task: it is sent by its name.
    label : mapping
        For people: which picture or pair, as the first columns of a table.
    place : tuple of str
        Where the worker finds the pictures: paths, or the ids of a store. Not part of
        the key: a picture that was moved is the same picture.
    inputs : tuple of str
        SHA-256 of each picture, in hex; the worker checks them.
    given : mapping
        What is known of the pictures beside their pixels: scale, calibration, days.
    settings : AnalysisSettings or CompareSettings
    """

    work: Callable[[Task], Figures]
    label: Mapping[str, str]
    place: tuple[str, ...]
    inputs: tuple[str, ...]
    given: Mapping[str, Any]
    settings: Settings

    @property
    def key(self) -> str:
        """Name of the result within one version and settings, 64 hex digits."""
        return digest({"inputs": self.inputs, "given": dict(self.given)})

    @property
    def kind(self) -> str:
        """What is done: "analyse" or "compare"."""
        return kind_of(self.settings)


@dataclass(frozen=True, slots=True)
class NotStarted:
    """A picture that could not even be named by its hash.

    Parameters
    ----------
    label : mapping
        As a task's.
    reason : str
    """

    label: Mapping[str, str]
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a task.

    Parameters
    ----------
    figures : str
        JSON; empty where it failed.
    error : str
        Why there are no figures.
    refused : str
        Why this worker can do no task at all; it names the worker.
    cpu_s : s
        CPU time of the worker's thread.
    """

    figures: str = ""
    error: str = ""
    refused: str = ""
    cpu_s: float = 0.0


def perform(task: Task, wanted: CodeVersion) -> Outcome:
    """Do a task, in a worker.

    Parameters
    ----------
    task : Task
    wanted : CodeVersion
        Of the command; a worker of another one measures nothing.
    """
    if other := wanted.unlike(code_version()):
        return _refusal(_("it is of another version: {other}").format(other=other))
    cv2.setNumThreads(1)  # one core each: there are as many workers as cores
    # what a damaged file makes OpenCV print: the reason is told with its name
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    begun = time.thread_time()
    figures = error = ""
    try:
        figures = json.dumps(task.work(task), sort_keys=True, allow_nan=False)
    except UnfitWorkerError as unfit:
        return _refusal(str(unfit))
    except MemoryError:
        error = _("out of memory")
    except Exception as failed:  # noqa: BLE001 (one picture must not stop the others)
        error = f"{failed}" or type(failed).__name__
        if not isinstance(failed, _SAYS_WHY):
            error = f"{type(failed).__name__}: {error}"
    return Outcome(figures, error, cpu_s=time.thread_time() - begun)


def _refusal(why: str) -> Outcome:
    worker = f"{socket.gethostname()}/{os.getpid()}"
    return Outcome(
        refused=_("worker {worker} is refused: {why}").format(worker=worker, why=why)
    )


def kind_of(settings: Settings) -> str:
    """What settings are for: "analyse" or "compare"."""
    return "compare" if isinstance(settings, CompareSettings) else "analyse"


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256 of a JSON document, in hex."""
    text = json.dumps(document, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()

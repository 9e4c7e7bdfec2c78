"""What a worker does with pictures of a store: its own sign-in, nobody's key."""

from __future__ import annotations

import os
from collections.abc import Sequence
from multiprocessing.util import Finalize
from pathlib import Path
from threading import Lock

from vein_imaging.batch import Figures, Task, pair_figures, picture_figures
from vein_imaging.cli.profiles import kept_profile
from vein_imaging.comparison import CompareSettings
from vein_imaging.pipeline import AnalysisSettings
from vein_imaging.pipeline.calibrated import calibrated_settings
from vein_imaging.treatment.photographs import Pixels
from vein_imaging.treatment.reading_store import ReadingStore
from vein_imaging.words import translate as _

__all__ = ["compare_stored", "measure_stored", "work_as"]

STORE, USER, PASSWORD = (
    "VEIN_IMAGING_STORE",
    "VEIN_IMAGING_USER",
    "VEIN_IMAGING_PASSWORD",
)
_WHERE_TO_SIGN_IN: dict[str, str] = {}
_STORES: dict[str, ReadingStore] = {}
_ONE_AT_A_TIME = Lock()


def work_as(folder: str, name: str, password: str) -> None:
    """Say who this process signs in as; another machine's says it by its environment.

    Parameters
    ----------
    folder, name, password : str
    """
    _WHERE_TO_SIGN_IN.update({STORE: folder, USER: name, PASSWORD: password})


def measure_stored(task: Task) -> Figures:
    """Analyse a photograph of a store.

    Parameters
    ----------
    task : Task

    Raises
    ------
    RecordError, ValueError
        If it cannot be read here.
    """
    assert isinstance(task.settings, AnalysisSettings)
    checksum = task.given["calibration"]
    profile = None if checksum is None else kept_profile(checksum)
    (picture,) = _pictures(task, [checksum])
    return picture_figures(
        picture,
        mm_per_pixel=task.given["mm_per_pixel"],
        profile=None,
        settings=calibrated_settings(task.settings, profile),
    )


def compare_stored(task: Task) -> Figures:
    """Compare two photographs of a patient, as at the desk.

    Parameters
    ----------
    task : Task

    Raises
    ------
    RecordError, ValueError
        If they cannot be read here.
    """
    assert isinstance(task.settings, CompareSettings)
    before, after = _pictures(task, task.given["calibration"])
    return pair_figures(
        (before, after),
        mm_per_pixel=task.given["mm_per_pixel"],
        days_between=task.given["days_between"],
        settings=task.settings,
    )


def _pictures(task: Task, checksums: Sequence[str | None]) -> list[Pixels]:
    store_id, session_id = task.place
    with _ONE_AT_A_TIME:
        store = _store(store_id)
        taken = [store.picture(session_id, image_id) for image_id in task.inputs]
    return [
        picture if checksum is None else _corrected(picture, checksum)
        for picture, checksum in zip(taken, checksums, strict=True)
    ]


def _corrected(picture: Pixels, checksum: str) -> Pixels:
    profile = kept_profile(checksum)
    if profile is None:
        raise ValueError(
            _(
                "calibration {checksum}... is not on this machine: share the folder "
                "that VEIN_IMAGING_CALIBRATION names"
            ).format(checksum=checksum[:12])
        )
    return profile.correct(picture)


def _store(store_id: str) -> ReadingStore:
    if store_id not in _STORES:
        told = {**os.environ, **_WHERE_TO_SIGN_IN}
        missing = [name for name in (STORE, USER, PASSWORD) if not told.get(name)]
        if missing:
            raise ValueError(
                _(
                    "this worker does not know how to sign in: start it with {missing} "
                    "in its environment"
                ).format(missing=", ".join(missing))
            )
        store = ReadingStore(Path(told[STORE]), told[USER], told[PASSWORD])
        if store.store_id != store_id:
            raise ValueError(
                _("{variable} of this worker is another store").format(variable=STORE)
            )
        Finalize(store, store.close, exitpriority=0)  # as the process ends
        _STORES[store_id] = store
    return _STORES[store_id]

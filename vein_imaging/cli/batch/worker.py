"""What a worker does with pictures of a store: its own sign-in, nobody's key."""

from __future__ import annotations

import os
from collections.abc import Sequence
from multiprocessing.util import Finalize
from pathlib import Path
from threading import Lock, Timer

from vein_calibration.profile import Profile
from vein_imaging.batch import (
    Figures,
    Task,
    UnfitWorkerError,
    pair_figures,
    picture_figures,
)
from vein_imaging.capture.camera_profiles import kept_profile
from vein_imaging.comparison import CompareSettings
from vein_imaging.pipeline import AnalysisSettings
from vein_imaging.pipeline.calibrated import calibrated_settings
from vein_imaging.storage import StoreError
from vein_imaging.storage.people.signed_in import DEFAULT_IDLE_S
from vein_imaging.treatment import RecordError
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
_LATER: list[Timer] = []


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
    RecordError
        If it is missing or damaged.
    UnfitWorkerError
        If this process cannot read the store.
    """
    assert isinstance(task.settings, AnalysisSettings)
    checksum = task.given["calibration"]
    (picture,) = _pictures(task, [checksum])
    profile = None if checksum is None else _profile(checksum)
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
    RecordError
        If one is missing or damaged.
    UnfitWorkerError
        If this process cannot read the store.
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
    profiles = [None if one is None else _profile(one) for one in checksums]
    with _ONE_AT_A_TIME:
        store = _store(store_id)
        taken = [store.picture(session_id, image_id) for image_id in task.inputs]
        _sign_out_later(store)
    return [
        picture if profile is None else profile.correct(picture)
        for picture, profile in zip(taken, profiles, strict=True)
    ]


def _profile(checksum: str) -> Profile:
    profile = kept_profile(checksum)
    if profile is None:
        raise UnfitWorkerError(
            _(
                "it does not have calibration {checksum}...: share the folder that "
                "VEIN_IMAGING_CALIBRATION names"
            ).format(checksum=checksum[:12])
        )
    return profile


def _store(store_id: str) -> ReadingStore:
    """Give this process's own way to the store, signed in."""
    told = {**os.environ, **_WHERE_TO_SIGN_IN}
    missing = [name for name in (STORE, USER, PASSWORD) if not told.get(name)]
    if missing:
        raise UnfitWorkerError(
            _("it cannot sign in: start it with {missing} in its environment").format(
                missing=", ".join(missing)
            )
        )
    try:
        if store_id not in _STORES:
            store = ReadingStore(Path(told[STORE]), told[USER], told[PASSWORD])
            if store.store_id != store_id:
                raise UnfitWorkerError(
                    _("{folder} is another store").format(folder=told[STORE])
                )
            Finalize(store, store.close, exitpriority=0)  # as the process ends
            _STORES[store_id] = store
        _STORES[store_id].open()
    except (RecordError, StoreError) as error:
        raise UnfitWorkerError(str(error)) from error
    return _STORES[store_id]


def _sign_out_later(store: ReadingStore) -> None:
    """Let an idle worker forget the key, as a desk does that was left alone."""
    while _LATER:
        _LATER.pop().cancel()
    _LATER.append(Timer(DEFAULT_IDLE_S, _sign_out, [store]))
    _LATER[0].daemon = True
    _LATER[0].start()


def _sign_out(store: ReadingStore) -> None:
    with _ONE_AT_A_TIME:
        store.close("left alone")

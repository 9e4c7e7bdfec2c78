"""What is to be measured again of a store: photographs, or pairs of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vein_imaging.batch import Task
from vein_imaging.capture.camera_profiles import kept_profile
from vein_imaging.cli.batch.worker import compare_stored, measure_stored
from vein_imaging.comparison import CompareSettings
from vein_imaging.pipeline import AnalysisSettings
from vein_imaging.treatment import AtWork
from vein_imaging.treatment.pairs import pairs_over_time
from vein_imaging.treatment.photographs import Photo, Photographs

__all__ = ["EVERYONE", "pair_tasks", "photograph_tasks"]

EVERYONE = "all"
"""Stands for every patient."""


def photograph_tasks(
    work: AtWork, whom: Sequence[str], store_id: str, settings: AnalysisSettings
) -> Iterator[Task]:
    """One task for each photograph.

    Parameters
    ----------
    work : AtWork
    whom : sequence of str
        Patients' ids, or "all".
    store_id : str
    settings : AnalysisSettings
    """
    for patient_id, photographs in _photographs(work, whom):
        for photo in photographs.all():
            yield Task(
                measure_stored,
                {
                    "patient_id": patient_id,
                    "day": photo.day.isoformat(),
                    "view": photo.how.view,
                    "image_id": photo.image_id,
                },
                (store_id, photographs.session_id),
                (photo.image_id,),
                {
                    "mm_per_pixel": photo.mm_per_pixel,
                    "calibration": _calibration(photo),
                },
                settings,
            )


def pair_tasks(
    work: AtWork, whom: Sequence[str], store_id: str, settings: CompareSettings
) -> Iterator[Task]:
    """One task for each pair of photographs, as `pairs_over_time` chooses them.

    Parameters
    ----------
    work : AtWork
    whom : sequence of str
        Patients' ids, or "all".
    store_id : str
    settings : CompareSettings
    """
    for patient_id, photographs in _photographs(work, whom):
        for before, after in pairs_over_time(photographs.all()):
            scales = [before.mm_per_pixel, after.mm_per_pixel]
            yield Task(
                compare_stored,
                {
                    "patient_id": patient_id,
                    "view": before.how.view,
                    "before_day": before.day.isoformat(),
                    "after_day": after.day.isoformat(),
                    "before_id": before.image_id,
                    "after_id": after.image_id,
                },
                (store_id, photographs.session_id),
                (before.image_id, after.image_id),
                {
                    "mm_per_pixel": None if None in scales else scales,
                    "calibration": [_calibration(before), _calibration(after)],
                    "days_between": photographs.days(before, after).passed,
                },
                settings,
            )


def _photographs(
    work: AtWork, whom: Sequence[str]
) -> Iterator[tuple[str, Photographs]]:
    ids = [work.patient(one).patient_id for one in whom if one != EVERYONE]
    if EVERYONE in whom:
        ids = [one.patient_id for one in work.find_patients()]
    for patient_id in dict.fromkeys(ids):
        photographs = work.photographs(patient_id)
        if photographs is not None:
            yield patient_id, photographs


def _calibration(photo: Photo) -> str | None:
    """Checksum of its profile where this computer has it, as at the desk."""
    checksum = photo.calibration
    if checksum is None or kept_profile(checksum) is None:
        return None
    return checksum

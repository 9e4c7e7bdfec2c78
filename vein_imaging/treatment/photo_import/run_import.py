"""The import itself: pictures first, then every entry in one transaction."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable

from vein_imaging.domain.limits import load_limits
from vein_imaging.domain.session import Annotated, Event, Opened, Photographed
from vein_imaging.report import encode_png
from vein_imaging.storage.people.importing import SessionToWrite
from vein_imaging.treatment.at_work import AtWork
from vein_imaging.treatment.photo_import.planning import (
    ImportPlan,
    PlannedPhoto,
    ReadPixels,
    sessions_of,
)
from vein_imaging.words import translate as _

__all__ = ["ImportChangedError", "ImportProblemsError", "run_import"]

_ENTRIES = uuid.UUID("b3b8c9fd-6b0c-5c07-8f0e-0b7a42f3c6a9")  # of ids from pictures


class ImportProblemsError(ValueError):
    """The plan has problems; nothing was imported."""


class ImportChangedError(ValueError):
    """A file is not what it was when the plan was made; nothing was imported."""


def run_import(
    work: AtWork,
    plan: ImportPlan,
    read_pixels: ReadPixels,
    *,
    stored: Callable[[int], None] = lambda count: None,
) -> int:
    """Do what a plan says: all of it, or nothing, even when the program is killed.

    Parameters
    ----------
    work : AtWork
    plan : ImportPlan
    read_pixels : callable
        As for the plan.
    stored : callable
        Told after each picture how many are stored; none counts before the end.

    Returns
    -------
    int
        How many photographs were imported.

    Raises
    ------
    ImportProblemsError, ImportChangedError
    StoreError, NotAllowedError
        With nothing imported. Pictures without an entry that names them are no part of
        the record; trying again uses them.
    """
    if plan.problems or not plan.photos:
        raise ImportProblemsError(
            _("nothing was imported: {count} rows have a problem").format(
                count=len({one.line for one in plan.problems})
            )
            if plan.problems
            else _("nothing was imported: the list names no picture")
        )
    for count, photo in enumerate(plan.photos, start=1):
        _keep(work, plan, photo, read_pixels)
        stored(count)
    sessions = [_session(work, plan, photos) for photos in sessions_of(plan).values()]
    facts = {"listing_sha256": plan.listing_sha256, "photographs": len(plan.photos)}
    work.write_sessions(sessions, facts)
    return len(plan.photos)


def _keep(
    work: AtWork, plan: ImportPlan, photo: PlannedPhoto, read_pixels: ReadPixels
) -> None:
    png = encode_png(read_pixels(plan.folder / photo.listed.file))
    if hashlib.sha256(png).hexdigest() != photo.image_id:
        raise ImportChangedError(
            _(
                "line {line}: {file} was changed since it was looked at: nothing was"
                " imported; try again"
            ).format(line=photo.listed.line, file=photo.listed.file)
        )
    work.put_patient_image(photo.patient_id, png)


def _session(
    work: AtWork, plan: ImportPlan, photos: tuple[PlannedPhoto, ...]
) -> SessionToWrite:
    first = photos[0]
    events: list[Event] = [_photographed(photo) for photo in photos]
    lines = [f"{photo.listed.file}: SHA-256 {photo.file_sha256}" for photo in photos]
    note = f"Imported from a list (SHA-256 {plan.listing_sha256}). The files were:"
    without_time = any(photo.listed.clock is None for photo in photos)
    if without_time:
        lines.append("Where the list gave no time, noon is written.")
    entry_id = uuid.uuid5(_ENTRIES, f"{first.session_id} {plan.listing_sha256}").hex
    events.append(Annotated(entry_id=entry_id, text="\n".join([note, *lines])))
    opened = _opened(work, first) if first.new_session else None
    return SessionToWrite(first.session_id, first.patient_id, opened, tuple(events))


def _photographed(photo: PlannedPhoto) -> Photographed:
    row, scale = photo.listed, photo.listed.mm_per_pixel
    return Photographed(
        entry_id=uuid.uuid5(_ENTRIES, f"{photo.session_id} {photo.image_id}").hex,
        image_id=photo.image_id,
        at=photo.at,
        light=row.light,  # type: ignore[arg-type]  # checked with the row
        pose=row.pose,  # type: ignore[arg-type]
        view=row.view,
        when=row.when,
        mm_per_pixel=None if scale is None else f"{scale:.6f}".rstrip("0"),
        shows="recording",
    )


def _opened(work: AtWork, first: PlannedPhoto) -> Opened:
    clinic = work.clinic
    return Opened(
        entry_id=uuid.uuid5(_ENTRIES, f"{first.session_id} opened").hex,
        started=first.at,
        patient_id=first.patient_id,
        region=clinic.region,
        timezone=clinic.timezone,
        limits_version=load_limits(clinic.region, clinic.limits or None).version,
    )

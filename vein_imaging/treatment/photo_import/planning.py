"""What an import would do, row by row, and what stands against it; nothing written."""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePosixPath, PureWindowsPath
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from vein_imaging.domain.moments import local_date, zone_from_text
from vein_imaging.report import encode_png
from vein_imaging.report.calendar_file import local_moment
from vein_imaging.storage import PatientRecord
from vein_imaging.treatment.at_work import AtWork
from vein_imaging.treatment.photo_import.listing import ListedPhoto, read_listing
from vein_imaging.treatment.visit import Visit
from vein_imaging.words import translate as _

__all__ = ["ImportPlan", "PlannedPhoto", "RowProblem", "plan_import"]

Pixels = NDArray[np.uint8]
ReadPixels = Callable[[Path], Pixels]
_SESSIONS = uuid.UUID("7a1d6a3e-2f86-5f0b-9a55-9a0c53c3f7d4")  # of ids made from days


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row cannot be imported.

    Parameters
    ----------
    line : int
        Of the list; 0 where it concerns the whole.
    file, problem : str
    """

    line: int
    file: str
    problem: str


@dataclass(frozen=True, slots=True)
class PlannedPhoto:
    """A row that can be imported.

    Parameters
    ----------
    listed : ListedPhoto
    patient_id, patient_name : str
    at : datetime
        On the clinic's clock.
    session_id : str
    new_session : bool
    image_id : str
        SHA-256 of the picture as the store keeps it.
    file_sha256 : str
        Of the file.
    size_px : (height, width)
    """

    listed: ListedPhoto
    patient_id: str
    patient_name: str
    at: datetime
    session_id: str
    new_session: bool
    image_id: str
    file_sha256: str
    size_px: tuple[int, int]


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do.

    Parameters
    ----------
    folder : Path
    listing_sha256 : str
    photos : tuple of PlannedPhoto
    problems : tuple of RowProblem
        With one, nothing is imported.
    unlisted : tuple of str
        Files of the folder that no row names: left where they are.
    """

    folder: Path
    listing_sha256: str
    photos: tuple[PlannedPhoto, ...]
    problems: tuple[RowProblem, ...]
    unlisted: tuple[str, ...]


def plan_import(
    work: AtWork,
    folder: Path,
    listing: bytes,
    read_pixels: ReadPixels,
    *,
    other_sizes: bool = False,
) -> ImportPlan:
    """Read the list and every picture, and say what would be done with each row.

    Parameters
    ----------
    work : AtWork
    folder : Path
    listing : bytes
        CSV; see `read_listing`.
    read_pixels : callable
        From a file to (H, W) or (H, W, 3) uint8 RGB; raises an exception that says why
        it cannot.
    other_sizes : bool
        Whether pictures of one view may have different sizes.

    Raises
    ------
    ValueError
        If the list cannot be read at all.
    NoClinicError, NotAllowedError
    """
    zone = zone_from_text(work.clinic.timezone)
    rows = read_listing(listing)
    patients = _Patients(work)
    found: list[PlannedPhoto] = []
    problems: list[RowProblem] = []
    for row in rows:
        done = _planned(row, folder, patients, zone, read_pixels, work)
        if isinstance(done, PlannedPhoto):
            found.append(done)
        else:
            problems += [RowProblem(row.line, row.file, one) for one in done]
    problems += _doubles(rows, found)
    if not other_sizes:
        problems += _sizes(found)
    listed = {PurePosixPath(row.file).as_posix() for row in rows}
    there = (each for each in sorted(folder.rglob("*")) if each.is_file())
    names = (each.relative_to(folder).as_posix() for each in there)
    return ImportPlan(
        folder,
        hashlib.sha256(listing).hexdigest(),
        tuple(found),
        tuple(sorted(problems, key=lambda one: one.line)),
        tuple(name for name in names if name not in listed),
    )


class _Patients:
    """The clinic's patients, each one's record read once."""

    def __init__(self, work: AtWork) -> None:
        self._work = work
        self._known = work.find_patients()
        self._visits: dict[str, Visit | None] = {}
        self.today = work.today

    def find(self, named: str) -> PatientRecord | str:
        """The patient of a number or id, or why there is none."""
        fits = [
            one
            for one in self._known
            if named == one.patient_id or named.casefold() == one.number.casefold()
        ]
        if len(fits) == 1:
            return fits[0]
        if fits:
            return _("patient: {count} patients have the number {named}").format(
                count=len(fits), named=named
            )
        return _(
            "patient: nobody has the number {named}: add the patient first"
        ).format(named=named)

    def visit(self, patient_id: str) -> Visit | None:
        """The patient's last session, for all that is in the record; None without."""
        if patient_id not in self._visits:
            heads = self._work.sessions(patient_id)
            last = self._work.reopen(heads[-1].session_id) if heads else None
            self._visits[patient_id] = last
        return self._visits[patient_id]


def _planned(
    row: ListedPhoto,
    folder: Path,
    patients: _Patients,
    zone: ZoneInfo,
    read_pixels: ReadPixels,
    work: AtWork,
) -> PlannedPhoto | list[str]:
    wrong = list(row.problems)
    patient = patients.find(row.patient) if row.patient else ""
    if isinstance(patient, str) and patient:
        wrong.append(patient)
    at = None
    if row.day is not None:
        born = patient.born if isinstance(patient, PatientRecord) else ""
        wrong += _wrong_days(row.day, born, patients.today)
        try:
            at = local_moment(row.day, row.at.time(), zone)
        except ValueError as error:
            wrong.append(f"taken: {error}")
    read = _read(row.file, folder, read_pixels) if row.file else ""
    if isinstance(read, str) and read:
        wrong.append(read)
    if wrong or at is None or isinstance(patient, str) or isinstance(read, str):
        return wrong
    pixels, file_sha256 = read
    image_id = hashlib.sha256(encode_png(pixels)).hexdigest()
    session = _session_of(patients.visit(patient.patient_id), patient, at, image_id)
    if isinstance(session, str):
        return [session]
    return PlannedPhoto(
        row,
        patient.patient_id,
        patient.name,
        at,
        *session,
        image_id,
        file_sha256,
        (pixels.shape[0], pixels.shape[1]),
    )


def _wrong_days(day: date, born: str, today: date) -> Iterator[str]:
    if day > today:
        said = _("taken: {day} lies ahead of today, {today}")
        yield said.format(day=day, today=today)
    if born and day < date.fromisoformat(born):
        yield _("taken: {day} is before the patient's birth on {born}").format(
            day=day, born=born
        )


def _read(name: str, folder: Path, read_pixels: ReadPixels) -> tuple[Pixels, str] | str:
    """The pixels of a file in the folder and its SHA-256, or why there are none."""
    within = PurePosixPath(name)
    windows = PureWindowsPath(name)
    if within.is_absolute() or windows.is_absolute() or ".." in windows.parts:
        return _("file: {name!r} is not a name in the folder").format(name=name)
    path = folder / within
    if not path.is_file():
        return _("file: there is no {name!r} in the folder").format(name=name)
    if not path.resolve().is_relative_to(folder.resolve()):
        return _("file: {name!r} leads out of the folder").format(name=name)
    try:
        return read_pixels(path), hashlib.sha256(path.read_bytes()).hexdigest()
    except Exception as error:  # noqa: BLE001  # whatever a reader says of a bad file
        return _("file: {error}").format(error=error)


def _session_of(
    visit: Visit | None, patient: PatientRecord, at: datetime, image_id: str
) -> tuple[str, bool] | str:
    """The session of that day and whether it is new, or why there is none."""
    day = at.date()
    made = uuid.uuid5(_SESSIONS, f"{patient.patient_id} {day}").hex
    if visit is None:
        return made, True
    for one in visit.record.sessions.values():
        if any(taken.image_id == image_id for taken in one.photographs):
            return _("this picture is in the patient's record already")
    zone = visit.rules.zone
    of_day = {
        session_id: one.is_signed
        for session_id, one in visit.record.sessions.items()
        if one.started is not None and local_date(one.started, zone) == day
    }
    for session_id, is_signed in of_day.items():
        if not is_signed:
            return session_id, False
    if of_day:
        return _("the session of {day} is signed: nothing is added to it").format(
            day=day
        )
    return made, True


def _doubles(
    rows: Sequence[ListedPhoto], found: Sequence[PlannedPhoto]
) -> Iterator[RowProblem]:
    names = Counter(row.file for row in rows if row.file)
    for row in rows:
        if names[row.file] > 1:
            said = _("the file stands in {count} rows").format(count=names[row.file])
            yield RowProblem(row.line, row.file, said)
    first: dict[tuple[str, str], PlannedPhoto] = {}
    for photo in found:
        earlier = first.setdefault((photo.patient_id, photo.image_id), photo)
        if earlier is not photo and earlier.listed.file != photo.listed.file:
            said = _("the same picture as {file} in line {line}").format(
                file=earlier.listed.file, line=earlier.listed.line
            )
            yield RowProblem(photo.listed.line, photo.listed.file, said)


def _sizes(found: Sequence[PlannedPhoto]) -> Iterator[RowProblem]:
    """Rows whose picture has not the size of most others of the patient's view."""
    views: dict[tuple[str, str], list[PlannedPhoto]] = {}
    for photo in found:
        views.setdefault((photo.patient_id, photo.listed.view), []).append(photo)
    for same in views.values():
        usual, _count = Counter(one.size_px for one in same).most_common(1)[0]
        for photo in same:
            if photo.size_px != usual:
                height, width = photo.size_px
                said = _(
                    "{width} x {height} px, and most of this view have {usual_width} x"
                    " {usual_height}: another picture, or another camera"
                ).format(
                    width=width,
                    height=height,
                    usual_width=usual[1],
                    usual_height=usual[0],
                )
                yield RowProblem(photo.listed.line, photo.listed.file, said)


def sessions_of(plan: ImportPlan) -> Mapping[str, tuple[PlannedPhoto, ...]]:
    """The photographs by session, each in the order taken, then listed."""
    grouped: dict[str, list[PlannedPhoto]] = {}
    for photo in plan.photos:
        grouped.setdefault(photo.session_id, []).append(photo)
    return {
        key: tuple(sorted(photos, key=lambda one: (one.at, one.listed.line)))
        for key, photos in grouped.items()
    }

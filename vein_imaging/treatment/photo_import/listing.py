"""The list of photographs: a CSV file, read row by row, every mistake named."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal, get_args

from vein_imaging.domain.moments import date_from_text, require_year
from vein_imaging.domain.session import Light, Pose
from vein_imaging.words import translate as _

__all__ = ["COLUMNS", "ListedPhoto", "read_listing"]

COLUMNS = {
    "file": "Name of the picture in the folder",
    "patient": "The clinic's number, or the store's id",
    "taken": "Day (2025-11-03), or day and time on the clinic's clock"
    " (2025-11-03 10:20)",
    "light": ", ".join(get_args(Light)),
    "pose": ", ".join(get_args(Pose)),
    "view": "Leg and side: left lateral",
    "when": "before or after the injections; may be left out: before",
    "mm_per_pixel": "Scale on the skin; may be left out",
}
"""The columns, and what stands in them."""
_OPTIONAL = ("when", "mm_per_pixel")
_NOON = time(12)  # where only the day is known
_LARGEST_SCALE = 5.0  # mm/px: a leg would be 200 px long
_MOST_ROWS = 100_000  # a list, not a disk that was picked by mistake


@dataclass(frozen=True, slots=True)
class ListedPhoto:
    """One row.

    Parameters
    ----------
    line : int
        Of the file, from 1; the headings are line 1.
    file, patient, view : str
    day : date, optional
        None where it could not be read.
    clock : time, optional
        None where only the day is known.
    light, pose : str
    when : "before" or "after"
    mm_per_pixel : mm/px, optional
    problems : tuple of str
        What is wrong with the row by itself.
    """

    line: int
    file: str
    patient: str
    day: date | None
    clock: time | None
    light: str
    pose: str
    view: str
    when: Literal["before", "after"]
    mm_per_pixel: float | None
    problems: tuple[str, ...]

    @property
    def at(self) -> datetime:
        """On the clinic's wall clock; noon where no time is known."""
        if self.day is None:
            raise ValueError(f"line {self.line} has no day")
        return datetime.combine(self.day, self.clock or _NOON)


def read_listing(data: bytes) -> tuple[ListedPhoto, ...]:
    """Read the list.

    Parameters
    ----------
    data : bytes
        CSV in UTF-8, with headings, separated by commas, semicolons or tabs, as
        spreadsheet programs write it.

    Returns
    -------
    tuple of ListedPhoto
        Every row, those with mistakes too.

    Raises
    ------
    ValueError
        If it is no such file: nothing of it can be told by rows.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            _("the list is not UTF-8 ({error}): save it as CSV UTF-8").format(
                error=error
            )
        ) from None
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    names = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    reader.fieldnames = names
    _require_headings(names)
    rows = []
    try:
        for row in reader:
            if any(isinstance(cell, str) and cell.strip() for cell in row.values()):
                rows.append(_row(reader.line_num, row))
            if len(rows) > _MOST_ROWS:
                raise ValueError(
                    _("the list has more than {most} rows").format(most=_MOST_ROWS)
                )
    except csv.Error as error:
        raise ValueError(
            _("line {line} of the list is no CSV: {error}").format(
                line=reader.line_num, error=error
            )
        ) from None
    if not rows:
        raise ValueError(_("the list has headings and no row"))
    return tuple(rows)


def _require_headings(names: list[str]) -> None:
    missing = [one for one in COLUMNS if one not in names and one not in _OPTIONAL]
    unknown = [one for one in names if one not in COLUMNS]
    twice = {one for one in names if names.count(one) > 1}
    if missing or unknown or twice:
        raise ValueError(
            _(
                "headings of the list: got {got}; wanted {wanted}, each once"
                " ({optional} may be left out)"
            ).format(
                got=", ".join(names) or _("none"),
                wanted=", ".join(COLUMNS),
                optional=", ".join(_OPTIONAL),
            )
        )


def _row(line: int, row: dict[str, str]) -> ListedPhoto:
    cells = {name: " ".join((row.get(name) or "").split()) for name in COLUMNS}
    wrong = []
    if row.get(None):  # type: ignore[call-overload]  # csv puts what is too much there
        wrong.append(_("more cells than headings"))
    for name in ("file", "patient", "view"):
        if not cells[name]:
            wrong.append(_("{column}: got nothing").format(column=name))
    for name, known in (("light", get_args(Light)), ("pose", get_args(Pose))):
        if cells[name].lower() not in known:
            wrong.append(_wanted(name, cells[name], ", ".join(known)))
    when = cells["when"].lower() or "before"
    if when not in ("before", "after"):
        wrong.append(_wanted("when", when, "before, after"))
    day, clock = _moment(cells["taken"], wrong)
    return ListedPhoto(
        line,
        (row.get("file") or "").strip(),
        cells["patient"],
        day,
        clock,
        cells["light"].lower(),
        cells["pose"].lower(),
        cells["view"].lower(),
        "after" if when == "after" else "before",
        _scale(cells["mm_per_pixel"], wrong),
        tuple(wrong),
    )


def _wanted(column: str, got: str, wanted: str) -> str:
    return _("{column}: got {got!r}, wanted {wanted}").format(
        column=column, got=got, wanted=wanted
    )


def _moment(text: str, wrong: list[str]) -> tuple[date | None, time | None]:
    day_text, _blank, clock_text = text.replace("T", " ").partition(" ")
    clock = None
    try:
        day = date_from_text(day_text, "taken")
        require_year(day, "taken")
        if clock_text:
            clock = time.fromisoformat(clock_text)
            if clock.tzinfo is not None:
                raise ValueError(text)  # noqa: TRY301  # the same words for each fault
    except ValueError:
        wrong.append(_wanted("taken", text, COLUMNS["taken"]))
        return None, None
    return day, clock


def _scale(text: str, wrong: list[str]) -> float | None:
    if not text:
        return None
    try:
        scale = float(text.replace(",", "."))
    except ValueError:
        scale = math.nan
    if not 0 < scale <= _LARGEST_SCALE:
        wanted = _("more than 0, at most {most:g}").format(most=_LARGEST_SCALE)
        wrong.append(_wanted("mm_per_pixel", text, wanted))
        return None
    return scale

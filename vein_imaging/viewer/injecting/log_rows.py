"""A session as the viewer lists and marks it: text, colours, nothing computed twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from vein_imaging.domain.body_area import read_body_area
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.plain_text import plain_text
from vein_imaging.domain.quantity import EXACT, plain
from vein_imaging.domain.session import RecordedInjection, Session
from vein_imaging.viewer.canvas.picture_canvas import SiteMark
from vein_imaging.viewer.qt.plain_words import as_shown
from vein_imaging.words import plural
from vein_imaging.words import translate as _

__all__ = [
    "LogRow",
    "area_key",
    "by_area",
    "describe",
    "rows",
    "site_marks",
    "total_ml",
    "totals",
]

# Colour and shape say the same; both canvases can draw every shape. None of them is a
# colour of the vein classes.
_LOOKS = (
    ("#ff7ad9", "disc"),
    ("#7dff8a", "square"),
    ("#ffffff", "diamond"),
    ("#ff9d5c", "triangle_up"),
    ("#c9a6ff", "star"),
    ("#8fe3ff", "triangle_down"),
    ("#ffe26b", "cross"),
)


@dataclass(frozen=True, slots=True)
class LogRow:
    """One recorded injection as the table shows it; all text, nothing rounded.

    Parameters
    ----------
    entry_id : str
        The log's own name for it.
    number, time, what, volume_ml, remark : str
        Cells. The remark says "void: reason", or why a stop was overridden.
    voided : bool
        Drawn struck out; it no longer counts.
    area : str
        Of the body, as last corrected; empty where none was named.
    """

    entry_id: str
    number: str
    time: str
    what: str
    volume_ml: str
    remark: str
    voided: bool
    area: str = ""


def describe(injection: Injection, names: Mapping[str, str]) -> str:
    """Product, strength and form in one line."""
    name = as_shown(names.get(injection.product, injection.product))
    parts = [name, str(injection.concentration or ""), injection.form]
    if injection.foam_ratio is not None:
        parts.append(str(injection.foam_ratio))
    return " ".join(part for part in parts if part)


def rows(
    session: Session, names: Mapping[str, str], zone: ZoneInfo
) -> tuple[LogRow, ...]:
    """Every injection ever entered, the newest first, with the clinic's local time."""
    amended = {one.change.entry_id for one in session.amendments}
    listed = tuple(
        LogRow(
            entry_id=entry.entry_id,
            number=str(number),
            time=entry.injection.at.astimezone(zone).strftime("%H:%M"),
            what=describe(entry.injection, names),
            volume_ml=plain(entry.injection.volume.ml),
            remark=_remark(entry, names, amended),
            voided=entry.voided_by is not None,
            area=plain_text(entry.injection.site or ""),
        )
        for number, entry in enumerate(session.entries, start=1)
    )
    return listed[::-1]


def by_area(listed: Sequence[LogRow]) -> tuple[tuple[str, tuple[LogRow, ...]], ...]:
    """The rows of each area of the body together, the area of the newest row first."""
    areas: dict[str, list[LogRow]] = {}
    said: dict[str, str] = {}
    for row in listed:
        key = area_key(row.area)
        said.setdefault(key, row.area)
        areas.setdefault(key, []).append(row)
    return tuple((said[key], tuple(held)) for key, held in areas.items())


def area_key(area: str) -> str:
    """An area of the body as it is compared, however it was typed."""
    read = read_body_area(area)
    return " ".join(area.casefold().split()) if read is None else read.text


def _remark(
    entry: RecordedInjection, names: Mapping[str, str], amended: Collection[str]
) -> str:
    remarks = []
    if entry.entry_id in amended:
        remarks.append(_("added after signing"))
    if entry.flagged:
        remarks.append(
            _("given past a stop: {reason}").format(
                reason=entry.event.reason or _("no reason yet")
            )
        )
    if entry.corrections:
        last, was = entry.corrections[-1], entry.event.injection
        if len(entry.corrections) > 1:
            was = entry.corrections[-2].injection
        said = _("corrected, was {what} {ml} mL: {reason}")
        if last.entry_id in amended:
            said = _("corrected after signing, was {what} {ml} mL: {reason}")
        remarks.append(
            said.format(
                what=describe(was, names), ml=plain(was.volume.ml), reason=last.reason
            )
        )
    if entry.voided_by is not None:
        said = _("void: {reason}")
        if entry.voided_by.entry_id in amended:
            said = _("void, after signing: {reason}")
        remarks.append(said.format(reason=entry.voided_by.reason))
    return plain_text("; ".join(remarks))


def totals(session: Session, names: Mapping[str, str]) -> str:
    """How many sites and how many mL of each product and form, without voided ones."""
    sums: dict[str, Decimal] = {}
    for injection in session.injections:
        name = as_shown(names.get(injection.product, injection.product))
        key = name if injection.form == "liquid" else _("{name} foam").format(name=name)
        sums[key] = EXACT.add(sums.get(key, Decimal(0)), injection.volume.ml)
    count = len(session.injections)
    if not count:
        return _("Nothing recorded yet")
    given = ", ".join(
        _("{ml} mL {key}").format(ml=plain(ml), key=key) for key, ml in sums.items()
    )
    return plural("{count} site: {given}", "{count} sites: {given}", count).format(
        count=count, given=given
    )


def total_ml(session: Session) -> str:
    """All that was given in the session in mL, voided entries left out."""
    total = Decimal(0)
    for injection in session.injections:
        total = EXACT.add(total, injection.volume.ml)
    return plain(total)


def site_marks(
    session: Session, products: Sequence[str], on_screen: Collection[str]
) -> tuple[tuple[str, SiteMark], ...]:
    """Where the injections that still hold were given, of those on the screen only.

    Parameters
    ----------
    session : Session
    products : sequence of str
        Keys, in the order that gives each its colour and shape.
    on_screen : collection of str
        Entries of the area that the screen shows.

    Returns
    -------
    tuple of (entry_id, SiteMark)
        Each where it was marked, in the pixels of its own picture.
    """
    marks = []
    for count, entry in enumerate(session.entries, start=1):
        mark = entry.event.mark
        if entry.voided_by is not None or mark is None:
            continue
        if entry.entry_id not in on_screen:
            continue
        key = entry.injection.product
        at = products.index(key) if key in products else len(products)
        colour, symbol = _LOOKS[at % len(_LOOKS)]
        row, column = (float(number) for number in mark.points_rc[0])
        mark_of_it = SiteMark((row, column), str(count), colour, symbol)
        marks.append((entry.entry_id, mark_of_it))
    return tuple(marks)

"""A page of one session, to be printed: what was seen, given, found and agreed."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

from vein_imaging.comparison import compare
from vein_imaging.comparison.following.sites import follow_sites
from vein_imaging.comparison.following.skin import skin_changes
from vein_imaging.comparison.telling.picture import draw_comparison
from vein_imaging.domain.adverse_events import GRADES, adverse_event_kinds
from vein_imaging.domain.quantity import plain
from vein_imaging.domain.session import Photographed, RecordedInjection
from vein_imaging.report import (
    Figure,
    Notice,
    Report,
    Section,
    Table,
    Tone,
    encode_png,
    render_html,
)
from vein_imaging.treatment.comparison_page import site_tables
from vein_imaging.treatment.marked_sites import marked_sites
from vein_imaging.treatment.may_say import may_say
from vein_imaging.treatment.photographs import Photo, why_not_comparable
from vein_imaging.treatment.visit import Visit

__all__ = ["SessionPage", "session_page"]

_TONES: dict[str, Tone] = {"comparable": "note", "refused": "stop"}


@dataclass(frozen=True, slots=True)
class SessionPage:
    """A page, and what is on it.

    Parameters
    ----------
    page : str
        HTML, whole: its pictures are in it.
    injections, photographs : int
    comparison : str or None
        The verdict, where two photographs were compared.
    """

    page: str
    injections: int
    photographs: int
    comparison: str | None


def session_page(
    visit: Visit, *, checkpoint: str = "", compared: bool = True
) -> SessionPage:
    """Put the page of a session together, from the record alone.

    Parameters
    ----------
    visit : Visit
    checkpoint : str
        The store's newest hash, signed; printed at the end.
    compared : bool
        Whether a photograph of this session is compared with the newest fitting one of
        an earlier session, which takes seconds.
    """
    before_after, verdict = _before_after(visit) if compared else (None, None)
    sections = (
        _notices(visit),
        _screening(visit),
        _injections(visit),
        _photographs(visit),
        before_after,
        _outcome(visit),
        _ahead(visit),
    )
    person = visit.patient
    started = visit.head.started_at.astimezone(visit.rules.zone)
    report = Report(
        title=f"Session of {started:%d %B %Y}",
        subtitle=f"{person.name}, born {person.born or 'not known'},"
        f" {person.number or 'no number'}; begun {started:%H:%M} by"
        f" {visit.head.author}",
        sections=tuple(one for one in sections if one is not None),
        footer=(
            f"vein-imaging {version('vein-imaging')}",
            f"Limits {visit.rules.table.version}, region {visit.rules.table.region}",
            "It shows, measures, checks and records. It does not diagnose, and it"
            " promises no result.",
        ),
        checkpoint=checkpoint,
    )
    held = visit.session
    return SessionPage(
        render_html(report), len(held.injections), len(held.photographs), verdict
    )


def _notices(visit: Visit) -> Section | None:
    notices = [Notice("warn", warning) for warning in visit.warnings]
    notices += [Notice("warn", odd) for odd in visit.session.irregularities]
    notices += [
        Notice("stop", f"{one.injection.at:%H:%M}: given past a stop, no reason yet")
        for one in visit.session.reasons_due
    ]
    for one in visit.session.signatures:
        at = one.at.astimezone(visit.rules.zone)
        text = f"Signed by {one.signer} on {at:%d %B %Y, %H:%M}: {one.meaning}"
        notices.append(Notice("note", text))
    if not visit.session.signatures:
        notices.append(Notice("warn", "Not signed"))
    notices += [
        Notice("note", f"Amended after the signature: {one.reason}")
        for one in visit.session.amendments
    ]
    return Section("State of the record", notices=tuple(notices))


def _screening(visit: Visit) -> Section:
    known = visit.screening
    rows = [(one.asks, "yes") for one in known.confirmed]
    open_questions = len(known.open_questions)
    if open_questions:
        rows.append((f"{open_questions} questions not answered", ""))
    doppler = known.doppler
    rows += [
        (
            "Doppler",
            f"{doppler.result}, {doppler.done_on}" if doppler else "not done",
        ),
        (
            "CEAP, left and right",
            f"{known.ceap_left or '-'}, {known.ceap_right or '-'}",
        ),
        ("Consent to the treatment", "yes" if known.consent_treatment else "no"),
        (
            "Decision",
            {True: "suitable", False: "not suitable", None: "open"}[known.suitable]
            + (f": {known.reason}" if known.reason else ""),
        ),
    ]
    weighed = visit.log.weighed
    if weighed is not None:
        rows.append(("Weight", f"{weighed.weight}, {weighed.at:%d %b %Y}"))
    return Section("Screening", tables=(Table(("Question", "Answer"), tuple(rows)),))


def _injections(visit: Visit) -> Section:
    names, zone = visit.log.names, visit.rules.zone
    rows = []
    for number, entry in enumerate(visit.session.entries, start=1):
        given = entry.injection
        width = given.vein_diameter_mm
        rows.append(
            (
                str(number),
                f"{given.at.astimezone(zone):%H:%M}",
                given.site or "",
                f"{names.get(given.product, given.product)}"
                f" {given.concentration or ''} {given.form}",
                str(given.volume),
                "" if width is None else f"{plain(width)} mm",
                given.batch or "",
                _remark(entry),
            )
        )
    left = tuple(
        (
            f"{one.rule.replace('_', ' ')} ({one.scope})",
            names.get(one.product, one.product),
            f"{plain(one.used)} {one.unit}",
            f"{plain(one.maximum)} {one.unit}",
            f"{plain(one.remaining)} {one.unit}",
        )
        for one in visit.left()
    )
    columns = ("#", "Time", "Site", "Agent", "Volume", "Vein", "Batch", "Remarks")
    tables = [Table(columns, tuple(rows), numeric=frozenset({4, 5}))]
    if left:
        headings = ("Limit", "Agent", "Used", "Maximum", "Left")
        tables.append(Table(headings, left, numeric=frozenset({2, 3, 4})))
    return Section("What was injected", tables=tuple(tables))


def _remark(entry: RecordedInjection) -> str:
    said = [one.message for one in entry.event.findings if one.severity != "note"]
    if entry.event.reason:
        said.append(f"given all the same: {entry.event.reason}")
    said += [f"corrected: {one.reason}" for one in entry.corrections]
    if entry.voided_by is not None:
        said.append(f"VOID: {entry.voided_by.reason}")
    return "; ".join(said)


def _photographs(visit: Visit) -> Section | None:
    figures = [
        Figure(_caption(visit, one), encode_png(visit.record.picture(one.image_id)))
        for one in visit.session.photographs
    ]
    return Section("Photographs", figures=tuple(figures)) if figures else None


def _caption(visit: Visit, one: Photographed) -> str:
    at = one.at.astimezone(visit.rules.zone)
    parts = [f"{at:%d %b %Y, %H:%M}", one.view, one.light, one.pose]
    parts.append(f"{one.when} injecting")
    if one.shows != "camera":
        parts.append(f"A {one.shows.upper()}")
    return ", ".join(part for part in parts if part)


def _pair(visit: Visit) -> tuple[Photo, Photo] | None:
    """The newest photograph of this session and the oldest that fits it."""
    photos = visit.photographs.all()
    for after in (one for one in photos if one.of_this_session):
        fitting = [
            one
            for one in photos
            if not one.of_this_session and not why_not_comparable(one, after)
        ]
        if fitting:
            return fitting[-1], after
    return None


def _before_after(visit: Visit) -> tuple[Section | None, str | None]:
    pair = _pair(visit)
    if pair is None:
        return None, None
    before, after = pair
    pictures = visit.photographs.picture(before), visit.photographs.picture(after)
    scale = None
    if before.mm_per_pixel is not None and after.mm_per_pixel is not None:
        scale = before.mm_per_pixel, after.mm_per_pixel
    found = compare(*pictures, mm_per_pixel=scale)
    said = may_say(found, visit.photographs.days(before, after))
    sheet = draw_comparison(
        *pictures,
        found,
        before_date=before.day,
        after_date=after.day,
        why_no_figure=said.why_no_figure,
    )
    notices = [Notice(_TONES.get(said.verdict, "warn"), said.headline)]
    if said.figure:
        notices.append(Notice("note", said.figure))
    if said.all_veins:
        notices.append(Notice("note", said.all_veins))
    notices += [Notice("warn", reason) for reason in said.reasons]
    given = (one for held in visit.record.sessions.values() for one in held.entries)
    marks = marked_sites(given, before.image_id)
    passed = visit.photographs.days(before, after).passed
    sites = follow_sites(found, marks, days_between=passed)
    section = Section(
        f"Before ({before.day}) and after ({after.day})",
        notices=tuple(notices),
        tables=site_tables(sites, skin_changes(pictures[0], found, marks)),
        figures=(Figure(f"{before}; {after}", encode_png(sheet)),),
    )
    return section, said.verdict


def _outcome(visit: Visit) -> Section | None:
    kinds, held = adverse_event_kinds(), visit.session
    rows = [
        (
            f"{one.onset_on}",
            kinds[one.what].name,
            f"{GRADES[one.grade]}{': ' + one.text if one.text else ''}",
        )
        for one in held.adverse_events
    ]
    for score in held.scores:
        parts = [
            f"photograph {score.photograph} of 5" if score.photograph else "",
            f"satisfaction {score.satisfaction} of 5" if score.satisfaction else "",
            "" if score.assessable else "not yet assessable",
        ]
        said = ", ".join(part for part in parts if part)
        if score.cleared_percent is not None and score.assessable:
            said += f", {plain(score.cleared_percent)} % cleared by {score.scorer}"
        rows.append((f"{score.scored_on}", "Outcome score", said))
    rows += [("", "Note", one.text) for one in held.notes]
    if not rows:
        return None
    table = Table(("Day", "What", "How"), tuple(rows))
    return Section("Events, outcome, notes", tables=(table,))


def _ahead(visit: Visit) -> Section | None:
    if not visit.treated_on:
        return None
    care = tuple(
        (
            line.text,
            f"{line.from_on:%d %b %Y}",
            "no end" if line.until_on is None else f"{line.until_on:%d %b %Y}",
        )
        for line in visit.aftercare()
    )
    due = visit.next_appointment
    next_one = "All sessions of the plan are done."
    if due is not None:
        next_one = (
            f"Session {due.number} is planned on {due.planned_on:%d %B %Y}, not before"
            f" {due.earliest_on:%d %B %Y}."
        )
    table = Table(("What", "From", "Until and with"), care, note=next_one)
    return Section("What comes next", tables=(table,))

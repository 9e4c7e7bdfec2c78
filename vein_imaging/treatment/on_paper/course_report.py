"""A course, or one session of it, as a report."""

from __future__ import annotations

from decimal import Decimal

from vein_imaging.domain.adverse_events import GRADES, adverse_event_kinds
from vein_imaging.domain.quantity import plain
from vein_imaging.report import (
    BeforeAfter,
    Notice,
    Report,
    Section,
    Table,
    Tone,
)
from vein_imaging.treatment.comparison_page import site_tables
from vein_imaging.treatment.on_paper.course import (
    CourseChange,
    CourseRecord,
    CourseSession,
)
from vein_imaging.treatment.on_paper.session_sections import session_sections
from vein_imaging.words import marked
from vein_imaging.words import translate as _

__all__ = ["change_section", "course_report"]

_TONES: dict[str, Tone] = {"comparable": "note", "refused": "stop"}
_FACTS = {
    "name": marked("Name"),
    "born": marked("Born"),
    "number": marked("Number"),
    "sex": marked("Sex"),
    "phone": marked("Telephone"),
    "email": marked("E-mail"),
    "address": marked("Address"),
}


def course_report(course: CourseRecord) -> Report:
    """Lay a course out for reading: what was given and what came of it.

    Parameters
    ----------
    course : CourseRecord

    Returns
    -------
    Report
        The same course gives the same report.
    """
    one = course.sessions[0] if len(course.sessions) == 1 else None
    title = _("Course of {count} sessions").format(count=len(course.sessions))
    if one is not None:
        title = _("Session of {day}").format(day=f"{one.started:%d %B %Y}")
    person = course.patient
    subtitle = _("{name}, born {born}, number {number}").format(
        name=person.name or _("no name"),
        born=person.born or _("not known"),
        number=person.number or _("none"),
    )
    sections = [
        _patient(course),
        _course_table(course) if one is None else None,
        _change_table(course),
        *(change_section(change) for change in course.changes),
        *(part for each in course.sessions for part in session_sections(each)),
        _events(course),
        _ahead(course),
    ]
    return Report(
        title=title,
        subtitle=subtitle,
        sections=tuple(section for section in sections if section is not None),
        footer=(
            f"vein-imaging {course.software_version}",
            _("State of the record: {day}").format(day=f"{course.as_of:%d %B %Y}"),
            _("The record keeps every picture as the camera gave it; here they are"
              " made smaller."),
        ),
        checkpoint=course.checkpoint,
        as_of=course.as_of,
    )  # fmt: skip


def _patient(course: CourseRecord) -> Section:
    facts = course.patient.facts
    rows = [
        (_(words), str(facts[key]))
        for key, words in _FACTS.items()
        if facts.get(key)
    ]  # fmt: skip
    if not course.patient.born:
        rows.insert(1, (_("Born"), _("not known")))
    notices = tuple(Notice("stop", warning) for warning in course.warnings)
    tables = (
        Table((_("Patient"), ""), tuple(rows)),
        Table((_("Screening, as last entered"), ""), tuple(_screening(course))),
    )
    return Section(_("Patient and screening"), notices=notices, tables=tables)


def _screening(course: CourseRecord) -> list[tuple[str, str]]:
    known = course.screening
    rows = [(one.asks, _("YES")) for one in known.confirmed]
    if not known.answers:
        rows.append((_("Contraindications"), _("never asked")))
    elif known.open_questions:
        open_ones = str(len(known.open_questions))
        rows.append((_("Questions not answered"), open_ones))
    else:
        rows.append((_("All other contraindications asked about"), _("no")))
    doppler = known.doppler
    yes_no = {True: _("yes"), False: _("no")}
    decided = {True: _("suitable"), False: _("not suitable"), None: _("open")}
    rows += [
        (
            _("Doppler"),
            f"{doppler.result}, {doppler.done_on}" if doppler else _("not done"),
        ),
        (
            _("CEAP, left and right"),
            f"{known.ceap_left or '-'}, {known.ceap_right or '-'}",
        ),
        (_("Consent to the treatment"), yes_no[known.consent_treatment]),
        (_("Consent to photographs"), yes_no[known.consent_photographs]),
        (
            _("Decision"),
            ", ".join(
                part
                for part in (decided[known.suitable], known.reason, known.decided_by)
                if part
            ),
        ),
    ]
    if course.weighed is not None:
        weighed = course.weighed
        rows.append((_("Weight"), f"{weighed.weight}, {weighed.at:%d %b %Y}"))
    return rows


def _course_table(course: CourseRecord) -> Section:
    rows = tuple(_session_row(one) for one in course.sessions)
    columns = (
        "#", _("Day"), _("Injections"), _("Volume"), _("Products"), _("Pictures"),
        _("State"),
    )  # fmt: skip
    table = Table(columns, rows, numeric=frozenset({0, 2, 3, 5}))
    return Section(_("The sessions"), notices=_to_see(course), tables=(table,))


def _to_see(course: CourseRecord) -> tuple[Notice, ...]:
    """What must be seen before the rest, each with its sessions' numbers."""
    past = [one for one in course.sessions if _past_a_stop(one)]
    unsigned = [one for one in course.sessions if not one.session.is_signed]
    said: list[tuple[Tone, str, list[CourseSession]]] = [
        ("stop", _("Past a stop: session {numbers}"), past),
        ("warn", _("Not signed: session {numbers}"), unsigned),
    ]
    return tuple(
        Notice(tone, words.format(numbers=", ".join(str(one.number) for one in which)))
        for tone, words, which in said
        if which
    )


def _past_a_stop(one: CourseSession) -> bool:
    return any(found.severity == "stop" for found in one.checked.findings)


def _session_row(one: CourseSession) -> tuple[str, ...]:
    given = one.session.injections
    products = dict.fromkeys(one.table.name(each.product) for each in given)
    total = sum((each.volume.ml for each in given), Decimal(0))
    state = _("signed") if one.session.is_signed else _("NOT SIGNED")
    if _past_a_stop(one):
        state += ", " + _("past a stop")
    return (
        str(one.number),
        f"{one.started:%d %b %Y}",
        str(len(given)),
        f"{plain(total)} mL" if given else "",
        ", ".join(products),
        str(len(one.pictures)),
        state,
    )


# --- before and after ------------------------------------------------------------


def change_section(change: CourseChange) -> Section:
    """Lay two compared photographs out: what may be said, both, treated sites.

    Parameters
    ----------
    change : CourseChange
    """
    said = change.said
    notices = [Notice(_TONES.get(said.verdict, "warn"), said.headline)]
    if said.figure:
        notices.append(Notice("note", said.figure))
    if said.all_veins:
        notices.append(Notice("note", said.all_veins))
    notices += [Notice("warn", reason) for reason in said.reasons]
    before, after = f"{change.before.day:%d %b %Y}", f"{change.after.day:%d %b %Y}"
    caption = _("The later picture is laid over the earlier one.")
    if not change.laid_over:
        caption = _("Not laid over each other: the two do not fit together.")
    slider = BeforeAfter(
        change.before_picture,
        change.after_picture,
        _("Before: {day}").format(day=before),
        _("After: {day}").format(day=after),
        f"{change.after}. {caption}",
        change.drawn,
        change.laid_over,
    )
    title = _("Before and after, {view}: {before} and {after}").format(
        view=change.before.how.area or _("no view named"), before=before, after=after
    )
    tables = site_tables(change.sites, change.skin)
    return Section(title, notices=tuple(notices), sliders=(slider,), tables=tables)


def _change_table(course: CourseRecord) -> Section | None:
    if not course.changes:
        return None
    rows = tuple(_change_row(change) for change in course.changes)
    columns = (
        _("View"), _("Before"), _("After"), _("Cleared, % (95 % interval)"),
        _("Repeat error, points"), _("Cleared of judged, mm"), _("New, mm"),
        _("Verdict"),
    )  # fmt: skip
    note = _(
        "The repeat error is what the same measure shows where nothing changed. A"
        " figure stands only where one may be quoted."
    )
    table = Table(columns, rows, note=note, numeric=frozenset({3, 4, 5, 6}))
    return Section(_("What changed"), tables=(table,))


def _change_row(change: CourseChange) -> tuple[str, ...]:
    cleared, error, lengths, new = ("-",) * 4
    if change.cleared_percent is not None:
        cleared = (
            f"{change.cleared_percent:.0f} ({change.lowest_percent:.0f} \N{EN DASH}"
            f" {change.highest_percent:.0f})"
        )
        error = f"±{change.repeat_error_percent:.0f}"
    if change.cleared_mm is not None:
        lengths = f"{change.cleared_mm:.0f} / {change.judged_mm:.0f}"
        new = f"{change.new_mm:.0f}"
    return (
        change.before.how.area,
        f"{change.before.day:%d %b %Y}",
        f"{change.after.day:%d %b %Y}",
        cleared,
        error,
        lengths,
        new,
        change.said.headline,
    )


# --- events, and what comes next -------------------------------------------------


def _events(course: CourseRecord) -> Section:
    kinds = adverse_event_kinds()
    rows: list[tuple[str, str, str]] = []
    for one in course.sessions:
        for event in one.session.adverse_events:
            said = [_(GRADES[event.grade]), event.text, event.site or ""]
            if event.resolved_on is not None:
                said.append(_("over on {day}").format(day=event.resolved_on))
            said.append(_("reported to the authority") if event.reported else "")
            how = ", ".join(part for part in said if part)
            rows.append((f"{event.onset_on}", _(kinds[event.what].name), how))
        for felt in one.session.discomforts:
            said = [_(felt.level), _("itching") if felt.itching else ""]
            said += [_("stinging") if felt.stinging else ""]
            how = ", ".join(part for part in said if part)
            rows.append((f"{one.started:%Y-%m-%d}", _("Discomfort"), how))
        rows += _scores(one)
        rows += [
            (f"{one.started:%Y-%m-%d}", _("Note"), note.text)
            for note in one.session.notes
        ]
    if not rows:
        return Section(_("Events, outcome, notes"), _("None was entered."))
    table = Table((_("Day"), _("What"), _("How")), tuple(rows))
    return Section(_("Events, outcome, notes"), tables=(table,))


def _scores(one: CourseSession) -> list[tuple[str, str, str]]:
    rows = []
    for score in one.session.scores:
        said = []
        if score.photograph is not None:
            said.append(_("photograph {points} of 5").format(points=score.photograph))
        if score.satisfaction is not None:
            said.append(
                _("satisfaction {points} of 5").format(points=score.satisfaction)
            )
        if not score.assessable:
            said.append(_("not yet assessable"))
        elif score.cleared_percent is not None:
            cleared = plain(score.cleared_percent)
            said.append(
                _("{percent} % cleared by {scorer}").format(
                    percent=cleared, scorer=score.scorer
                )
            )
        rows.append((f"{score.scored_on}", _("Outcome score"), ", ".join(said)))
    return rows


def _ahead(course: CourseRecord) -> Section | None:
    if not course.treated_on:
        return None
    rows = tuple(
        (
            line.filled(_(line.text)),
            f"{line.from_on:%d %b %Y}",
            _("no end") if line.until_on is None else f"{line.until_on:%d %b %Y}",
        )
        for line in course.aftercare
    )
    note = _("All sessions of the plan are done.")
    due = course.next_appointment
    if due is not None:
        note = _(
            "Session {number} is planned on {planned}, not before {earliest}."
        ).format(
            number=due.number,
            planned=f"{due.planned_on:%d %B %Y}",
            earliest=f"{due.earliest_on:%d %B %Y}",
        )
    columns = (_("What the patient is asked to do"), _("From"), _("Until and with"))
    return Section(_("What comes next"), tables=(Table(columns, rows, note=note),))

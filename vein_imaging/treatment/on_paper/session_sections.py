"""One session on paper: state, maps, injections, totals, findings, signatures."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from vein_imaging.domain.dose import Finding, Remaining
from vein_imaging.domain.quantity import plain
from vein_imaging.domain.session import RecordedInjection
from vein_imaging.imaging.overlay import CLASS_STYLES
from vein_imaging.report import Figure, LegendEntry, Notice, Section, Table
from vein_imaging.treatment.on_paper.course import CoursePicture, CourseSession
from vein_imaging.words import marked, plural
from vein_imaging.words import translate as _

__all__ = ["LIMIT_NAMES", "limit_name", "session_sections"]

LIMIT_NAMES = {
    "per_injection_volume": marked("Volume of one injection"),
    "per_session_volume": marked("Volume in the session"),
    "per_day_volume": marked("Volume on the day"),
    "per_day_mass_per_kg": marked("Drug on the day, by weight"),
    "sites_per_session": marked("Sites in the session"),
    "minimum_interval": marked("Least interval"),
}
"""Rules with a maximum, as a page names them."""
_FORMS = {"liquid": marked("liquid"), "foam": marked("foam")}
_MEANINGS = {"performed": marked("performed"), "reviewed": marked("reviewed")}
_WORDS = {"stop": marked("stop"), "warn": marked("warn"), "note": marked("note")}
_CLASSES = {
    "telangiectasia": marked("Telangiectasia, to 1 mm"),
    "reticular": marked("Reticular, 1 to 3 mm"),
    "varicose": marked("Varicose, over 3 mm: not for this treatment, refer"),
    "undecided": marked("Undecided: the width's error straddles a limit"),
    "unknown": marked("Width not known"),
}


def _amount(number: Decimal | None, unit: str) -> str:
    """A quantity with its unit; nothing where there is no number."""
    return "" if number is None else f"{plain(number)} {unit}".strip()


def limit_name(rule: str) -> str:
    """What a page calls a rule."""
    return _(LIMIT_NAMES[rule]) if rule in LIMIT_NAMES else rule.replace("_", " ")


def session_sections(one: CourseSession) -> tuple[Section, ...]:
    """The sections of a session, in reading order."""
    found = (_state(one), _maps(one), _injections(one), _signed(one))
    return tuple(section for section in found if section is not None)


def _title(one: CourseSession, what: str) -> str:
    return _("Session {number}, {day}: {what}").format(
        number=one.number, day=f"{one.started:%d %B %Y}", what=what
    )


def _state(one: CourseSession) -> Section:
    opened = one.session.opened
    said = [
        _("Begun at {time} by {author}.").format(
            time=f"{one.started:%H:%M}", author=one.head.author
        )
    ]
    if opened is not None:
        kit = {
            True: _("Resuscitation kit at hand."),
            False: _("Resuscitation kit NOT at hand."),
            None: _("Nobody noted whether the resuscitation kit was at hand."),
        }
        said.append(kit[opened.resuscitation_kit])
        if opened.needle:
            said.append(_("Needle: {needle}.").format(needle=opened.needle))
    notices = [
        Notice(
            "stop",
            _(
                "Injection {number}: given past a stop, and no reason was entered"
            ).format(number=_number(one, entry)),
        )
        for entry in one.session.reasons_due
    ]
    notices += [Notice("warn", odd) for odd in one.session.irregularities]
    if not one.session.is_signed:
        notices.append(Notice("warn", _("This session is not signed.")))
    return Section(
        _title(one, _("state of the record")), " ".join(said), tuple(notices)
    )


def _number(one: CourseSession, entry: RecordedInjection) -> int:
    ids = [each.entry_id for each in one.session.entries]
    return ids.index(entry.entry_id) + 1


# --- pictures --------------------------------------------------------------------


def _maps(one: CourseSession) -> Section:
    figures, notices = [], []
    for picture in one.pictures:
        if picture.problem:
            notices.append(
                Notice("stop", f"{_caption(one, picture)}: {picture.problem}")
            )
        else:
            shown = picture.vein_map or picture.picture
            figures.append(Figure(_caption(one, picture), shown, wide=False))
    for site_map in one.site_maps:
        numbers = ", ".join(map(str, site_map.numbers))
        caption = _("Where it was injected: numbers {numbers} of the table").format(
            numbers=numbers
        )
        if site_map.problem:
            notices.append(Notice("stop", f"{caption}: {site_map.problem}"))
        else:
            figures.append(Figure(caption, site_map.picture, wide=False))
    marked_numbers = {n for site_map in one.site_maps for n in site_map.numbers}
    without = [
        str(number)
        for number in range(1, len(one.session.entries) + 1)
        if number not in marked_numbers
    ]
    if one.site_maps and without:
        notices.append(
            Notice(
                "note",
                _("Not marked on a picture: numbers {numbers}").format(
                    numbers=", ".join(without)
                ),
            )
        )
    text = "" if figures or notices else _("No picture was taken in this session.")
    return Section(
        _title(one, _("pictures and maps")),
        text,
        tuple(notices),
        tuple(figures),
        tables=_vessels(one),
        legend=_legend(one),
    )


def _legend(one: CourseSession) -> tuple[LegendEntry, ...]:
    """The colours of the vein maps of a session."""
    found = {vessel.vein_class for each in one.pictures for vessel in each.vessels}
    return tuple(
        LegendEntry(style.colour, _(_CLASSES[name]), style.dashed)
        for name, style in CLASS_STYLES.items()
        if name in found
    )


def _caption(one: CourseSession, picture: CoursePicture) -> str:
    taken = picture.taken
    at = taken.at.astimezone(one.zone)
    parts = [f"{at:%d %b %Y, %H:%M}", taken.view, _(taken.light), _(taken.pose)]
    parts.append(
        _("just after injecting") if taken.when == "after" else _("before injecting")
    )
    if taken.shows != "camera":
        shown = {"recording": _("a recording"), "drawing": _("A DRAWING")}
        parts.append(shown[taken.shows])
    if taken.mm_per_pixel is None:
        parts.append(_("no scale: widths are not known"))
    return ", ".join(part for part in parts if part)


def _vessels(one: CourseSession) -> tuple[Table, ...]:
    """What was found in all pictures, by view and class; nothing where none was."""
    rows = []
    for picture in one.pictures:
        for name, words in _CLASSES.items():
            own = [vessel for vessel in picture.vessels if vessel.vein_class == name]
            known = [each.length_mm for each in own if each.length_mm is not None]
            length = f"{sum(known):.0f}" if len(known) == len(own) else "-"
            if own:
                rows.append((picture.taken.view, _(words), str(len(own)), length))
    table = Table(
        (_("View"), _("Class by width"), _("Pieces"), _("Length, mm")),
        tuple(rows),
        _("Veins found"),
        _(
            "Found by the program in pictures taken before injecting; a class by width"
            " is no diagnosis."
        ),
        frozenset({2, 3}),
    )
    return (table,) if rows else ()


# --- injections ------------------------------------------------------------------


def _injections(one: CourseSession) -> Section:
    title = _title(one, _("what was injected"))
    if not one.session.entries:
        return Section(title, _("Nothing was injected in this session."))
    tables = [_given(one), _totals(one)]
    findings = tuple(_findings(one))
    if findings:
        tables.append(
            Table(
                (
                    "#",
                    _("How grave"),
                    _("What was said before the needle"),
                    _("Source"),
                ),
                findings,
                _("Findings, reasons and changes"),
                numeric=frozenset({0}),
            )
        )
    return Section(title, notices=(_verdict(one),), tables=tuple(tables))


def _verdict(one: CourseSession) -> Notice:
    if one.checked.within_every_limit:
        words = _("within every limit of the table")
        return Notice("good", _("Checked as a whole: {words}.").format(words=words))
    stops = any(found.severity == "stop" for found in one.checked.findings)
    words = _("Checked as a whole: {words}.").format(words=one.checked.words)
    return Notice("stop" if stops else "warn", words)


def _given(one: CourseSession) -> Table:
    rows = []
    for number, entry in enumerate(one.session.entries, start=1):
        given = entry.injection
        form = _(_FORMS[given.form])
        if given.foam_ratio is not None:
            form += f" {given.foam_ratio}"
        batch = given.batch or _("not recorded")
        if given.expires_on is not None:
            batch += " " + _("(expires {day})").format(day=given.expires_on)
        rows.append(
            (
                str(number),
                f"{given.at.astimezone(one.zone):%H:%M}",
                given.site or "",
                one.table.name(given.product)
                + (_(" (VOID)") if entry.voided_by else ""),
                str(given.concentration or ""),
                form,
                str(given.volume),
                _amount(given.vein_diameter_mm, "mm"),
                batch,
            )
        )
    columns = (
        "#", _("Time"), _("Site"), _("Product"), _("Strength"), _("Form"),
        _("Volume"), _("Vein"), _("Batch"),
    )  # fmt: skip
    held = sum(1 for entry in one.session.entries if entry.voided_by is None)
    caption = plural("{count} injection", "{count} injections", held)
    return Table(
        columns,
        tuple(rows),
        caption.format(count=held),
        _("A void entry stays readable and is not counted."),
        frozenset({0, 6, 7}),
    )


def _totals(one: CourseSession) -> Table:
    note = _("Limits {version}, region {region}.").format(
        version=one.table.version, region=one.table.region
    )
    if not one.checked.totals:
        note = _("No maximum is known for what was given.") + " " + note
    return Table(
        (_("Limit"), _("Product"), _("Given"), _("Maximum"), _("Left"), _("Source")),
        tuple(_total(one, total) for total in one.checked.totals),
        _("Totals against each maximum, after this session"),
        note,
        frozenset({2, 3, 4}),
    )


def _total(one: CourseSession, total: Remaining) -> tuple[str, ...]:
    over = total.used - total.maximum
    left = _amount(total.remaining, total.unit)
    if over > 0:
        left = _("PASSED by {amount}").format(amount=_amount(over, total.unit))
    return (
        limit_name(total.rule),
        one.table.name(total.product),
        _amount(total.used, total.unit),
        _amount(total.maximum, total.unit),
        left,
        total.source,
    )


def _findings(one: CourseSession) -> Iterator[tuple[str, ...]]:
    for number, entry in enumerate(one.session.entries, start=1):
        shown: dict[Finding, None] = dict.fromkeys(entry.event.findings)
        for found in shown:
            yield str(number), _(_WORDS[found.severity]), found.message, found.source
        if entry.event.reason:
            past = (
                _("given all the same: {reason}") if entry.event.flagged else "{reason}"
            )
            text = past.format(reason=entry.event.reason)
            yield str(number), _("reason"), text, ""
        for correction in entry.corrections:
            text = _("corrected: {reason}").format(reason=correction.reason)
            yield str(number), _("correction"), text, ""
            for found in correction.findings:
                yield (
                    str(number),
                    _(_WORDS[found.severity]),
                    found.message,
                    found.source,
                )
        if entry.voided_by is not None:
            yield str(number), _("void"), entry.voided_by.reason, ""
    for found in one.checked.findings:
        yield _("all"), _(_WORDS[found.severity]), found.message, found.source


# --- signatures ------------------------------------------------------------------


def _signed(one: CourseSession) -> Section | None:
    rows = tuple(
        (
            signed.signer,
            f"{signed.at.astimezone(one.zone):%d %b %Y, %H:%M}",
            _(_MEANINGS[signed.meaning]),
            str(signed.entries or ""),
            signed.digest[:16] or "-",
        )
        for signed in one.session.signatures
    )
    tables = []
    if rows:
        columns = (
            _("Signed by"), _("When"), _("As"), _("Entries"), _("Digest begins"),
        )  # fmt: skip
        tables.append(Table(columns, rows, numeric=frozenset({3})))
    notices = tuple(
        Notice(
            "note", _("Amended after the signature: {reason}").format(reason=a.reason)
        )
        for a in one.session.amendments
    )
    by_hand = (_("Treating person: name, signature"), _("Day"))
    return Section(
        _title(one, _("signatures")),
        "" if rows else _("Nobody has signed this session in the record."),
        notices,
        tables=tuple(tables),
        to_sign=by_hand,
    )

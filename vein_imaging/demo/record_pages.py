"""The record's part of the demo's report: what was injected, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from vein_imaging.demo.story import CLINIC, VISITS, VisitStory
from vein_imaging.demo.treatment import TreatedVisit
from vein_imaging.domain.aftercare import aftercare_lines, load_sheet
from vein_imaging.domain.limits import LimitTable
from vein_imaging.domain.quantity import plain
from vein_imaging.domain.treatment_plan import TreatmentPlan
from vein_imaging.report import Section, Table
from vein_imaging.words import marked
from vein_imaging.words import translate as _

__all__ = ["ahead", "amount", "day", "injected"]

_UNKNOWN = marked("not known")


def day(story: VisitStory) -> str:
    """The day of a visit, in words."""
    return f"{story.started:%d %B %Y}"


def amount(number: Decimal | None, unit: str) -> str:
    """A quantity with its unit, or that it is not known."""
    return _(_UNKNOWN) if number is None else f"{plain(number)} {unit}".strip()


def injected(treated: Sequence[TreatedVisit], table: LimitTable) -> Section:
    """What was given in each session, and what is left of the limits.

    Parameters
    ----------
    treated : one of each visit
    table : LimitTable
    """
    tables = [
        _injection_table(story, visit, table)
        for story, visit in zip(VISITS, treated, strict=True)
    ]
    tables.append(_remaining_table(treated, table))
    return Section(_("What was injected"), tables=tuple(tables))


def _injection_table(
    story: VisitStory, visit: TreatedVisit, table: LimitTable
) -> Table:
    names = {key: product.name for key, product in table.products.items()}
    rows = []
    for entry in visit.session.entries:
        injection = entry.injection
        said = [finding.message for finding in entry.event.findings]
        width = injection.vein_diameter_mm
        rows.append(
            (
                f"{injection.at.astimezone(CLINIC.zone):%H:%M}",
                injection.site or "",
                f"{names[injection.product]} {injection.concentration}"
                f" {injection.form}",
                str(injection.volume),
                _(_UNKNOWN) if width is None else f"{plain(width)} mm",
                injection.batch or "",
                "; ".join(said) or _("nothing found against it"),
            )
        )
    return Table(
        (
            _("Time"),
            _("Site"),
            _("Agent"),
            _("Volume"),
            _("Vein"),
            _("Batch"),
            _("Check"),
        ),
        tuple(rows),
        caption=f"{story.name}, {day(story)}"
        + (_(", signed") if visit.session.is_signed else ""),
        note=_("Checked as a whole: {words}.").format(words=_checked(visit)),
        numeric=frozenset({3, 4}),
    )


def _checked(visit: TreatedVisit) -> str:
    if visit.checked.within_every_limit:
        return _("within every limit of the table")
    return visit.checked.words


def _remaining_table(treated: Sequence[TreatedVisit], table: LimitTable) -> Table:
    return Table(
        (_("Limit"), _("Agent"), _("Used"), _("Maximum"), _("Left")),
        tuple(
            (
                f"{left.rule.replace('_', ' ')} ({left.scope})",
                table.products[left.product].name,
                amount(left.used, left.unit),
                amount(left.maximum, left.unit),
                amount(left.remaining, left.unit),
            )
            for left in treated[-1].checked.totals
        ),
        caption=_("What is left of the limits after {name}").format(
            name=VISITS[-1].name.lower()
        ),
        numeric=frozenset({2, 3, 4}),
    )


def ahead(table: LimitTable) -> Section:
    """The course's appointments, and the aftercare of the last session by date.

    Parameters
    ----------
    table : LimitTable
        Whose least interval the earliest days keep.
    """
    limits = table.products["asclera"].limits
    least_days = max(int(x.maximum) for x in limits if x.rule == "minimum_interval")
    plan = TreatmentPlan(
        starts_on=VISITS[0].started.date(), least_interval_days=least_days
    )
    appointments = Table(
        (_("Session"), _("Planned"), _("Not before")),
        tuple(
            (
                str(one.number),
                f"{one.planned_on:%d %b %Y}",
                f"{one.earliest_on:%d %b %Y}",
            )
            for one in plan.appointments
        ),
        caption=_("Appointments"),
        note=_(
            "Eight weeks apart by plan; the label asks for {least_days} days."
        ).format(least_days=least_days),
    )
    sheet = load_sheet()
    treated_on = VISITS[-1].started.date()
    care = Table(
        (_("What"), _("From"), _("Until and with")),
        tuple(
            (
                line.filled(_(line.text)),
                f"{line.from_on:%d %b %Y}",
                _("no end") if line.until_on is None else f"{line.until_on:%d %b %Y}",
            )
            for line in aftercare_lines(treated_on, sheet)
        ),
        caption=_("Aftercare from {day}, which is day 0").format(day=day(VISITS[-1])),
        note=" ".join(sheet.practical),
        numeric=frozenset({1, 2}),
    )
    signs = Table(
        (_("If you notice"), _("Do this")),
        tuple((_(one.sign), _(one.do)) for one in sheet.warnings),
        caption=_("When to call"),
    )
    return Section(_("What comes next"), tables=(appointments, care, signs))

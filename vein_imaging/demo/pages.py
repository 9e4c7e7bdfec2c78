"""The demo's report: what was caught first, then what was seen, done and compared."""

from __future__ import annotations

from dataclasses import dataclass

from vein_imaging.comparison import Comparison
from vein_imaging.comparison.telling.picture import draw_comparison
from vein_imaging.demo.record_pages import ahead, amount, day, injected
from vein_imaging.demo.story import CLINIC, VISITS
from vein_imaging.demo.treatment import TreatedVisit
from vein_imaging.demo.truth import agreement_with_truth, comparison_truth
from vein_imaging.demo.visit import SeenVisit
from vein_imaging.domain.dose.finding import Finding
from vein_imaging.domain.limits import LimitTable
from vein_imaging.imaging.overlay import draw_overlay
from vein_imaging.report import Figure, Notice, Report, Section, Table, Tone, encode_png
from vein_imaging.treatment import ComparedDays, may_say
from vein_imaging.words import marked
from vein_imaging.words import translate as _

__all__ = ["DemoPictures", "Told", "build_report", "draw_pictures"]


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """Everything that the report contains.

    Parameters
    ----------
    seen, treated : one of each visit
    comparison : Comparison
        First visit's picture against the second's.
    table : LimitTable
    version : str
        Of the program.
    checkpoint : str
        Of the store, signed.
    """

    seen: tuple[SeenVisit, SeenVisit]
    treated: tuple[TreatedVisit, TreatedVisit]
    comparison: Comparison
    table: LimitTable
    version: str
    checkpoint: str

    @property
    def days(self) -> ComparedDays:
        """When the two pictures were taken; the first session followed the first."""
        return ComparedDays(*(visit.started.date() for visit in VISITS))


@dataclass(frozen=True, slots=True)
class DemoPictures:
    """PNG files: the kept frame, its vein map, and the comparison's sheet."""

    frame: bytes
    overlay: bytes
    comparison: bytes


def draw_pictures(told: Told) -> DemoPictures:
    """Draw every picture of the report.

    Parameters
    ----------
    told : Told

    Returns
    -------
    DemoPictures
    """
    before, after = (seen.frame.pixels for seen in told.seen)
    sheet = draw_comparison(
        before,
        after,
        told.comparison,
        before_date=VISITS[0].started.date(),
        after_date=VISITS[1].started.date(),
    )
    overlay = draw_overlay(before, told.seen[0].veins)
    return DemoPictures(encode_png(before), encode_png(overlay), encode_png(sheet))


def build_report(told: Told, pictures: DemoPictures, window: bytes | None) -> Report:
    """Put the report together.

    Parameters
    ----------
    told : Told
    pictures : DemoPictures
    window : PNG file, optional
        Picture of the viewer, where one was taken.

    Returns
    -------
    Report
    """
    sections = [
        _caught(told),
        _vein_map(told, pictures),
        injected(told.treated, told.table),
        _before_after(told, pictures),
        ahead(told.table),
        _against_truth(told),
    ]
    if window is not None:
        figure = Figure(_("The window on the simulated camera, photographed."), window)
        sections.append(Section(_("The window"), figures=(figure,)))
    return Report(
        title=_("Microsclerotherapy: two sessions, and what cleared"),
        subtitle=_(
            "{patient_name}, {patient_id}; "
            "{first_day} and {second_day}; recorded by {author}. "
            "Every picture is drawn by the program: no patient is shown."
        ).format(
            patient_name=CLINIC.patient_name,
            patient_id=CLINIC.patient_id,
            first_day=day(VISITS[0]),
            second_day=day(VISITS[1]),
            author=CLINIC.author,
        ),
        sections=tuple(sections),
        footer=(
            f"vein-imaging {told.version}",
            _("Limits {version}, region {region}").format(
                version=told.table.version, region=CLINIC.region
            ),
        ),
        checkpoint=told.checkpoint,
    )


def _caught(told: Told) -> Section:
    notices = tuple(
        Notice("stop", f"{plan.injection.at:%d %b %Y, %H:%M}: {finding.message}")
        for visit in told.treated
        for plan in visit.caught
        for finding in plan.findings
        if finding.severity == "stop"
    )
    plans = [plan for visit in told.treated for plan in visit.caught]
    rows = tuple(
        _finding_row(finding)
        for plan in plans
        for finding in plan.findings
        if finding.severity == "stop"
    )
    table = Table(
        (_("Rule"), _("Used"), _("Planned"), _("Maximum"), _("Was left"), _("Source")),
        rows,
        numeric=frozenset({1, 2, 3, 4}),
        note=_(
            "The plan is kept in the record and was not carried out; a smaller "
            "volume was planned, checked and given in its place."
        ),
    )
    return Section(_("Caught before the needle"), notices=notices, tables=(table,))


def _finding_row(finding: Finding) -> tuple[str, ...]:
    return (
        finding.rule.replace("_", " "),
        *(
            amount(number, finding.unit)
            for number in (
                finding.used,
                finding.planned,
                finding.maximum,
                finding.remaining,
            )
        ),
        finding.source,
    )


def _vein_map(told: Told, pictures: DemoPictures) -> Section:
    veins = told.seen[0].veins
    rows = []
    for name in ("telangiectasia", "reticular", "varicose", "undecided", "unknown"):
        own = [branch for branch in veins.branches if branch.vein_class == name]
        length_mm = sum(branch.length_mm or 0.0 for branch in own)
        rows.append((_(_CLASSES[name]), str(len(own)), f"{length_mm:.0f}"))
    table = Table(
        (_("Class by width"), _("Pieces"), _("Length, mm")),
        tuple(rows),
        numeric=frozenset({1, 2}),
        note=_("Widths are of the picture, taken in the pose noted in the record."),
    )
    return Section(
        _("The veins seen on {day}").format(day=day(VISITS[0])),
        figures=(
            Figure(_("As the camera gave it."), pictures.frame, wide=False),
            Figure(_("Veins drawn in by class."), pictures.overlay, wide=False),
        ),
        tables=(table,),
    )


_CLASSES = {
    "telangiectasia": marked("Telangiectasia, to 1 mm"),
    "reticular": marked("Reticular, 1 to 3 mm"),
    "varicose": marked("Varicose, over 3 mm: not for this treatment, refer"),
    "undecided": marked("Undecided: the width's error straddles a limit"),
    "unknown": marked("Width not known"),
}


def _before_after(told: Told, pictures: DemoPictures) -> Section:
    said = may_say(told.comparison, told.days)
    tones: dict[str, Tone] = {"refused": "stop", "comparable": "note"}
    tone = tones.get(said.verdict, "warn")
    notices = [Notice(tone, "; ".join((said.headline, *said.reasons)))]
    if said.figure:
        notices.append(Notice("note", said.figure))
    caption = _("Before, after aligned to it, and what became of each vein.")
    return Section(
        _("Before and after, eight weeks apart"),
        notices=tuple(notices),
        figures=(Figure(caption, pictures.comparison),),
    )


def _against_truth(told: Told) -> Section:
    found = agreement_with_truth(told.seen[0])
    first, second = told.seen
    changed = comparison_truth(first.truth, second.truth, told.comparison)
    measured = told.comparison.summary
    rows = (
        (
            _("Share of the drawn vein length found (0.5 mm and more)"),
            _pct(found.recall),
        ),
        (_("Share of the found length that is a drawn vein"), _pct(found.precision)),
        (
            _("Width, found minus drawn: mean (standard deviation)"),
            f"{found.diameter_bias:+.2f} ({found.diameter_sd:.2f}) mm",
        ),
        (
            _("Alignment of the second visit: median (95th percentile)"),
            f"{changed.alignment_median_mm:.2f} ({changed.alignment_p95_mm:.2f}) mm",
        ),
        (
            _("Cleared, measured (95 % interval)"),
            _(
                "{clearance_pct:.0f} % ({clearance_lo_pct:.0f} to "
                "{clearance_hi_pct:.0f} %)"
            ).format(
                clearance_pct=measured.clearance_pct,
                clearance_lo_pct=measured.clearance_lo_pct,
                clearance_hi_pct=measured.clearance_hi_pct,
            ),
        ),
        (
            _("Cleared, as drawn (0.5 mm and more, same area)"),
            _pct(changed.cleared_share),
        ),
    )
    table = Table(
        (_("Measure"), _("Value")),
        rows,
        numeric=frozenset({1}),
        note=_(
            "The phantom knows what it drew, so the program's error can be told. On "
            "a patient it cannot. Centrelines agree within 2 px."
        ),
    )
    return Section(_("Held against the truth of the drawing"), tables=(table,))


def _pct(share: float) -> str:
    return f"{100 * share:.0f} %"

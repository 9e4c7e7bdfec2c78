"""A comparison as a page that is looked at: put together from what may be said."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version

import numpy as np

from vein_imaging.comparison import Comparison
from vein_imaging.comparison.following.sites import SiteOutcome, by_product
from vein_imaging.comparison.following.skin import SkinChange
from vein_imaging.comparison.telling.difference import draw_difference
from vein_imaging.comparison.telling.picture import draw_change_map, legend_lines
from vein_imaging.imaging.arrays import Picture, check_picture
from vein_imaging.report import Table, Tone
from vein_imaging.report.comparison_page import (
    WIDEST_PX,
    ComparisonAnswer,
    ComparisonPage,
    LegendItem,
    picture_uri,
    render_comparison,
)
from vein_imaging.treatment.may_say import Sayable
from vein_imaging.words import translate as _

__all__ = ["comparison_page", "site_tables"]

_ALIGNED: dict[str, Tone] = {"aligned": "note", "refused": "stop"}


def comparison_page(
    before: Picture,
    after: Picture,
    comparison: Comparison,
    said: Sayable,
    *,
    days: tuple[date | None, date | None] = (None, None),
    name: str = "",
    sites: Sequence[SiteOutcome] = (),
    skin: Sequence[SkinChange] = (),
) -> str:
    """Make the page: two answers, the views, the sites.

    Parameters
    ----------
    before, after : (H, W) or (H, W, 3) RGB
        The pictures that were compared.
    comparison : Comparison
    said : Sayable
    days : of BEFORE and AFTER
    name : str
        The patient's, only where it was asked for.
    sites, skin : of SiteOutcome, of SkinChange
        What became of the treated sites and the skin around them.

    Returns
    -------
    str
        HTML, whole: its pictures and its script are in it.
    """
    aligned = comparison.alignment_verdict != "refused"
    second = comparison.registered if aligned else check_picture(after)
    changes = ""
    legend: tuple[LegendItem, ...] = ()
    if comparison.verdict != "refused":
        width = min(before.shape[1], WIDEST_PX)
        changes = picture_uri(draw_change_map(before, comparison, width_px=width))
        legend = tuple(
            LegendItem(picture_uri(swatch, exact=True), text)
            for swatch, text in legend_lines(comparison)
        )
    note = _("aligned to BEFORE") if aligned else _("not aligned")
    return render_comparison(
        ComparisonPage(
            title=_("Before and after"),
            name=name,
            answers=(_measurement(said, aligned), _alignment(comparison)),
            before=picture_uri(np.asarray(check_picture(before), np.uint8)),
            after=picture_uri(np.asarray(check_picture(second), np.uint8)),
            before_caption=_titled(_("BEFORE"), days[0]),
            after_caption=f"{_titled(_('AFTER'), days[1])}, {note}",
            aligned=aligned,
            difference=(
                picture_uri(draw_difference(before, comparison)) if aligned else ""
            ),
            difference_caption=_(
                "Difference: blue became lighter, orange darker; grey was not compared"
            ),
            changes=changes,
            changes_caption=_("What became of each vein, over BEFORE"),
            legend=legend,
            tables=site_tables(sites, skin),
            foot=f"vein-imaging {version('vein-imaging')}",
        )
    )


def site_tables(
    sites: Sequence[SiteOutcome], skin: Sequence[SkinChange]
) -> tuple[Table, ...]:
    """Treated sites, products, and the skin around them, as tables.

    Parameters
    ----------
    sites, skin : of SiteOutcome, of SkinChange
    """
    if not sites:
        return ()
    tables = [
        Table(
            (_("Site"), _("Product"), _("Strength"), _("Became"), _("Cleared, 95 %")),
            tuple(
                (
                    one.site.name,
                    one.site.product,
                    one.site.strength,
                    _(one.fate),
                    one.why or _figure(one),
                )
                for one in sites
            ),
            _("Treated sites"),
        ),
        Table(
            (
                _("Product"),
                _("Strength"),
                _("Cleared"),
                _("Partly"),
                _("Not"),
                _("Cannot tell"),
                _("Share cleared, 95 %"),
            ),
            tuple(
                (
                    row.product,
                    row.strength,
                    str(row.cleared),
                    str(row.partly),
                    str(row.not_cleared),
                    str(row.cannot_tell),
                    f"{row.low_pct:.0f} - {row.high_pct:.0f} %",
                )
                for row in by_product(sites)
            ),
            _("By product and strength"),
            _("Few sites say little: compare the intervals, not the counts."),
        ),
    ]
    if skin:
        tables.append(_skin_table(skin))
    return tuple(tables)


def _skin_table(skin: Sequence[SkinChange]) -> Table:
    def told(value: float, limit: float) -> str:
        if not math.isfinite(value):
            return "-"
        shown = round(100 * value)
        return f"{shown:+d} % (±{100 * limit:.0f})"

    return Table(
        (_("Site"), _("Skin"), _("Redness"), _("Pigmentation"), _("Why")),
        tuple(
            (
                one.site.name,
                _(one.word),
                told(one.redness, one.redness_limit),
                told(one.pigmentation, one.pigmentation_limit),
                one.caution if one.word == "cannot tell" else "",
            )
            for one in skin
        ),
        _("Skin around the sites"),
        " ".join(
            [
                *sorted({one.caution for one in skin if one.word != "cannot tell"}),
                _("(In brackets: what untreated skin itself reaches.)"),
            ]
        ),
    )


def _figure(one: SiteOutcome) -> str:
    text = f"{one.clearance_pct:.0f} % ({one.low_pct:.0f} - {one.high_pct:.0f})"
    return text + (f", {_('stain left')}" if one.stained_px > 0 else "")


def _measurement(said: Sayable, aligned: bool) -> ComparisonAnswer:
    if not aligned:
        why = _("What was not aligned is not measured.")
        return ComparisonAnswer("stop", said.headline, (why,))
    lines = tuple(line for line in (said.figure, said.all_veins) if line)
    tone: Tone = "note" if said.verdict == "comparable" else "warn"
    return ComparisonAnswer(tone, said.headline, lines, said.reasons)


def _alignment(comparison: Comparison) -> ComparisonAnswer:
    verdict = comparison.alignment_verdict
    share = 100 * comparison.compared_share
    headlines = {
        "aligned": _("Aligned"),
        "doubtful": _("Aligned, doubtful"),
        "refused": _("Not aligned: shown side by side as they are"),
    }
    line = _("{share:.0f} % of the skin in BEFORE is compared").format(share=share)
    return ComparisonAnswer(
        _ALIGNED.get(verdict, "warn"),
        headlines[verdict],
        (line,) if verdict != "refused" else (),
        (*comparison.alignment_reasons, *comparison.alignment_advice),
    )


def _titled(name: str, day: date | None) -> str:
    return name if day is None else f"{name} {day:%d %b %Y}"

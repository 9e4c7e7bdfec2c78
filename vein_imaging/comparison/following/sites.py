"""Each treated site followed into the later picture."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vein_imaging.comparison.judging.change import Piece
from vein_imaging.comparison.judging.summary import ASSESSABLE_AFTER_DAYS, summarise
from vein_imaging.comparison.result import Comparison
from vein_imaging.words import translate as _

__all__ = [
    "ProductOutcome",
    "SiteFate",
    "SiteOutcome",
    "TreatedSite",
    "by_product",
    "follow_sites",
]

SiteFate = Literal["cleared", "partly cleared", "not cleared", "cannot tell"]

REACH_MM = 5.0
"""Vein so near to a mark is the site's: a microinjection blanches some millimetres."""
_FRAME_SHARE = 5.0 / 96.0  # the same where no scale is known: a frame is 96 mm
_CLEARED_PCT, _NOT_PCT = 75.0, 25.0
"""75 %: the endpoint of Bertanha et al. 2021, EJVES (PII S1078-5884(20)30615-8); below
a quarter a person would say that it is still there."""
_LEAST_PIECES = 2  # one piece alone may be a hair
_Z = 1.96  # of a 95 % interval


@dataclass(frozen=True, slots=True, eq=False)
class TreatedSite:
    """A site as it was marked on BEFORE.

    Parameters
    ----------
    name : str
    points_rc : (N, 2) px in BEFORE
        One point, a line, or the corners of an area.
    product, strength : str
        As the record names them; empty where not known.
    closed : bool
        The points enclose an area, and all in it is the site's.
    """

    name: str
    points_rc: NDArray[np.float64]
    product: str = ""
    strength: str = ""
    closed: bool = False

    def away_px(self, points_rc: NDArray[np.float64]) -> NDArray[np.float64]:
        """Measure how far points lie from the mark; 0 inside an area.

        Parameters
        ----------
        points_rc : (N, 2) px in BEFORE
        """
        corners = np.vstack([self.points_rc, self.points_rc[:1]])
        line = _filled(corners if self.closed else self.points_rc)
        away = np.asarray(cKDTree(line).query(points_rc)[0], np.float64)
        if self.closed:
            shape = self.points_rc[:, ::-1].astype(np.float32)
            for at, (row, column) in enumerate(points_rc.tolist()):
                if cv2.pointPolygonTest(shape, (column, row), False) >= 0:
                    away[at] = 0.0
        return away


@dataclass(frozen=True, slots=True, eq=False)
class SiteOutcome:
    """What became of a site.

    Parameters
    ----------
    site : TreatedSite
    fate : SiteFate
    why : str
        Why it cannot be told; empty otherwise.
    clearance_pct, low_pct, high_pct : %
        Of the judged vein within reach, with its interval; nan where none was judged.
    judged_px, unjudged_px, stained_px : BEFORE px
        Vein within reach that was judged, that was not, and that left a stain.
    after_rc : (N, 2) px in AFTER
        Where the mark lies there; empty where the pictures were not aligned.
    """

    site: TreatedSite
    fate: SiteFate
    why: str
    clearance_pct: float
    low_pct: float
    high_pct: float
    judged_px: float
    unjudged_px: float
    stained_px: float
    after_rc: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ProductOutcome:
    """All sites of one product in one strength.

    Parameters
    ----------
    product, strength : str
    cleared, partly, not_cleared, cannot_tell : int
        Sites.
    low_pct, high_pct : %
        Wilson's 95 % interval of the share that cleared, of those that can be told.
    """

    product: str
    strength: str
    cleared: int
    partly: int
    not_cleared: int
    cannot_tell: int
    low_pct: float
    high_pct: float


def follow_sites(
    comparison: Comparison,
    sites: Iterable[TreatedSite],
    *,
    days_between: int | None = None,
    reach_mm: float = REACH_MM,
) -> tuple[SiteOutcome, ...]:
    """Say of each site whether the vein around its mark cleared.

    Parameters
    ----------
    comparison : Comparison
    sites : of TreatedSite
    days_between : days, optional
        Before eight weeks nothing is told.
    reach_mm : mm
        Vein nearer than this to the mark is the site's.

    Returns
    -------
    tuple of SiteOutcome
    """
    mm = comparison.mm_per_pixel
    longer = max(comparison.overlap.shape)
    reach_px = reach_mm / mm if mm else _FRAME_SHARE * longer * reach_mm / REACH_MM
    early = days_between is not None and days_between < ASSESSABLE_AFTER_DAYS
    return tuple(_follow(comparison, site, reach_px, early) for site in sites)


def by_product(outcomes: Sequence[SiteOutcome]) -> tuple[ProductOutcome, ...]:
    """Count the fates by product and strength, in order of their names.

    Parameters
    ----------
    outcomes : of SiteOutcome

    Returns
    -------
    tuple of ProductOutcome
    """
    keys = sorted({(one.site.product, one.site.strength) for one in outcomes})
    rows = []
    for product, strength in keys:
        fates = [
            one.fate
            for one in outcomes
            if (one.site.product, one.site.strength) == (product, strength)
        ]
        cleared, told = fates.count("cleared"), len(fates) - fates.count("cannot tell")
        low, high = _wilson(cleared, told)
        rows.append(
            ProductOutcome(
                product,
                strength,
                cleared,
                fates.count("partly cleared"),
                fates.count("not cleared"),
                fates.count("cannot tell"),
                low,
                high,
            )
        )
    return tuple(rows)


def _follow(
    comparison: Comparison, site: TreatedSite, reach_px: float, early: bool
) -> SiteOutcome:
    transform = comparison.transform
    aligned = comparison.alignment_verdict != "refused" and transform is not None
    after = transform.to_after(site.points_rc) if aligned and transform else None
    near = _near(comparison.pieces, site, reach_px)
    unknown = comparison.summary.before
    row = summarise(near, (unknown, unknown), comparison.summary.repeat)
    judged = [piece for piece in near if piece.change != "unjudged"]
    why = ""
    if early:
        why = _("less than eight weeks have passed")
    elif after is None:
        why = _("the pictures were not aligned")
    elif not _inside(comparison, site):
        why = _("it lies outside of what was compared")
    elif comparison.verdict == "refused":
        why = _("too little vein could be judged in these pictures")
    elif len(judged) < _LEAST_PIECES:
        why = _("no vein near the mark stands out enough to be judged")
    elif row.clearance_lo_pct < _NOT_PCT and row.clearance_hi_pct >= _CLEARED_PCT:
        why = _("the vein near the mark could be read either way")
    elif row.judged_px < row.unjudged_px:
        why = _("most of the vein near the mark could not be judged")
    return SiteOutcome(
        site,
        "cannot tell" if why else _fate(row.clearance_pct),
        why,
        row.clearance_pct,
        row.clearance_lo_pct,
        row.clearance_hi_pct,
        row.judged_px,
        row.unjudged_px,
        math.fsum(piece.length_px for piece in near if piece.seen_as == "stain"),
        np.empty((0, 2)) if after is None else after,
    )


def _fate(clearance_pct: float) -> SiteFate:
    if clearance_pct >= _CLEARED_PCT:
        return "cleared"
    return "not cleared" if clearance_pct < _NOT_PCT else "partly cleared"


def _near(
    pieces: Sequence[Piece], site: TreatedSite, reach_px: float
) -> tuple[Piece, ...]:
    return tuple(
        piece
        for piece in pieces
        if piece.change != "new"
        and piece.counts
        and np.median(site.away_px(piece.points_rc)) <= reach_px
    )


def _filled(points_rc: NDArray[np.float64]) -> NDArray[np.float64]:
    # a line or an outline as points 2 px apart
    parts = [points_rc]
    for one, other in pairwise(points_rc):
        steps = max(2, int(np.hypot(*(other - one)) / 2))
        parts.append(np.linspace(one, other, steps))
    return np.concatenate(parts)


def _inside(comparison: Comparison, site: TreatedSite) -> bool:
    height, width = comparison.overlap.shape
    rows, columns = np.rint(site.points_rc).astype(int).T
    within = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    if not within.any():
        return False
    # a hair or a highlight on the very mark does not matter
    window = 2 * max(3, round(0.01 * max(height, width)))
    return any(
        comparison.overlap[
            max(0, row - window) : row + window + 1,
            max(0, column - window) : column + window + 1,
        ].mean()
        > 0.5
        for row, column in zip(rows[within], columns[within], strict=True)
    )


def _wilson(hits: int, of: int) -> tuple[float, float]:
    # E. B. Wilson 1927, J. Am. Stat. Assoc. 22:209: holds for few and for none
    if of == 0:
        return 0.0, 100.0
    share, square = hits / of, _Z**2 / of
    middle = (share + square / 2) / (1 + square)
    half = _Z * math.sqrt(share * (1 - share) / of + square / (4 * of)) / (1 + square)
    return 100 * max(0.0, middle - half), 100 * min(1.0, middle + half)

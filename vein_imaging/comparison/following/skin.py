"""Redness and pigmentation of the skin around treated sites, in colour pictures.

Light and white balance of two visits differ. So each site is held against untreated
skin of the same picture, and only ratios of channels count: shade does not change them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from vein_imaging.comparison.following.sites import REACH_MM, TreatedSite
from vein_imaging.comparison.result import Comparison
from vein_imaging.imaging.arrays import Mask, Picture
from vein_imaging.words import translate as _

__all__ = ["SkinChange", "SkinWord", "skin_changes"]

Values = NDArray[np.float32]
SkinWord = Literal[
    "redder", "more pigmented", "redder and more pigmented", "no change told",
    "cannot tell",
]  # fmt: skip

_AWAY = 2.0  # reaches: skin further from every mark than this counts as untreated
_PATCHES, _LEAST_PATCHES = 200, 20
"""Places of untreated skin: what the same measure says where nothing was done."""
_LEAST_PX = 50  # of skin at a site; fewer are noise
_LIMIT_SD = 2.5
"""Of untreated places: 1 % of these are further out by chance."""
_LEAST_LN = 0.02  # a change of 2 % that a person does not see
_MELANIN_IN_RED_GREEN = 0.44
"""Melanin raises ln(R/G) by this times what it raises ln(G/B): its absorption falls as
the wavelength to the power of -3.33 (Jacques 1998), camera channels at 600, 540, 460
nm."""
_OUTSIDE_PX = 1e6  # no picture is wider
_SEED = 1  # any; the same pictures give the same answer


@dataclass(frozen=True, slots=True, eq=False)
class SkinChange:
    """How the skin around a site changed against untreated skin.

    Parameters
    ----------
    site : TreatedSite
    word : SkinWord
    redness, pigmentation : ln
        Change of ln(R/G), melanin's part taken out, and of ln(G/B), against untreated
        skin; nan where it cannot be told. .1 is a tenth.
    redness_limit, pigmentation_limit : ln
        What untreated skin of the same pictures reaches: below that nothing is said.
    caution : str
    """

    site: TreatedSite
    word: SkinWord
    redness: float
    pigmentation: float
    redness_limit: float
    pigmentation_limit: float
    caution: str


def skin_changes(
    before: Picture,
    comparison: Comparison,
    sites: Iterable[TreatedSite],
    *,
    reach_mm: float = REACH_MM,
) -> tuple[SkinChange, ...]:
    """Compare the skin around each site with untreated skin of the same picture.

    Parameters
    ----------
    before : (H, W, 3) RGB
        The picture that was compared. A grey one says nothing of colour.
    comparison : Comparison
    sites : of TreatedSite
    reach_mm : mm

    Returns
    -------
    tuple of SkinChange
    """
    chosen = tuple(sites)
    after = comparison.registered
    if comparison.alignment_verdict == "refused":
        return _untold(chosen, _("the pictures were not aligned"))
    if before.ndim != 3 or after.ndim != 3 or _is_grey(before) or _is_grey(after):
        return _untold(chosen, _("the pictures are not both in colour"))
    mm = comparison.mm_per_pixel or 96.0 / max(comparison.overlap.shape)
    reach = max(2.0, reach_mm / mm)
    veins = comparison.before_map.mask | comparison.cleared | comparison.remaining
    skin = comparison.overlap & ~_grown(veins | comparison.new, 0.6 / mm)
    change = _indices(after) - _indices(before)
    away = _away_px([site.points_rc for site in chosen], skin.shape)
    untreated = skin & (away > _AWAY * reach)
    usual = _patches(change, untreated, reach)
    if len(usual) < _LEAST_PATCHES:
        return _untold(chosen, _("too little untreated skin is in both pictures"))
    middle = np.median(usual, axis=0)
    spread = 1.4826 * np.median(np.abs(usual - middle), axis=0)
    limits = np.maximum(_LIMIT_SD * spread, _LEAST_LN)
    return tuple(_told(site, change, skin, reach, middle, limits) for site in chosen)


def _told(
    site: TreatedSite,
    change: Values,
    skin: Mask,
    reach: float,
    middle: NDArray[np.float64],
    limits: NDArray[np.float64],
) -> SkinChange:
    here = skin & (_away_px([site.points_rc], skin.shape) <= reach)
    if np.count_nonzero(here) < _LEAST_PX:
        return _untold((site,), _("too little skin of this site is in both pictures"))[
            0
        ]
    red, brown = (np.median(change[here], axis=0) - middle).tolist()
    words: dict[tuple[bool, bool], SkinWord] = {
        (False, False): "no change told",
        (True, False): "redder",
        (False, True): "more pigmented",
        (True, True): "redder and more pigmented",
    }
    caution = _(
        "against untreated skin of the same pictures; light, white balance and tan "
        "differ between visits, so look at the skin itself"
    )
    word = words[red > limits[0], brown > limits[1]]
    return SkinChange(
        site, word, red, brown, float(limits[0]), float(limits[1]), caution
    )


def _untold(sites: tuple[TreatedSite, ...], why: str) -> tuple[SkinChange, ...]:
    nan = float("nan")
    return tuple(
        SkinChange(site, "cannot tell", nan, nan, nan, nan, why) for site in sites
    )


def _indices(picture: Picture) -> Values:
    """Redness and pigmentation of every pixel, (H, W, 2); shade cancels."""
    whole = 1.0 if picture.dtype.kind == "f" else float(np.iinfo(picture.dtype).max)
    log = np.log(picture.astype(np.float32) / np.float32(whole) + np.float32(1 / 255))
    log = cv2.GaussianBlur(log, (0, 0), 1.5)  # chroma of a JPEG is half as fine
    brown = log[..., 1] - log[..., 2]
    red = log[..., 0] - log[..., 1] - np.float32(_MELANIN_IN_RED_GREEN) * brown
    return np.asarray(np.stack([red, brown], axis=-1), np.float32)


def _patches(change: Values, untreated: Mask, reach: float) -> NDArray[np.float64]:
    """Medians of site-sized places of untreated skin."""
    inner = distance_transform_edt(np.pad(untreated, 1))[1:-1, 1:-1] > 0.3 * reach
    places = np.argwhere(inner)
    if not len(places):
        return np.empty((0, 2))
    rng = np.random.default_rng(_SEED)
    found = []
    half = round(reach)
    for row, column in places[rng.integers(len(places), size=_PATCHES)]:
        window = np.s_[
            max(0, row - half) : row + half + 1,
            max(0, column - half) : column + half + 1,
        ]
        here = untreated[window]
        if here.mean() > 0.5:
            found.append(np.median(change[window][here], axis=0))
    return np.array(found, np.float64).reshape(-1, 2)


def _away_px(
    marks: list[NDArray[np.float64]], shape: tuple[int, ...]
) -> NDArray[np.float64]:
    free = np.ones(shape, np.uint8)
    for points in marks:
        # what lies far outside stays outside: an integer holds it
        line = np.rint(np.clip(points[:, ::-1], -_OUTSIDE_PX, _OUTSIDE_PX))
        line = line.astype(np.int32)
        cv2.polylines(free, [line], False, 0, 1)
        for x, y in line:
            cv2.circle(free, (int(x), int(y)), 1, 0, -1)
    return np.asarray(distance_transform_edt(free), np.float64)


def _grown(mask: Mask, by_px: float) -> Mask:
    side = 2 * max(1, round(by_px)) + 1
    return cv2.dilate(mask.astype(np.uint8), np.ones((side, side))).astype(np.bool_)


def _is_grey(picture: Picture) -> bool:
    return bool((picture == picture[:, :, :1]).all())

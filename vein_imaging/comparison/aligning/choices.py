"""Which limb of one picture may be which limb of the other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from vein_imaging.comparison.aligning.affine import Matches
from vein_imaging.comparison.aligning.limb_frame import (
    LimbFrame,
    frame_of,
    limb_width_px,
    widths_differ,
)
from vein_imaging.comparison.aligning.limbs import sides_of
from vein_imaging.comparison.aligning.transform import Points
from vein_imaging.comparison.preparing.surface import View
from vein_imaging.imaging.arrays import Mask

__all__ = ["LimbChoice", "choice_under", "limb_choices", "same_size"]

_SURE_CUT = 0.25  # above it the field may be one limb after all, and is tried as one
_NARROW = 0.3  # of the whole field's width: no limb
_MOST = 6  # each costs a second of computing
_SAME_SIZE = np.log(1.2)  # what widths are told to, and what a foreshortened limb adds
_FAR_SIZE = np.log(1.6)  # no pose is believed beyond it
_ON_IT = 0.7  # of the matches: the others lie on the other limb, or are wrong


@dataclass(frozen=True, eq=False)  # no slots: the frames are kept once drawn
class LimbChoice:
    """One limb of each picture.

    Parameters
    ----------
    views : View, View
    skins : (H, W) bool, (H, W) bool
        Of the two limbs.
    widths : px, px
        Of the limbs in the pictures.
    width_px : px
        Of both in the frames.
    """

    views: tuple[View, View]
    skins: tuple[Mask, Mask]
    widths: tuple[float, float]
    width_px: float

    @cached_property
    def frames(self) -> tuple[LimbFrame, LimbFrame]:
        """Both limbs drawn to one width."""
        one, other = (
            frame_of(view, skin, width, self.width_px)
            for view, skin, width in zip(
                self.views, self.skins, self.widths, strict=True
            )
        )
        return one, other


def limb_choices(before: View, after: View, width_px: float) -> tuple[LimbChoice, ...]:
    """Give the choices beside both fields as they are.

    Parameters
    ----------
    before, after : View
    width_px : px
        Of the limbs in the frames.

    Returns
    -------
    tuple of LimbChoice
        The largest limbs first. Where the fields' widths are far apart, both as they
        are too: the camera may have been that much nearer.
    """
    views = before, after
    wholes = [limb_width_px(view.skin) for view in views]
    found: list[LimbChoice] = []
    if widths_differ(*wholes):
        skins = before.skin, after.skin
        found.append(LimbChoice(views, skins, (wholes[0], wholes[1]), width_px))
    ours, theirs = (
        _limbs(view, whole) for view, whole in zip(views, wholes, strict=True)
    )
    pairs = [
        (one, other)
        for one, other in product(ours, theirs)
        if one.skin is not before.skin or other.skin is not after.skin
    ]
    pairs.sort(key=lambda pair: -pair[0].share * pair[1].share)
    for one, other in pairs[:_MOST]:
        skins, widths = (one.skin, other.skin), (one.width, other.width)
        found.append(LimbChoice(views, skins, widths, width_px))
    return tuple(found)


def same_size(matches: Matches, frames: tuple[LimbFrame, LimbFrame]) -> bool:
    """Whether matches say that both limbs are drawn to one size.

    Parameters
    ----------
    matches : Matches
        Px of the pictures.
    frames : LimbFrame, LimbFrame
    """
    if len(matches.before_xy) < 2:
        return True
    ratio = frames[1].scale / frames[0].scale
    return bool(abs(np.log(_times_larger(matches) * ratio)) < _SAME_SIZE)


def choice_under(
    matches: Matches, choices: tuple[LimbChoice, ...]
) -> LimbChoice | None:
    """Find the limbs that matches lie on, nearest to the size that they say.

    Parameters
    ----------
    matches : Matches
        Px of the pictures.
    choices : tuple of LimbChoice

    Returns
    -------
    LimbChoice or None
        None where most of them lie on no choice, or at another size.
    """
    larger = _times_larger(matches)
    best: LimbChoice | None = None
    nearest = _FAR_SIZE
    for choice in choices:
        on = _on(choice.skins[0], matches.before_xy)
        on &= _on(choice.skins[1], matches.after_xy)
        off = abs(np.log(larger * choice.widths[0] / choice.widths[1]))
        if on.mean() > _ON_IT and off < nearest:
            best, nearest = choice, off
    return best


def _on(skin: Mask, points_xy: Points) -> Mask:
    columns, rows = np.rint(points_xy).astype(np.intp).T
    height, width = skin.shape
    return np.asarray(skin[rows.clip(0, height - 1), columns.clip(0, width - 1)])


def _times_larger(matches: Matches) -> float:
    # the median over pairs: half of the matches may be wrong
    ours, theirs = matches.before_xy, matches.after_xy
    half = max(1, len(ours) // 2)
    sizes = [
        np.hypot(*(points - np.roll(points, half, axis=0)).T)
        for points in (ours, theirs)
    ]
    return float(np.median(np.maximum(sizes[1], 1e-3) / np.maximum(sizes[0], 1e-3)))


@dataclass(frozen=True, slots=True, eq=False)
class _Limb:
    skin: Mask
    width: float
    share: float


def _limbs(view: View, whole_px: float) -> list[_Limb]:
    sides = sides_of(view.skin, view.picture)
    skin = max(int(np.count_nonzero(view.skin)), 1)
    limbs = [
        _Limb(side.skin, limb_width_px(side.skin), np.count_nonzero(side.skin) / skin)
        for side in sides
    ]
    limbs = [limb for limb in limbs if limb.width > _NARROW * whole_px]
    if not sides or max(side.cost for side in sides) > _SURE_CUT:
        limbs.append(_Limb(view.skin, whole_px, 1.0))
    return limbs

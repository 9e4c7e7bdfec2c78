"""What is left where a vein was: some of the vein, or the stain that it left.

A stain follows the vein, is wider than it, and in colour it is brown. Its contrast
against the flanks reads as vein that stayed. So AFTER's profile across a piece is
explained twice: by a share of BEFORE's own profile, and by such a share and a stain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.judging.pieces import CentrelinePiece, profiles
from vein_imaging.imaging.arrays import Image, Mask, Picture

__all__ = ["BROWN", "Residue", "explain", "log_planes"]

Values = NDArray[np.float64]

BROWN = np.array([0.41, 0.59, 1.0])
"""Melanin's absorption at 600, 540 and 460 nm, where a camera's channels lie: it falls
as the wavelength to the power of -3.33 (Jacques 1998, "Skin optics summary")."""
_GREY_WIDTHS, _COLOUR_WIDTHS = (1.7, 2.5), (1.0, 1.5, 2.2)
"""Sigma of a stain over the vein's. In grey only width sets a stain apart; in colour it
may be as narrow as the vein was."""
_SHIFT_PX = 2
"""How far AFTER's profile is moved to fit: what aligning leaves; a longer way finds
texture."""
_LEAST_SAMPLES = 10  # across a piece; four shares and levels are fitted to them
_SEEN, _OTHER_VEIN = 0.5, 0.3  # of a piece's samples at one distance


@dataclass(frozen=True, slots=True, eq=False)
class Residue:
    """What is left of each piece AFTER.

    Parameters
    ----------
    share : (N,) float64
        Of BEFORE's own profile, beside a stain; nan where it was not told.
    unexplained : (N,) float64
        Sum of squares that vein and stain leave over what a vein alone leaves: 1 where
        a stain explains nothing.
    """

    share: Values
    unexplained: Values


def log_planes(image: Picture) -> tuple[Image, ...]:
    """Take the logarithm of each channel: one plane of a grey picture, else three.

    Parameters
    ----------
    image : (H, W) or (H, W, 3), uint8 | uint16 | float in [0, 1]
    """
    whole = 1.0 if image.dtype.kind == "f" else float(np.iinfo(image.dtype).max)
    colour = image.ndim == 3 and bool((image != image[:, :, :1]).any())
    channels = [image[:, :, at] for at in range(3)] if colour else [image]
    if not colour and image.ndim == 3:
        channels = [image[:, :, 0]]
    return tuple(
        np.log1p(255 * (one.astype(np.float32) / np.float32(whole))) for one in channels
    )


def explain(
    before: tuple[Image, ...],
    after: tuple[Image, ...],
    usable: Mask,
    veins: Mask,
    lines: tuple[CentrelinePiece, ...],
    sigma_px: Values,
) -> Residue:
    """Tell vein from stain, piece by piece.

    Least squares on the mean profiles of all channels: each has its own level and
    slope; the shares of vein and stain are common and not negative. A piece and its
    neighbours on the branch are joined, because a stain does not end with a piece.

    Parameters
    ----------
    before, after : one plane, or three of red, green and blue
        From `log_planes`, AFTER aligned.
    usable, veins : (H, W) bool
        Where both show skin; where either shows a vein.
    lines : tuple of CentrelinePiece
        All widths known.
    sigma_px : (N,) px
        Width of each vein's dip in BEFORE; nan: from its diameter.

    Returns
    -------
    Residue
    """
    share, left = np.full(len(lines), np.nan), np.ones(len(lines))
    if not lines:
        return Residue(share, left)
    halves = [_half_px(line) for line in lines]
    reach = max(halves) + _SHIFT_PX
    was, now = (
        [profiles(plane, usable, lines, reach) for plane in planes]
        for planes in (before, after)
    )
    other, _ = profiles(veins.astype(np.float32), usable, lines, reach)
    x = np.arange(-reach, reach + 1)
    colours = BROWN if len(before) == 3 else np.ones(1)
    widths = _COLOUR_WIDTHS if len(before) == 3 else _GREY_WIDTHS
    for at, line in enumerate(lines):
        own = np.abs(x) <= 0.75 * line.diameter_px + 2
        use = (np.abs(x) <= halves[at]) & (was[0][1][at] > _SEEN)
        use &= own | (other[at] < _OTHER_VEIN)
        if use.sum() < _LEAST_SAMPLES:
            continue
        sigma = sigma_px[at] if np.isfinite(sigma_px[at]) else 0.4 * line.diameter_px
        bands = np.exp(
            -0.5 * (x[use] / (max(sigma, 2.0) * np.array(widths)[:, None])) ** 2
        )
        share[at], left[at] = _fit(
            np.array([-part[0][at] for part in was]),
            np.array([-part[0][at] for part in now]),
            use,
            x[use] / halves[at],
            bands[:, None, :] * colours[:, None],
        )
    return _joined(lines, share, left)


def _half_px(line: CentrelinePiece) -> int:
    # of the window: the flanks beyond a stain that is wider than its vein
    return int(max(1.6 * line.diameter_px, line.diameter_px + 10))


def _fit(
    was: Values, now: Values, use: Mask, x: Values, stains: Values
) -> tuple[float, float]:
    """Share of the vein, and what is left unexplained, at the shift that fits best.

    `was` and `now` are (channels, distances), `stains` (widths, channels, used).
    """
    basis = np.linalg.qr(np.column_stack([np.ones_like(x), x]))[0]

    def level(part: Values) -> Values:
        rest = part - (part @ basis) @ basis.T
        return np.asarray(rest.reshape(*part.shape[:-2], -1), np.float64)

    vein = level(was[:, use])
    others = level(stains)
    own = float(vein @ vein)
    best = (np.nan, 1.0, np.inf)
    if not own > 0:
        return best[:2]
    for shift in range(-_SHIFT_PX, _SHIFT_PX + 1):
        seen = level(np.roll(now, shift, axis=1)[:, use])
        alone = seen - max(float(vein @ seen) / own, 0.0) * vein
        for stain in others:
            share, brown = _two(vein, stain, seen)
            rest = float(((seen - share * vein - brown * stain) ** 2).sum())
            if rest < best[2]:
                best = share, rest / max(float((alone**2).sum()), 1e-12), rest
    return best[0], min(best[1], 1.0)


def _two(first: Values, second: Values, seen: Values) -> tuple[float, float]:
    """Not negative least squares of two columns."""
    a, b, c = (
        float(one @ other)
        for one, other in ((first, first), (first, second), (second, second))
    )
    p, q = float(first @ seen), float(second @ seen)
    det = a * c - b * b
    if det > 1e-9 * a * c:
        one, other = (c * p - b * q) / det, (a * q - b * p) / det
        if one >= 0 and other >= 0:
            return one, other
    one, other = max(p / a, 0.0), max(q / c, 0.0)
    return (one, 0.0) if one * p >= other * q else (0.0, other)


def _joined(lines: tuple[CentrelinePiece, ...], share: Values, left: Values) -> Residue:
    # each piece with half of its two neighbours on the branch, by length
    joined, unexplained = share.copy(), left.copy()
    for at, line in enumerate(lines):
        near = [
            (other, 1.0 if other == at else 0.5)
            for other in (at - 1, at, at + 1)
            if 0 <= other < len(lines)
            and lines[other].branch == line.branch
            and np.isfinite(share[other])
        ]
        if np.isfinite(share[at]):
            weights = [weight * lines[other].length_px for other, weight in near]
            index = [other for other, _ in near]
            joined[at] = np.average(share[index], weights=weights)
            unexplained[at] = np.average(left[index], weights=weights)
    return Residue(joined, unexplained)

"""What `compare` answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from vein_imaging.comparison.aligning.registration import Registration
from vein_imaging.comparison.aligning.transform import Transform
from vein_imaging.comparison.judging.change import Change, Piece
from vein_imaging.comparison.judging.regions import (
    change_masks,
    measure_extents,
    pieces_in,
)
from vein_imaging.comparison.judging.summary import ChangeSummary, summarise
from vein_imaging.comparison.preparing.exposure import ExposureMatch
from vein_imaging.imaging.arrays import Mask, Picture
from vein_imaging.imaging.vein_map import VeinMap

__all__ = ["AlignmentVerdict", "Comparison", "Verdict"]

Verdict = Literal["comparable", "doubtful", "refused"]
AlignmentVerdict = Literal["aligned", "doubtful", "refused"]


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two visits in one frame. Everything is in px of BEFORE.

    Parameters
    ----------
    verdict : "comparable" | "doubtful" | "refused"
        Whether the figures may be quoted, quoted with the reasons, or do not exist. A
        pair can be aligned, and worth looking at side by side, where this is "refused":
        `alignment_verdict` is the other answer.
    reasons : tuple of str
        Why not "comparable"; empty otherwise.
    transform : Transform or None
        `to_before` takes points of AFTER to BEFORE, `to_after` the other way.
    registered : (H, W) or (H, W, 3), the type of AFTER
        AFTER drawn in BEFORE's frame; 0 where it does not reach, or where refused.
    overlap : (H, W) bool
        Where the two were compared.
    cleared, remaining, new : (H, W) bool
        Veins of BEFORE that cleared; that faded or stayed; veins only seen AFTER.
    pieces : tuple of Piece
    summary : ChangeSummary
        The whole overlap as one row of the change table, with its repeat error.
    registration : Registration
    exposure : ExposureMatch or None
    before_map, after_map : VeinMap
        Each picture alone, in its own frame.
    mm_per_pixel : mm or None
        Of BEFORE.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    transform: Transform | None
    registered: Picture
    overlap: Mask
    cleared: Mask
    remaining: Mask
    new: Mask
    pieces: tuple[Piece, ...]
    summary: ChangeSummary
    registration: Registration
    exposure: ExposureMatch | None
    before_map: VeinMap
    after_map: VeinMap
    mm_per_pixel: float | None

    @property
    def alignment_verdict(self) -> AlignmentVerdict:
        """Whether the two may be shown in one frame, whatever could be measured.

        "aligned" | "doubtful" (shown, with `alignment_reasons`) | "refused".
        """
        if self.transform is None or self.registration.failures:
            return "refused"
        return "doubtful" if self.registration.doubts else "aligned"

    @property
    def alignment_reasons(self) -> tuple[str, ...]:
        """Why not "aligned"; empty otherwise."""
        return (*self.registration.failures, *self.registration.doubts)

    @property
    def alignment_advice(self) -> tuple[str, ...]:
        """What would make the alignment better; empty where nothing is known."""
        return self.registration.advice

    @property
    def compared_share(self) -> float:
        """Share of the skin in BEFORE that was compared, 0 to 1."""
        skin = self.before_map.field
        compared = np.count_nonzero(self.overlap & skin)
        return compared / max(1, int(np.count_nonzero(skin)))

    def decide(self, decisions: Mapping[int, Change]) -> Comparison:
        """Let a person decide some pieces.

        Parameters
        ----------
        decisions : mapping of piece_id to Change
            "unjudged" takes a piece (hair, stain, a fold) out of the count.

        Returns
        -------
        Comparison

        Raises
        ------
        KeyError
            If there is no such piece.
        """
        known = {piece.piece_id for piece in self.pieces}
        missing = sorted(set(decisions) - known)
        if missing:
            raise KeyError(f"no piece {missing} in this comparison")
        pieces = tuple(
            piece.decided(decisions[piece.piece_id])
            if piece.piece_id in decisions
            else piece
            for piece in self.pieces
        )
        extents = (self.summary.before, self.summary.after)
        masks = change_masks(pieces, self.overlap)
        return replace(
            self,
            pieces=pieces,
            summary=summarise(pieces, extents, self.summary.repeat, gain=self._gain),
            cleared=masks["cleared"],
            remaining=masks["remaining"],
            new=masks["new"],
        )

    def in_region(self, region: Mask, name: str) -> ChangeSummary:
        """Make the change table's row of one region, such as what was treated.

        Parameters
        ----------
        region : (H, W) bool
            In BEFORE's frame.
        name : str

        Returns
        -------
        ChangeSummary

        Raises
        ------
        ValueError
            If the region has not the size of BEFORE.
        """
        if region.shape != self.overlap.shape:
            raise ValueError(
                f"a region is {self.overlap.shape} as BEFORE is, not {region.shape}"
            )
        inside = self.overlap & region
        extents = measure_extents(
            self.before_map, self.after_map, self.transform, inside
        )
        return summarise(
            pieces_in(self.pieces, region),
            extents,
            self.summary.repeat,
            gain=self._gain,
            region=name,
        )

    @property
    def _gain(self) -> float:
        return 1.0 if self.exposure is None else self.exposure.texture_gain

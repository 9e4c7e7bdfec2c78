"""The rule by which a live picture gets cheaper when its budget is missed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vein_imaging.pipeline.settings import Quality

__all__ = ["Pace"]

AVERAGED_FRAMES = 8
"""The mean cost follows over about so many, so that one slow frame changes nothing; and
so many pass before the way is made cheaper again."""
PATIENCE_FRAMES = 60
"""Frames with room to spare before a dearer way is tried again."""
ROOM = 0.4
"""Share of the budget below which there is room: "full" costs about twice "fast"."""
TRACE_EVERY_LEAST, TRACE_EVERY_MOST = 5, 8


@dataclass(frozen=True, slots=True)
class Pace:
    """How much is done for each frame.

    Parameters
    ----------
    wanted : {"fast", "full"}
        What was asked for, never exceeded.
    budget_s : s
        CPU time a frame may take.
    quality : {"fast", "full"}, optional
        What is done now; begins with what is wanted.
    trace_every : int
        The network is traced on every so many frames.
    cost_s : s, optional
        Running mean.
    calm : int
        Frames since the last change.
    """

    wanted: Quality
    budget_s: float
    quality: Quality = "full"
    trace_every: int = TRACE_EVERY_LEAST
    cost_s: float | None = None
    calm: int = 0

    def __post_init__(self) -> None:
        if not self.budget_s > 0:
            raise ValueError(f"budget_s must be positive, not {self.budget_s!r}")
        if self.wanted == "fast":
            object.__setattr__(self, "quality", "fast")

    def after(self, cost_s: float) -> Pace:
        """The pace for the next frame, when this one took so long.

        Parameters
        ----------
        cost_s : s

        Returns
        -------
        Pace
        """
        mean = cost_s if self.cost_s is None else self.cost_s
        mean += (cost_s - mean) / AVERAGED_FRAMES
        now = replace(self, cost_s=mean, calm=self.calm + 1)
        if mean > self.budget_s and now.calm >= AVERAGED_FRAMES:
            return now._cheaper()
        if mean < ROOM * self.budget_s and now.calm >= PATIENCE_FRAMES:
            return now._dearer()
        return now

    def _cheaper(self) -> Pace:
        if self.quality == "full":
            return replace(self, quality="fast", cost_s=None, calm=0)
        every = min(self.trace_every + 1, TRACE_EVERY_MOST)
        return replace(self, trace_every=every, calm=0)

    def _dearer(self) -> Pace:
        if self.trace_every > TRACE_EVERY_LEAST:
            return replace(self, trace_every=self.trace_every - 1, calm=0)
        return replace(self, quality=self.wanted, calm=0)

"""What the capture thread knows about its camera, as one value that others read."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from vein_devices.supervision.states import DeviceStatus
from vein_imaging.words import translate as _

__all__ = ["CaptureStatus", "Phase"]


class Phase(enum.Enum):
    """State of a capture loop; the value is the word that a person sees."""

    STARTING = "starting"
    STREAMING = "streaming"
    SILENT = "silent"
    """Open, and no frame came before the deadline; it keeps waiting."""
    ENDED = "ended"
    """A recording is over."""
    FAILED = "failed"
    """Stopped by an error, which the status carries."""
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class CaptureStatus:
    """One camera at one moment. Replaced whole by the reader thread.

    Parameters
    ----------
    phase : Phase
        Where the loop stands.
    address : str
        The camera's URL.
    error : exception, optional
        What stopped the loop, or the last silence.
    frames, dropped, damaged, stale, repeated, silences : int
        Frames delivered; frames the camera reported lost; frames flagged; deadlines
        that passed without a frame.
    rate_fps : frames/s
        Measured over the last frames; 0 before the second.
    width_px, height_px : px
        Of the last frame; 0 before the first.
    device : DeviceStatus, optional
        What the supervisor says, where the camera is supervised.
    """

    phase: Phase
    address: str
    error: BaseException | None = None
    frames: int = 0
    dropped: int = 0
    damaged: int = 0
    stale: int = 0
    repeated: int = 0
    silences: int = 0
    rate_fps: float = 0.0
    width_px: int = 0
    height_px: int = 0
    device: DeviceStatus | None = None

    @property
    def running(self) -> bool:
        """Whether further frames can come."""
        return self.phase in (Phase.STARTING, Phase.STREAMING, Phase.SILENT)

    @property
    def sentence(self) -> str:
        """The state in words for the person at the screen."""
        if self.phase is Phase.STREAMING:
            return _(
                "streaming, {rate_fps:.0f} frames/s, {width_px} x {height_px}"
            ).format(
                rate_fps=self.rate_fps, width_px=self.width_px, height_px=self.height_px
            )
        if self.error is not None:
            return f"{self.phase.value}: {self.error}"
        return str(self.phase.value)

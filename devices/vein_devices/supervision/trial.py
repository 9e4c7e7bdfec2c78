"""Tries a camera for some seconds and gives a verdict in words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from vein_devices.clock import SYSTEM_CLOCK, Clock
from vein_devices.errors import DeviceError, DeviceTimeoutError, EndOfStreamError
from vein_devices.frame import Frame, FrameFlag
from vein_devices.protocols import Camera
from vein_devices.supervision.states import DeviceStatus
from vein_devices.supervision.supervisor import SupervisedCamera

__all__ = ["Trial", "try_camera"]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a camera did while it was tried.

    Parameters
    ----------
    address : str
        Which.
    seconds : s
        How long it streamed.
    frames, dropped, damaged, stale, repeated, clipped, silences : int
        Frames delivered, lost, flagged; waits of a second without one.
    width_px, height_px : px
        Of the last frame.
    fps, stated_fps : 1/s or None
        Measured; what it states.
    longest_gap_s : s
        Between two frames.
    brightness : 0 to 255
        Mean of the last frame.
    error : str
        What ended it early; "" if nothing did.
    status : DeviceStatus, optional
        States and counters, where the camera is supervised.
    silence : str
        What the camera said of itself the last time no frame came.
    oldest_s : s
        Longest time from taking a picture to its arrival, as far as it is known.
    untimed : int
        Frames of which it cannot be known.
    """

    address: str
    seconds: float
    frames: int
    dropped: int
    damaged: int
    stale: int
    repeated: int
    clipped: int
    silences: int
    width_px: int
    height_px: int
    fps: float
    stated_fps: float | None
    longest_gap_s: float
    brightness: float
    error: str
    status: DeviceStatus | None = None
    silence: str = ""
    oldest_s: float = 0.0
    untimed: int = 0

    @property
    def faults(self) -> tuple[str, ...]:
        """What makes the camera unfit, in words."""
        share = max(1, self.frames)
        rows = (
            (bool(self.error), self.error),
            (
                self.frames == 0,
                ": ".join(filter(None, ("no frame came", self.silence))),
            ),
            (self.repeated > 0.5 * share and self.frames > 2, "the picture is frozen"),
            (self.damaged > 0, f"{self.damaged} damaged frames"),
            (self._losses > 0, f"lost, and found again, {self._losses} times"),
        )
        return tuple(text for is_so, text in rows if is_so)

    @property
    def _by_network(self) -> bool:
        return "://" in self.address

    @property
    def _lost(self) -> str:
        # a network stream's pictures carry no numbers: a gap is seen by its length
        return f"{'at least ' * self._by_network}{self.dropped} frames lost"

    @property
    def _losses(self) -> int:
        return self.status.reconnects if self.status is not None else 0

    @property
    def doubts(self) -> tuple[str, ...]:
        """What a person should look at, in words."""
        share = max(1, self.frames)
        stated = self.stated_fps or 0.0
        rows = (
            (
                self.dropped > 0.02 * share,
                f"{self._lost}: use a smaller size, or another "
                f"{'line' if self._by_network else 'USB port'}",
            ),
            (
                0 < self.fps < 0.7 * stated,
                f"{self.fps:.1f} frames/s where {stated:.1f} are stated: in dim light "
                f"a camera exposes longer; ask for MJPG or a smaller size",
            ),
            (
                self.stale > 0.02 * share,
                f"{self.stale} frames came late, the oldest {self.oldest_s:.1f} s "
                f"after it was taken",
            ),
            (self.silences > 0, f"silent for a second {self.silences} times"),
            (
                self.clipped > 0.1 * share,
                f"{self.clipped} frames with over 1 % white: less light or exposure",
            ),
            (
                self.frames > 0 and self.brightness < 15,
                "nearly black: is the cap off, and the light on?",
            ),
        )
        return tuple(text for is_so, text in rows if is_so)

    @property
    def verdict(self) -> str:
        """One word: good, doubtful or bad."""
        return "bad" if self.faults else "doubtful" if self.doubts else "good"

    def to_json(self) -> dict[str, Any]:
        """Give every field, and the verdict with its reasons."""
        return {
            **asdict(self),
            "status": self.status.to_json() if self.status is not None else None,
            "verdict": self.verdict,
            "reasons": [*self.faults, *self.doubts],
        }


def try_camera(camera: Camera, seconds: float, clock: Clock = SYSTEM_CLOCK) -> Trial:
    """Stream for some seconds and count.

    Parameters
    ----------
    camera : Camera
        Closed; it is opened and closed.
    seconds : s
        How long; a recording may end earlier.
    clock : Clock
        Time.

    Returns
    -------
    Trial

    Raises
    ------
    DeviceError
        If the camera cannot be opened.
    """
    frames: list[FrameFlag] = []
    dropped = silences = 0
    last: Frame | None = None
    gap_s, oldest_s, error, silence = 0.0, 0.0, "", ""
    with camera:
        start_s = seen_s = clock.monotonic_s()
        until_s = start_s + seconds
        while clock.monotonic_s() < until_s:
            try:
                last = camera.read(min(1.0, max(0.05, until_s - clock.monotonic_s())))
            except DeviceTimeoutError as failure:
                silence = str(failure)
                silences += clock.monotonic_s() - seen_s >= 1.0
                continue
            except EndOfStreamError:
                break
            except DeviceError as failure:
                error = str(failure)
                break
            now_s = clock.monotonic_s()
            gap_s, seen_s = max(gap_s, now_s - seen_s), now_s
            oldest_s = max(oldest_s, last.delay_s)
            frames.append(last.flags)
            dropped += last.dropped_before
        spent_s = clock.monotonic_s() - start_s
        stated_fps = camera.nominal_fps
        status = camera.status if isinstance(camera, SupervisedCamera) else None

    def count(flag: FrameFlag) -> int:
        return sum(flag in flags for flags in frames)

    return Trial(
        camera.address, spent_s, len(frames), dropped, count(FrameFlag.DAMAGED),
        count(FrameFlag.STALE), count(FrameFlag.REPEATED), count(FrameFlag.CLIPPED),
        silences, last.width_px if last else 0, last.height_px if last else 0,
        len(frames) / spent_s if spent_s > 0 else 0.0, stated_fps, gap_s,
        float(np.mean(last.pixels)) if last else 0.0, error, status, silence, oldest_s,
        count(FrameFlag.UNTIMED),
    )  # fmt: skip

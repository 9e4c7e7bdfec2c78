"""The state of a device: a pure state machine that is given events and the time."""

from __future__ import annotations

import enum
from collections import deque
from dataclasses import asdict, dataclass, replace
from typing import Any

from vein_devices.errors import (
    BrokenRecordingError,
    DeviceAbsentError,
    DeviceAddressError,
    DeviceBusyError,
    DevicePermissionError,
    DeviceUnsupportedError,
    EndOfStreamError,
)
from vein_devices.frame import Frame, FrameFlag

__all__ = ["OVER", "DeviceState", "DeviceStatus", "Patience", "StateMachine"]


class DeviceState(enum.Enum):
    """State of a supervised device; the value is the word that a person sees."""

    CLOSED = "closed"
    OPENING = "opening"
    STREAMING = "streaming"
    STALLED = "stalled"
    """Open, and for too long no new picture came: silent, frozen or repeating."""
    ABSENT = "absent"
    """No such device is plugged in; it is looked for again and again."""
    LOST = "lost"
    """It failed while in use; opened again after a pause."""
    FAULT = "fault"
    """Trying again does not help: a person must act (permission, busy, unsupported)."""
    ENDED = "ended"
    """A recording is over."""


OVER = (DeviceState.FAULT, DeviceState.ENDED, DeviceState.CLOSED)
"""States from which no frame comes by itself."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what.

    Parameters
    ----------
    stall_s : s
        Without a new picture for this long a device is stalled; at least four frame
        periods, as measured, or as stated before the second frame.
    reopen_s : s
        A device stalled for this much longer is closed and opened again.
    repeats : int
        So many equal pictures in a row count as none.
    pause_s : (first, longest) s
        Pause before opening again; doubled each time.
    absent_pause_s : s
        Longest pause while no device is plugged in: looking costs little.
    settle_s : s
        For so long after a loss a refusal is not final: rights and locks of a device
        just plugged in come a moment after it.
    hang_s : s
        A driver that has not come back for so long is given up.
    """

    stall_s: float = 2.0
    reopen_s: float = 3.0
    repeats: int = 5
    pause_s: tuple[float, float] = (0.25, 2.0)
    absent_pause_s: float = 0.5
    settle_s: float = 4.0
    hang_s: float = 25.0


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """One device at one moment.

    Parameters
    ----------
    address : str
        Its URL.
    state : DeviceState
        Where it stands.
    since_s : s
        `monotonic` time of the last change of state.
    error : str
        The last failure in words; "" while streaming.
    frames, damaged, stale, repeated, dropped : int
        Delivered frames; those flagged; those known to be lost.
    timeouts, failures, reconnects, abandoned : int
        Waits without a picture; errors; openings after the first success; threads given
        up inside a driver.
    measured_fps : frames/s
        Over the last seconds; 0 before the second frame.
    width_px, height_px : px
        Of the last frame; 0 before the first.
    """

    address: str
    state: DeviceState = DeviceState.CLOSED
    since_s: float = 0.0
    error: str = ""
    frames: int = 0
    damaged: int = 0
    stale: int = 0
    repeated: int = 0
    dropped: int = 0
    timeouts: int = 0
    failures: int = 0
    reconnects: int = 0
    abandoned: int = 0
    measured_fps: float = 0.0
    width_px: int = 0
    height_px: int = 0

    @property
    def over(self) -> bool:
        """Whether no further frame can come unless a person acts."""
        return self.state in OVER

    def to_json(self) -> dict[str, Any]:
        """Give every field, the state as its word."""
        return {**asdict(self), "state": self.state.value}


_FINAL = (
    DevicePermissionError,
    DeviceBusyError,
    DeviceUnsupportedError,
    DeviceAddressError,
)


class StateMachine:
    """Knows what a device's events mean. No thread, no clock: time is an argument.

    Parameters
    ----------
    address : str
        The device's URL.
    patience : Patience
        How long to wait for what.
    """

    def __init__(self, address: str, patience: Patience) -> None:
        self._patience = patience
        self._status = DeviceStatus(address)
        self._last_new_s = 0.0
        self._same = 0
        self._stated_fps = 0.0
        self._pause_s = patience.pause_s[0]
        self._lost_s: float | None = None
        self.was_open = False
        """Whether the device has ever been opened well."""
        self._arrivals: deque[float] = deque(maxlen=60)
        self._left: tuple[float, float] | None = None
        """Last frame before it was opened again, and the rate until then."""

    @property
    def status(self) -> DeviceStatus:
        """The state as of the last event."""
        return self._status

    def _enter(self, state: DeviceState, now_s: float, error: str = "") -> None:
        since_s = now_s if state is not self._status.state else self._status.since_s
        self._status = replace(self._status, state=state, since_s=since_s, error=error)

    def opening(self, now_s: float) -> None:
        """The driver's `open` is about to be called."""
        if self._status.state is not DeviceState.ABSENT:
            self._enter(DeviceState.OPENING, now_s, self._status.error)

    def opened(self, now_s: float, stated_fps: float | None = None) -> None:
        """The driver's `open` came back well; it streams from the first frame on."""
        self._last_new_s, self._same = now_s, 0
        self._stated_fps = stated_fps or 0.0
        if self._arrivals:
            self._left = self._arrivals[-1], self._status.measured_fps
        self._arrivals.clear()
        again = int(self.was_open)
        self._status = replace(
            self._status, reconnects=self._status.reconnects + again, measured_fps=0.0
        )
        self.was_open = True
        self._enter(DeviceState.OPENING, now_s, self._status.error)

    def frame(self, now_s: float, frame: Frame) -> int:
        """A picture came.

        Returns
        -------
        int
            How many were lost while the device was away, by its rate until then; at
            least one. 0 where it was not.
        """
        repeated = FrameFlag.REPEATED in frame.flags
        damaged = FrameFlag.DAMAGED in frame.flags
        self._same = self._same + 1 if repeated else 0
        missed = 0
        if self._left is not None:
            left_s, fps = self._left
            missed, self._left = max(1, round((now_s - left_s) * fps) - 1), None
        before = self._status
        self._arrivals.append(now_s)
        span_s = self._arrivals[-1] - self._arrivals[0]
        self._status = replace(
            before,
            frames=before.frames + 1,
            damaged=before.damaged + damaged,
            stale=before.stale + (FrameFlag.STALE in frame.flags),
            repeated=before.repeated + repeated,
            dropped=before.dropped + frame.dropped_before + missed,
            measured_fps=(len(self._arrivals) - 1) / span_s if span_s > 0 else 0.0,
            width_px=frame.width_px,
            height_px=frame.height_px,
        )
        if damaged:
            self.silent(now_s, "only damaged pictures come")
        elif self._same >= self._patience.repeats:
            self.silent(now_s, "the same picture again and again: frozen?")
        else:
            self._last_new_s = now_s
            self._pause_s, self._lost_s = self._patience.pause_s[0], None
            self._enter(DeviceState.STREAMING, now_s)
        return missed

    def silent(self, now_s: float, why: str, *, timeout: bool = False) -> None:
        """No new picture came up to now."""
        if timeout:
            self._status = replace(self._status, timeouts=self._status.timeouts + 1)
        if now_s - self._last_new_s >= self._stall_s():
            self._enter(DeviceState.STALLED, now_s, why)

    def _stall_s(self) -> float:
        fps = self._status.measured_fps or self._stated_fps
        return max(self._patience.stall_s, 4.0 / fps if fps > 0 else 0.0)

    def should_reopen(self, now_s: float) -> bool:
        """Whether a stalled device has had its time."""
        longest_s = self._stall_s() + self._patience.reopen_s
        return (
            self._status.state is DeviceState.STALLED
            and now_s - self._last_new_s >= longest_s
        )

    def failed(
        self, now_s: float, error: Exception, *, final: bool = False
    ) -> float | None:
        """Take note of a failure.

        Parameters
        ----------
        now_s : s
            Time.
        error : Exception
            What was raised.
        final : bool
            Whether it is not to be tried again, whatever it was.

        Returns
        -------
        s or None
            Pause before the next opening; None: do not try again.
        """
        if isinstance(error, EndOfStreamError):
            self._enter(DeviceState.ENDED, now_s)
            return None
        self._status = replace(self._status, failures=self._status.failures + 1)
        why = str(error) or type(error).__name__
        if self.was_open and self._lost_s is None:
            self._lost_s = now_s
        settling = (
            self._lost_s is not None and now_s - self._lost_s < self._patience.settle_s
        ) or self._status.state is DeviceState.ABSENT
        final = final or isinstance(error, BrokenRecordingError)
        if final or (isinstance(error, _FINAL) and not settling):
            self._enter(DeviceState.FAULT, now_s, why)
            return None
        absent = isinstance(error, DeviceAbsentError)
        self._enter(DeviceState.ABSENT if absent else DeviceState.LOST, now_s, why)
        pause_s = self._pause_s
        longest_s = self._patience.pause_s[1]
        if absent:
            longest_s = min(longest_s, self._patience.absent_pause_s)
        self._pause_s = min(2.0 * pause_s, longest_s)
        return min(pause_s, longest_s)

    def abandoned(self, now_s: float) -> None:
        """A driver never came back; its thread was given up."""
        self._status = replace(
            self._status,
            abandoned=self._status.abandoned + 1,
            failures=self._status.failures + 1,
        )
        self._enter(DeviceState.LOST, now_s, "the driver hangs; it was given up")

    def closed(self, now_s: float) -> None:
        """The user closed it."""
        self._enter(DeviceState.CLOSED, now_s)

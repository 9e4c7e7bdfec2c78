"""The frames between the reader thread and its two readers.

The live view asks for the *newest* frame and skips what it has no time for; a damaged
one is never shown, and the picture before it grows old instead. A recorder
asks for the *next* one and gets all of them, in order. Frames queue up only while a
recorder is attached, and at most `capacity` of them. When the queue is full:

`Overflow.DROP`
    (a live camera) the new frame is not queued. It is counted, and the next frame that
    is queued carries the loss in its `dropped_before`: no recording has a silent gap.
`Overflow.WAIT`
    (a recording, a drawn camera, anything that can wait) the reader thread waits until
    the recorder has taken one. Nothing is lost.

The live view never waits for the recorder under either policy.
"""

from __future__ import annotations

import dataclasses
import enum
import threading
from collections import deque

from vein_devices.frame import Frame, FrameFlag

__all__ = ["FrameRing", "Overflow"]


class Overflow(enum.Enum):
    """What happens to a frame when the recorder is `capacity` frames behind."""

    DROP = "drop"
    WAIT = "wait"


class FrameRing:
    """One writer, a live reader (`newest`) and a recording reader (`next`).

    Parameters
    ----------
    capacity : int, > 0
        Frames held for the recorder. 32 frames of 1080p RGB are 200 MB and one second.
    overflow : Overflow
        See the module's description.
    """

    def __init__(
        self, capacity: int = 32, *, overflow: Overflow = Overflow.DROP
    ) -> None:
        if capacity < 1:
            raise ValueError(f"a ring holds at least one frame, not {capacity}")
        self._changed = threading.Condition()
        self._capacity = capacity
        self._overflow = overflow
        self._newest: Frame | None = None
        self._count = 0
        self._queue: deque[Frame] = deque()
        self._recording = False
        self._lost = 0
        self._total_lost = 0
        self._closed = False

    @property
    def lost(self) -> int:
        """Frames the recorder did not get because it was too slow."""
        return self._total_lost

    def put(self, frame: Frame) -> None:
        """Hand over a frame; waits only under `Overflow.WAIT` with a full queue."""
        with self._changed:
            if FrameFlag.DAMAGED not in frame.flags:
                self._newest = frame
                self._count += 1
                self._changed.notify_all()
            if self._overflow is Overflow.WAIT:
                self._changed.wait_for(
                    lambda: (
                        len(self._queue) < self._capacity
                        or not self._recording
                        or self._closed
                    )
                )
            if not self._recording or self._closed:
                return
            if len(self._queue) >= self._capacity:
                # What the lost frame itself had to tell of losses must not be lost.
                self._lost += 1 + frame.dropped_before
                self._total_lost += 1
                return
            if self._lost:
                frame = dataclasses.replace(
                    frame, dropped_before=frame.dropped_before + self._lost
                )
                self._lost = 0
            self._queue.append(frame)
            self._changed.notify_all()

    def newest(self, after: int, timeout_s: float) -> tuple[Frame | None, int]:
        """Wait for a frame later than the `after`-th.

        Parameters
        ----------
        after : int
            The number this function returned last; 0 at first.
        timeout_s : s
            Never waits longer.

        Returns
        -------
        frame, number : Frame or None, int
            The newest frame and its number; None and `after` if none came in time or
            the ring is closed.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self._count > after or self._closed, timeout_s
            )
            if self._count == after:
                return None, after
            return self._newest, self._count

    def start_recording(self) -> None:
        """From here on, queue every frame for `next`."""
        with self._changed:
            self._queue.clear()
            self._lost = 0
            self._recording = True

    def stop_recording(self) -> None:
        """Queue no further frame; those queued can still be taken."""
        with self._changed:
            self._recording = False
            self._changed.notify_all()

    def next(self, timeout_s: float) -> Frame | None:
        """Take the next frame in order, for the recorder.

        Parameters
        ----------
        timeout_s : s
            Never waits longer.

        Returns
        -------
        Frame or None
            None if none came in time, or the ring is closed and empty.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closed, timeout_s)
            if not self._queue:
                return None
            frame = self._queue.popleft()
            self._changed.notify_all()
            return frame

    @property
    def closed(self) -> bool:
        """Whether no further frame can come."""
        return self._closed

    def close(self) -> None:
        """No further frame comes; whoever waits is let go. Queued frames stay."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

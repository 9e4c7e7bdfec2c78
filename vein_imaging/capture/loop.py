"""One thread that reads one camera and hands every frame on."""

from __future__ import annotations

import dataclasses
import threading
from collections import deque
from types import TracebackType
from typing import Self

from vein_devices.errors import DeviceTimeoutError, EndOfStreamError
from vein_devices.frame import Frame, FrameFlag
from vein_devices.protocols import Camera
from vein_devices.supervision.supervisor import SupervisedCamera
from vein_imaging.capture.ring import FrameRing
from vein_imaging.capture.status import CaptureStatus, Phase

__all__ = ["CaptureLoop"]


class CaptureLoop:
    """Reads a camera in a thread of its own until stopped, ended or failed.

    The thread opens the camera, puts every frame into the ring, and closes the camera.
    An exception ends the thread and stays in `status` for the viewer to show.

    Parameters
    ----------
    camera : Camera
        Closed; nobody else may use it while the loop runs.
    ring : FrameRing
        Where frames go. Closed when the thread ends.
    read_timeout_s : s, > 0
        How long one read waits before the camera counts as silent; also the longest
        that `stop` has to wait for a camera that keeps its promise.
    """

    def __init__(
        self, camera: Camera, ring: FrameRing, *, read_timeout_s: float = 1.0
    ) -> None:
        self._camera = camera
        self._supervised = camera if isinstance(camera, SupervisedCamera) else None
        self._ring = ring
        self._read_timeout_s = read_timeout_s
        self._stopping = threading.Event()
        self._arrivals: deque[float] = deque(maxlen=30)
        self._status = CaptureStatus(Phase.STARTING, camera.address)
        self._thread = threading.Thread(
            target=self._run, name=f"capture {camera.address}", daemon=True
        )

    @property
    def status(self) -> CaptureStatus:
        """The state now; a frozen value, safe to read from any thread."""
        return self._status

    @property
    def running(self) -> bool:
        """Whether the thread is alive."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start the thread. Once per loop."""
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """End the thread and close the camera.

        Parameters
        ----------
        timeout_s : s
            Never waits longer.

        Returns
        -------
        bool
            False if a camera did not come back from its read in time; its thread then
            ends when it does, or with the program.
        """
        self._stopping.set()
        self._ring.close()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _change(self, **changes: object) -> None:
        if self._supervised is not None:
            changes["device"] = self._supervised.status
        self._status = dataclasses.replace(self._status, **changes)  # type: ignore[arg-type]

    def _run(self) -> None:
        try:
            self._camera.open()
            self._read_all()
            self._change(phase=Phase.STOPPED, error=None)
        except EndOfStreamError:
            self._change(phase=Phase.ENDED, error=None)
        except Exception as error:  # noqa: BLE001 - the one place: kept, shown
            self._change(phase=Phase.FAILED, error=error)
        finally:
            self._camera.close()
            self._ring.close()

    def _read_all(self) -> None:
        while not self._stopping.is_set():
            try:
                frame = self._camera.read(self._read_timeout_s)
            except DeviceTimeoutError as error:
                self._change(
                    phase=Phase.SILENT, error=error, silences=self._status.silences + 1
                )
                continue
            self._count(frame)
            self._ring.put(frame)

    def _count(self, frame: Frame) -> None:
        self._arrivals.append(frame.monotonic_s)
        span_s = self._arrivals[-1] - self._arrivals[0]
        before = self._status
        self._change(
            phase=Phase.STREAMING,
            error=None,
            frames=before.frames + 1,
            dropped=before.dropped + frame.dropped_before,
            damaged=before.damaged + (FrameFlag.DAMAGED in frame.flags),
            stale=before.stale + (FrameFlag.STALE in frame.flags),
            repeated=before.repeated + (FrameFlag.REPEATED in frame.flags),
            rate_fps=(len(self._arrivals) - 1) / span_s if span_s > 0 else 0.0,
            width_px=frame.width_px,
            height_px=frame.height_px,
        )

"""Records a number of good frames of a camera, and says what became of the others."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from vein_devices.frame import Frame, FrameFlag
from vein_devices.protocols import Camera
from vein_devices.supervision.states import DeviceStatus
from vein_devices.supervision.supervisor import SupervisedCamera, watch
from vein_imaging.capture.recording import Recording, RecordingError
from vein_imaging.capture.ring import FrameRing, Overflow
from vein_imaging.capture.status import camera_sentence
from vein_imaging.words import translate as _

__all__ = ["Recorded", "record_frames", "record_until"]

_GROUP = 8
"""How many waiting frames are flushed to the disk together."""
_SLICE_S = 0.25
"""A request to stop is noticed within this time; an idle thread wakes four times a
second."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """How a recording ended.

    Parameters
    ----------
    frames : int
        Good frames on the disk.
    damaged : int
        Frames that came damaged, were not written, and count as a gap.
    lost : int
        Frames that were lost because the disk was too slow.
    status : DeviceStatus
        Of the camera when the recording ended.
    problem : str
        Why it ended early; empty where every frame asked for is there.
    """

    frames: int
    damaged: int
    lost: int
    status: DeviceStatus
    problem: str


def record_frames(
    camera: Camera,
    folder: Path,
    count: int,
    *,
    overflow: Overflow = Overflow.DROP,
    silence_s: float = 10.0,
    stopped: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] = time.monotonic,
) -> Recorded:
    """Record the next `count` good frames.

    Parameters
    ----------
    camera : Camera
        Closed; it is opened and closed.
    folder : Path
        New or empty.
    count : int, > 0
        Good frames wanted: those not flagged damaged.
    overflow : Overflow
        What happens when the disk is too slow.
    silence_s : s
        Give up when no frame comes for so long.
    stopped : callable
        Asked between frames: whether the person wants no more of them.
    clock : callable
        `time.monotonic`.

    Returns
    -------
    Recorded
        Also when it ended early: `problem` says why.

    Raises
    ------
    RecordingError
        If nothing could be written at all.
    ValueError
        If `count` is not positive.
    """
    if count < 1:
        raise ValueError(f"record at least one frame, not {count}")
    ring = FrameRing(overflow=overflow)
    ring.start_recording()
    watched = watch(camera)
    wall, now_s = datetime.now(UTC), clock()
    with Recording(folder, wall=wall, monotonic_s=now_s) as recording:
        good = _GoodFrames(ring)
        watched.start(ring.put, ring.close)
        try:
            problem = _fill(good, watched, recording, count, silence_s, stopped, clock)
        except RecordingError as error:
            problem = str(error)
        finally:
            status = watched.status
            ring.close()
            watched.close()
    return Recorded(recording.count, good.damaged, ring.lost, status, problem)


def record_until(
    ring: FrameRing,
    camera: SupervisedCamera,
    folder: Path,
    *,
    stopped: Callable[[], bool],
    told: Callable[[int], None] = lambda count: None,
    clock: Callable[[], float] = time.monotonic,
) -> Recorded:
    """Record a camera that runs, beside whatever else looks at its frames.

    Parameters
    ----------
    ring : FrameRing
        Where the camera's frames arrive.
    camera : SupervisedCamera
        Started; it is left as it is.
    folder : Path
        New or empty.
    stopped : callable
        Asked between frames: whether the person wants no more of them.
    told : callable
        Called with the number of frames on the disk.
    clock : callable
        `time.monotonic`.

    Returns
    -------
    Recorded
        `problem` says why it ended where the person did not end it.

    Raises
    ------
    RecordingError
        If nothing could be written at all.
    """
    good, problem = _GoodFrames(ring), ""
    with Recording(folder, wall=datetime.now(UTC), monotonic_s=clock()) as recording:
        ring.start_recording()
        lost_before = ring.lost
        try:
            while not stopped():
                group = good.next_group(_GROUP)
                if group:
                    recording.append(group)
                    told(recording.count)
                elif ring.closed:
                    problem = _("camera {ending}").format(
                        ending=camera_sentence(camera.status)
                    )
                    break
        except RecordingError as error:
            problem = str(error)
        finally:
            ring.stop_recording()
    lost = ring.lost - lost_before
    return Recorded(recording.count, good.damaged, lost, camera.status, problem)


class _GoodFrames:
    """Leaves damaged frames of a ring out; the next good one tells of the gap."""

    def __init__(self, ring: FrameRing) -> None:
        self.ring = ring
        self.damaged = 0
        self._gap = 0

    def next_group(self, most: int) -> list[Frame]:
        """Wait for a frame, and take the good ones that wait behind it."""
        group: list[Frame] = []
        wait_s = _SLICE_S
        while len(group) < most:
            frame = self.ring.next(wait_s)
            if frame is None:
                break
            wait_s = 0.0
            if FrameFlag.DAMAGED in frame.flags:
                self.damaged += 1
                self._gap += 1 + frame.dropped_before
                continue
            dropped, self._gap = frame.dropped_before + self._gap, 0
            group.append(dataclasses.replace(frame, dropped_before=dropped))
        return group


def _fill(
    good: _GoodFrames,
    camera: SupervisedCamera,
    recording: Recording,
    count: int,
    silence_s: float,
    stopped: Callable[[], bool],
    clock: Callable[[], float],
) -> str:
    """Record until there are enough; else say why not."""
    last_s = clock()
    while (missing := count - recording.count) > 0:
        group = good.next_group(min(missing, _GROUP))
        status = camera.status  # asked for, a driver that hangs is noticed
        if group:
            recording.append(group)
            last_s = clock()
        if stopped() and recording.count < count:
            return _("stopped: {count} of {wanted} frames are in {folder}").format(
                count=recording.count, wanted=count, folder=recording.folder
            )
        if not group and status.over and good.ring.closed:
            return _("{count} of {wanted} frames: camera {ending}").format(
                count=recording.count, wanted=count, ending=camera_sentence(status)
            )
        if clock() - last_s > silence_s:
            return _(
                "{count} of {wanted} frames: no good frame for {silence_s:g} s; camera "
                "{sentence}"
            ).format(
                count=recording.count,
                wanted=count,
                silence_s=silence_s,
                sentence=camera_sentence(status),
            )
    return ""

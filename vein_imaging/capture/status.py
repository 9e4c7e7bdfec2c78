"""The state of a camera in words for the person at the screen."""

from __future__ import annotations

from vein_devices.supervision.states import DeviceState, DeviceStatus
from vein_imaging.words import marked
from vein_imaging.words import translate as _

__all__ = ["camera_sentence"]

_WORDS = {
    DeviceState.CLOSED: marked("stopped"),
    DeviceState.OPENING: marked("starting"),
    DeviceState.STALLED: marked("silent"),
    DeviceState.ABSENT: marked("absent"),
    DeviceState.LOST: marked("lost"),
    DeviceState.FAULT: marked("failed"),
    DeviceState.ENDED: marked("ended"),
}


def camera_sentence(status: DeviceStatus) -> str:
    """Say how a camera stands.

    Parameters
    ----------
    status : DeviceStatus

    Returns
    -------
    str
        As "streaming, 30 frames/s, 640 x 480" or "failed: unplugged".
    """
    if status.state is DeviceState.STREAMING:
        return _("streaming, {rate_fps:.0f} frames/s, {width_px} x {height_px}").format(
            rate_fps=status.measured_fps,
            width_px=status.width_px,
            height_px=status.height_px,
        )
    words = str(_(_WORDS[status.state]))
    return f"{words}: {status.error}" if status.error else words

"""A session without a camera: injections are recorded by area, without a picture."""

from __future__ import annotations

from vein_devices import Frame
from vein_devices.errors import DeviceAbsentError
from vein_devices.supervision.supervisor import SupervisedCamera
from vein_imaging.words import translate as _

__all__ = ["NO_CAMERA", "no_camera"]

NO_CAMERA = "none:"
"""Stands where an address would."""


class _Nothing:
    """A camera that is never there, and says why."""

    address = NO_CAMERA
    nominal_fps = None

    def open(self) -> None:
        raise DeviceAbsentError(
            _(
                "no camera was chosen. Injections are recorded by area, without a "
                "picture; to choose one, close this session and open it again"
            )
        )

    def read(self, timeout_s: float = 2.0) -> Frame:
        raise DeviceAbsentError(NO_CAMERA)

    def close(self) -> None:
        """Nothing is held."""


def no_camera() -> SupervisedCamera:
    """Make a camera that gives no picture, so that work goes on without one."""
    return SupervisedCamera(
        NO_CAMERA,
        _Nothing,  # type: ignore[arg-type]  # is never used in a `with`
        wait_for_camera=True,
    )

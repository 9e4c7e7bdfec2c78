"""The ways OpenCV reaches a USB camera on each system, and their controls, as data.

Written from OpenCV's documentation and source; of these only V4L2 ran on cameras.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from vein_devices.errors import DeviceUnsupportedError
from vein_devices.opencv import cv2

__all__ = [
    "AVFOUNDATION",
    "BACKENDS",
    "DSHOW",
    "MSMF",
    "V4L2",
    "Backend",
    "Capture",
    "CvControl",
    "set_opencv_control",
]


class Capture(Protocol):
    """What is used of `cv2.VideoCapture`."""

    def isOpened(self) -> bool:  # noqa: N802
        """Whether it was ever opened; stays True after unplugging."""

    def read(self) -> tuple[bool, Any]:
        """Next frame."""

    def get(self, propId: int) -> float:  # noqa: N803
        """Read a property."""

    def set(self, propId: int, value: float) -> bool:  # noqa: N803
        """Ask for a property; a True is not to be trusted."""

    def release(self) -> None:
        """Let go."""


@dataclass(frozen=True, slots=True)
class CvControl:
    """A control of a camera, as one backend of OpenCV has it.

    Parameters
    ----------
    keys : tuple of int
        Properties of OpenCV that may hold it; the first that the backend takes counts.
    log2_s : bool
        The property holds whole powers of two of a second, the option microseconds.
    auto : (property, manual value or None, automatic value), optional
        Switch between manual and automatic; a manual value of None: setting the
        control makes it manual.
    """

    keys: tuple[int, ...]
    log2_s: bool = False
    auto: tuple[int, float | None, float] | None = None

    def to_raw(self, value: float) -> float:
        """Give the nearest whole value of the property, of a value in the unit."""
        return float(round(math.log2(value * 1e-6) if self.log2_s else value))

    def from_raw(self, raw: float) -> float:
        """Give the value in the unit, of the property's."""
        return 1e6 * 2.0**raw if self.log2_s else raw


@dataclass(frozen=True, slots=True, eq=False)
class Backend:
    """One way from OpenCV to a camera.

    Parameters
    ----------
    name : str
        Its short name.
    id : int
        OpenCV's number.
    controls : mapping of str to CvControl
        By the names of `v4l2.CONTROLS`; what is missing is not supported. V4L2 has
        none: its controls are set through the kernel (`v4l2.set_opencv_control`).
    advice : str
        What to do about a control that is missing.
    """

    name: str
    id: int
    controls: Mapping[str, CvControl] = field(default_factory=dict)
    advice: str = ""


_PLAIN = {
    "gain": CvControl((cv2.CAP_PROP_GAIN,)),
    "brightness": CvControl((cv2.CAP_PROP_BRIGHTNESS,)),
}

V4L2 = Backend("V4L2", cv2.CAP_V4L2)
DSHOW = Backend(
    "DSHOW",
    cv2.CAP_DSHOW,
    {
        # 0.25 is rounded to 0, manual; 1 alone is automatic (opencv #9738, #17019).
        "exposure_us": CvControl(
            (cv2.CAP_PROP_EXPOSURE,), True, (cv2.CAP_PROP_AUTO_EXPOSURE, 0.25, 1.0)
        ),
        # Older OpenCV has the temperature in kelvin under the name of blue.
        "white_balance_k": CvControl(
            (cv2.CAP_PROP_WB_TEMPERATURE, cv2.CAP_PROP_WHITE_BALANCE_BLUE_U),
            auto=(cv2.CAP_PROP_AUTO_WB, 0.0, 1.0),
        ),
        **_PLAIN,
    },
)
MSMF = Backend(
    "MSMF",
    cv2.CAP_MSMF,
    {
        # Any number but 0 in AUTO_EXPOSURE means automatic here, 0.25 too, and 0 sets
        # an exposure of 1 s; EXPOSURE alone sets manual (OpenCV's cap_msmf.cpp).
        "exposure_us": CvControl(
            (cv2.CAP_PROP_EXPOSURE,), True, (cv2.CAP_PROP_AUTO_EXPOSURE, None, 1.0)
        ),
        "white_balance_k": CvControl(
            (cv2.CAP_PROP_WB_TEMPERATURE, cv2.CAP_PROP_TEMPERATURE),
            auto=(cv2.CAP_PROP_AUTO_WB, None, 1.0),
        ),
        **_PLAIN,
    },
)
AVFOUNDATION = Backend(
    "AVFoundation",
    cv2.CAP_AVFOUNDATION,
    advice="only size and rate can be set on macOS; dim or strobe the light instead",
)

BACKENDS: dict[str, tuple[Backend, ...]] = {
    "linux": (V4L2,),
    "win32": (DSHOW, MSMF),
    "darwin": (AVFOUNDATION,),
}
"""`sys.platform` to what is tried, in this order."""


def set_opencv_control(
    capture: Capture, backend: Backend, name: str, value: float | None
) -> float | None:
    """Set a control through OpenCV, and read it back.

    Parameters
    ----------
    capture : Capture
        Open camera.
    backend : Backend
        What it was opened through.
    name : str
        One of `v4l2.CONTROLS`.
    value : float or None
        In the unit of the name; None: back to automatic, for which OpenCV's yes is all
        there is.

    Returns
    -------
    float or None
        What the camera has now, in the same unit; None: automatic. Exposure comes in
        steps of a factor of two on Windows: the nearest is set.

    Raises
    ------
    DeviceUnsupportedError
        If backend or camera lack the control, the value is out of range, or the camera
        did not take it.
    """
    control = backend.controls.get(name)
    if control is None:
        raise DeviceUnsupportedError(f"{name} is not supported: {backend.advice}")
    if value is None:
        if control.auto is None:
            raise DeviceUnsupportedError(f"{name} has no automatic")
        if not capture.set(control.auto[0], control.auto[2]):
            raise DeviceUnsupportedError(f"this camera has no automatic {name}")
        return None
    if control.log2_s and value <= 0:
        raise DeviceUnsupportedError(f"{name} is above 0; {value:g} was asked")
    raw = control.to_raw(value)
    if control.auto is not None and control.auto[1] is not None:
        capture.set(control.auto[0], control.auto[1])
    key = next((key for key in control.keys if capture.set(key, raw)), None)
    if key is None:
        raise _refused(capture, control, name, value)
    got = capture.get(key)
    if abs(got - raw) > 0.5:
        raise DeviceUnsupportedError(
            f"the camera set {name} to {control.from_raw(got):g} instead of {value:g}: "
            f"out of its range, or not settable"
        )
    return control.from_raw(got)


def _refused(
    capture: Capture, control: CvControl, name: str, value: float
) -> DeviceUnsupportedError:
    """Tell a control that is not there (-1) from a value out of its range."""
    now = next((raw for raw in map(capture.get, control.keys) if raw != -1.0), None)
    if now is None:
        return DeviceUnsupportedError(
            f"{name} {value:g} is not supported: this camera does not answer to {name}"
        )
    return DeviceUnsupportedError(
        f"the camera refused {name} {value:g}: out of its range; it has "
        f"{control.from_raw(now):g} now"
    )

"""`uvc:SERIAL?size=1280x720&exposure_us=8000`: a USB camera, through OpenCV.

On Linux everything is asked of the kernel: which nodes are cameras, who they are, their
controls, how old a frame is. On Windows two backends of OpenCV are tried and measured;
on macOS only size and rate can be set. Both ran only on a stand-in for OpenCV.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from vein_devices.address import Address
from vein_devices.cameras.gaps import GapCounter
from vein_devices.cameras.jpeg import decode_jpeg
from vein_devices.cameras.replay.picture_file import to_pixels
from vein_devices.cameras.source import Shot
from vein_devices.cameras.usb import v4l2
from vein_devices.cameras.usb.backends import (
    BACKENDS,
    V4L2,
    Backend,
    Capture,
    set_opencv_control,
)
from vein_devices.cameras.usb.identity import address_of, find_camera, list_cameras
from vein_devices.cameras.usb.settings import Negotiated, UvcSettings, read_settings
from vein_devices.clock import Clock
from vein_devices.errors import (
    DeviceAbsentError,
    DeviceBusyError,
    DeviceDataError,
    DeviceError,
    DeviceTimeoutError,
    DeviceUnsupportedError,
)
from vein_devices.frame import FrameFlag
from vein_devices.holders import holders_of
from vein_devices.listing import Listing
from vein_devices.opencv import cv2

__all__ = ["Negotiated", "UvcSettings", "UvcSource", "list_devices", "make_source"]

# OpenCV reads this once, before its first capture: seconds until a frozen camera's
# read() comes back. Without it a read blocks for ten.
_SELECT_VARIABLE = "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT"
_SELECT_S = 1  # OpenCV takes whole seconds; its own 10 would let the window wait
_BUFFERS = 8  # old pictures skipped at a time; OpenCV's own V4L2 queue holds four
_BAD_FRAMES = 10  # a third of a second: a cable that will not mend itself
_MEASURED_FRAMES = 10  # a rate to a tenth, in a third of a second
_FAST_ENOUGH = 0.8  # of the wished or stated rate: no other backend is tried


class UvcSource:
    """Frames of one USB camera.

    Parameters
    ----------
    place : str
        Serial number, "vid:pid", USB path, node, or part of the name; "" for the only
        camera.
    settings : UvcSettings
        What is asked of it.
    clock : Clock
        Time; must be the machine's own, for the age of frames.
    make_capture : callable (node or number, backend) -> Capture
        `cv2.VideoCapture`.
    nodes : callable (Backend) -> list of VideoNode
        What is plugged in.
    backends : tuple of Backend
        What is tried, in this order.
    """

    def __init__(
        self,
        place: str,
        settings: UvcSettings,
        clock: Clock,
        make_capture: Callable[[Any, int], Capture] = cv2.VideoCapture,
        nodes: Callable[[Backend], list[v4l2.VideoNode]] = list_cameras,
        backends: tuple[Backend, ...] = BACKENDS.get(sys.platform, (V4L2,)),
    ) -> None:
        self.place = place
        self._name = f"uvc:{place}" if place else "uvc"  # in messages
        self.settings = settings
        self.negotiated: Negotiated | None = None
        """What the camera really does, once open."""
        self.description = ""
        """Which camera, through what, and how fast by measurement, once open."""
        self._clock = clock
        self._make_capture = make_capture
        self._nodes = nodes
        self._backends = backends
        self._backend = backends[0]
        self._capture: Capture | None = None
        self._path = ""  # of the node, on Linux
        self._raw_jpeg = False
        self._size_px: tuple[int, int] | None = None
        self._period_s = 1.0  # until it is measured
        self._refused = 0  # reads in a row that gave nothing at once
        self._dropped = 0  # since the last picture that was handed on
        self._gaps = GapCounter(by_device=True)

    @property
    def nominal_fps(self) -> float | None:
        """The rate that the camera states; `negotiated` has the one measured."""
        stated_fps = self.negotiated.stated_fps if self.negotiated else 0.0
        return stated_fps if stated_fps > 0 else self.settings.fps

    def open(self) -> None:
        """Find the camera by identity, negotiate, and measure what comes of it.

        Of several backends the first that is fast enough is taken, else the fastest;
        it is tried first from then on.

        Raises
        ------
        DeviceError
            Absent, forbidden (with the rule to type), busy, or not able to do it.
        """
        os.environ.setdefault(_SELECT_VARIABLE, str(_SELECT_S))
        rates: dict[Backend, float] = {}
        faults: dict[Backend, DeviceError] = {}
        for backend in self._backends:
            self.close()
            try:
                done = self._open_through(backend)
            except DeviceError as error:
                faults[backend] = error
                continue
            rates[backend] = done.measured_fps
            wanted_fps = self.settings.fps or done.stated_fps
            if done.measured_fps >= _FAST_ENOUGH * wanted_fps:
                break
        if not rates:
            raise _together(faults)
        best = max(rates, key=lambda backend: rates[backend])
        if self._capture is None or self._backend is not best:
            self.close()
            self._open_through(best)
        self._backends = best, *(b for b in self._backends if b is not best)
        others = [f"{b.name}: {rates[b]:.1f} frames/s" for b in rates if b is not best]
        others += [f"{b.name}: {error}" for b, error in faults.items()]
        self.description = "; ".join([self.description, *others])

    def _open_through(self, backend: Backend) -> Negotiated:
        self._backend = backend
        node = self._find()
        self._path = node.path if backend is V4L2 else ""
        what = node.path if node.index is None else node.index
        self._capture = capture = self._make_capture(what, backend.id)
        if not capture.isOpened():
            self.close()
            raise self._not_opened()
        try:
            self._negotiate(capture)
            done = self._measure(capture, self._set_controls(capture))
        except BaseException:
            self.close()
            raise
        self.description = (
            f"{node.name} ({node.identity}) through {backend.name}: {done.width_px}x"
            f"{done.height_px} {done.fourcc}, {done.measured_fps:.1f} frames/s"
        )
        return done

    def _find(self) -> v4l2.VideoNode:
        """Which camera is meant, as it is plugged in now."""
        if self._backend is not V4L2:
            return find_camera(self.place, self._nodes(self._backend), self._name)
        if self.place.startswith("/"):
            v4l2.probe_node(self.place)
            return v4l2.VideoNode(self.place, self.place)
        node = find_camera(self.place, self._nodes(self._backend), self._name)
        v4l2.probe_node(node.path, node)
        return node

    def _not_opened(self) -> DeviceBusyError | DeviceUnsupportedError:
        holders = map(str, holders_of(self._path)) if self._path else ()
        if held_by := ", ".join(holders):
            return DeviceBusyError(
                f"{self._name}: held by {held_by}; close that program"
            )
        return DeviceUnsupportedError(
            f"{self._name}: it can be opened, and gives no picture format that is "
            f"known here; another program may hold it"
        )

    def _negotiate(self, capture: Capture) -> None:
        """Ask for format, size and rate; which order works depends on the camera."""
        settings = self.settings
        code = cv2.VideoWriter.fourcc(*settings.fourcc) if settings.fourcc else None
        wishes = [
            (cv2.CAP_PROP_FOURCC, code),
            (cv2.CAP_PROP_FRAME_WIDTH, settings.size_px and settings.size_px[1]),
            (cv2.CAP_PROP_FRAME_HEIGHT, settings.size_px and settings.size_px[0]),
            (cv2.CAP_PROP_FPS, settings.fps),
        ]
        for order in (wishes, wishes[1:] + wishes[:1]):
            for key, value in order:
                if value:
                    capture.set(key, float(value))
            if code is None or _fourcc(capture) == settings.fourcc:
                break
        self._raw_jpeg = _fourcc(capture) == "MJPG" and self._backend is V4L2
        if self._raw_jpeg:
            # Undecoded: 2.4 times the rate, and damage can be judged.
            capture.set(cv2.CAP_PROP_CONVERT_RGB, 0.0)

    def _set_controls(self, capture: Capture) -> dict[str, float | None]:
        wishes = self.settings.controls
        if self._backend is not V4L2:
            return {
                name: set_opencv_control(capture, self._backend, name, value)
                for name, value in wishes.items()
            }
        if not wishes:
            return {}
        fd = os.open(self._path, os.O_RDWR | os.O_NONBLOCK)
        try:
            return {
                name: v4l2.set_control(fd, name, value)
                for name, value in wishes.items()
            }
        finally:
            os.close(fd)

    def _measure(
        self, capture: Capture, controls: dict[str, float | None]
    ) -> Negotiated:
        """Read a few frames: only they show the true size and rate."""
        shot = self._first_shot()
        height, width = shot.pixels.shape[:2]
        if self.settings.size_px not in (None, (height, width)):
            raise DeviceUnsupportedError(
                f"{self._name}: the camera gives {width}x{height}, not "
                f"{self.settings.size_px[1]}x{self.settings.size_px[0]}"
            )
        self._size_px = height, width
        self._gaps, self._dropped = GapCounter(by_device=True), 0
        start_s = self._clock.monotonic_s()
        for _ in range(_MEASURED_FRAMES):
            self.shot(_SELECT_S)
        spent_s = self._clock.monotonic_s() - start_s
        fps = _MEASURED_FRAMES / spent_s if spent_s > 0 else 0.0
        self._period_s = 1.0 / fps if fps else self._period_s
        self.negotiated = Negotiated(
            width, height, _fourcc(capture), float(capture.get(cv2.CAP_PROP_FPS)), fps,
            controls, self._backend.name,
        )  # fmt: skip
        return self.negotiated

    def _first_shot(self) -> Shot:
        try:
            return self.shot(3.0 * _SELECT_S)
        except (DeviceTimeoutError, DeviceDataError) as error:
            raise DeviceUnsupportedError(
                f"{self._name}: it opens and sends nothing ({error}). With two "
                f"cameras on one USB controller the bandwidth may be used up: ask for "
                f"a smaller size or MJPG, or plug one into another port"
            ) from error

    def shot(self, timeout_s: float) -> Shot:
        """Give the newest frame: what lay in the buffers too long is dropped.

        Parameters
        ----------
        timeout_s : s
            A frozen camera may hold this up by one second more.

        Returns
        -------
        Shot
            `dropped_before` counts all that was lost since the last picture, also over
            calls that ended without one, and what the kernel had no buffer for, by the
            time it stamps on frames.
        """
        until_s = self._clock.monotonic_s() + timeout_s
        skipped = bad = 0
        while True:
            picture, device_s = self._read(until_s)
            if device_s is not None:
                self._dropped += self._gaps.lost(device_s)
            age_s = 0.0 if device_s is None else self._clock.monotonic_s() - device_s
            stale = age_s > max(2.0 * self._period_s, 0.1)
            if stale and skipped < _BUFFERS:
                skipped, self._dropped = skipped + 1, self._dropped + 1
                continue
            try:
                pixels, jpeg = self._decode(picture)
            except DeviceDataError:
                bad, self._dropped = bad + 1, self._dropped + 1
                if bad >= _BAD_FRAMES:
                    raise
                continue
            dropped, self._dropped = self._dropped, 0
            controls = self.negotiated.controls if self.negotiated else {}
            return Shot(
                pixels,
                device_s=device_s,
                flags=FrameFlag.STALE if stale else FrameFlag.NONE,
                dropped_before=dropped,
                jpeg=jpeg,
                exposure_us=controls.get("exposure_us"),
                delay_s=age_s,
            )

    def _read(self, until_s: float) -> tuple[Any, float | None]:
        """One read of OpenCV; what came, and the kernel's time of it."""
        capture = self._capture
        if capture is None:
            raise DeviceAbsentError(f"{self._name} is not open")
        while True:
            start_s = self._clock.monotonic_s()
            good, picture = capture.read()
            now_s = self._clock.monotonic_s()
            if good and picture is not None and picture.size:
                self._refused = 0
                device_s = float(capture.get(cv2.CAP_PROP_POS_MSEC)) / 1000.0
                # V4L2 stamps buffers with the monotonic clock; other backends do not.
                known = self._path and 0.0 <= now_s - device_s < 3600.0
                return picture, device_s if known else None
            self._refused = self._refused + 1 if now_s - start_s < 0.2 else 0
            if self._path and not os.path.exists(self._path):  # noqa: PTH110
                raise DeviceAbsentError(f"{self._name}: unplugged")
            if self._refused >= 3:
                raise DeviceAbsentError(
                    f"{self._name}: it refuses to give frames: unplugged, or its "
                    f"USB connection failed"
                )
            if now_s >= until_s:
                raise DeviceTimeoutError(f"{self._name}: no frame came; frozen?")

    def _decode(self, picture: Any) -> tuple[Any, bytes | None]:
        """Pixels, and the JPEG where it was one."""
        if not self._raw_jpeg:
            return to_pixels(np.asarray(picture), self._name), None
        data = np.asarray(picture, np.uint8).tobytes()
        return decode_jpeg(data, self._size_px)

    def close(self) -> None:
        """Let go of the camera."""
        self._refused, self._size_px = 0, None
        if self._capture is not None:
            self._capture.release()
            self._capture = None


def _together(faults: Mapping[Backend, DeviceError]) -> DeviceError:
    """Make one error that says what went wrong with each backend."""
    first = next(iter(faults.values()))
    if len({str(error) for error in faults.values()}) == 1:
        return first
    return type(first)("; ".join(f"{b.name}: {error}" for b, error in faults.items()))


def _fourcc(capture: Capture) -> str:
    code = int(capture.get(cv2.CAP_PROP_FOURCC))
    return bytes((code >> shift) & 0xFF for shift in (0, 8, 16, 24)).decode("latin-1")


def list_devices() -> list[Listing]:
    """List the USB cameras of this machine.

    Returns
    -------
    list of Listing
    """
    backend = BACKENDS.get(sys.platform, (V4L2,))[0]
    nodes = list_cameras(backend)
    return [
        Listing(
            address_of(node, nodes), node.name, f"{node.path} {node.usb_id}".strip()
        )
        for node in nodes
    ]


def make_source(address: Address, clock: Clock) -> UvcSource:
    """Read the address of a USB camera.

    Parameters
    ----------
    address : Address
        Place: see `UvcSource`. Options: size, fps, fourcc, and exposure_us, gain,
        brightness, white_balance_k (a number, or "auto").
    clock : Clock
        Time.

    Returns
    -------
    UvcSource

    Raises
    ------
    DeviceAddressError
        If an option is unknown or wrong.
    """
    return UvcSource(address.place, read_settings(address), clock)

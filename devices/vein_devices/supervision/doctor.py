"""What keeps devices on this machine from working, and the command that helps."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, entry_points, version
from importlib.util import find_spec
from pathlib import Path

from vein_devices.cameras.table import CAMERAS, ENTRY_POINTS
from vein_devices.cameras.usb import v4l2
from vein_devices.cameras.usb.identity import address_of
from vein_devices.errors import DeviceError
from vein_devices.holders import holders_of
from vein_devices.listing import Listing
from vein_devices.serial.port import PortIdentity, list_serial

__all__ = ["Check", "examine", "list_all"]

_RULES = "60-vein-imaging.rules"
_RULES_FILE = next(
    (
        file
        for file in (
            Path(__file__).parents[1] / _RULES,  # in an installed package
            Path(__file__).parents[2] / "udev" / _RULES,  # in a checkout
        )
        if file.exists()
    ),
    Path(_RULES),
)
_INSTALL_RULES = (
    f"sudo cp '{_RULES_FILE}' /etc/udev/rules.d/ && "
    f"sudo udevadm control --reload && sudo udevadm trigger"
)
_OPENMV = 0x37C5  # USB vendor number of OpenMV cameras
_BOARDS = frozenset({0x2341, 0x2A03, 0x1B4F, 0x239A, 0x16C0, 0x2E8A, 0x303A})
"""Vendors of boards that are no serial camera: Arduino (two), SparkFun, Adafruit,
Teensy, Raspberry Pi, Espressif. The light is built on such a one."""
_MEND_OPENCV = (
    f"'{sys.executable}' -m pip uninstall -y opencv-python opencv-python-headless && "
    f"'{sys.executable}' -m pip install --force-reinstall --no-deps opencv-python"
)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at.

    Parameters
    ----------
    what : str
        What was looked at.
    state : "ok" | "note" | "problem"
        A note is no fault.
    detail : str
        What was found.
    fix : str
        The line to type; "" where there is nothing to do.
    """

    what: str
    state: str
    detail: str
    fix: str = ""

    def to_json(self) -> dict[str, str]:
        """Give every field."""
        return asdict(self)


def list_all() -> list[Listing]:
    """List the cameras and serial ports that are plugged in.

    Returns
    -------
    list of Listing
    """
    from vein_devices.cameras.usb import driver as uvc

    found = uvc.list_devices()
    ports = list_serial()
    found += [_listing(port, ports) for port in ports if port.usb_id]
    return found


def _listing(port: PortIdentity, ports: list[PortIdentity]) -> Listing:
    """What a serial port may be, as far as its vendor tells."""
    word, where = port.word(ports), f"{port.device} {port.usb_id}"
    if port.vid == _OPENMV:
        return Listing(f"openmv:{word}", port.description, where)
    if port.vid in _BOARDS:
        return Listing(f"serial:{word}", port.description, f"{where}; a light")
    either = f"{where}; a light, or a serial camera: vc0706:{word}"
    return Listing(f"serial:{word}", port.description, either)


def examine(
    nodes: Callable[[], list[v4l2.VideoNode]] = v4l2.list_nodes,
    ports: Callable[[], list[PortIdentity]] = list_serial,
    rules: Path = Path("/etc/udev/rules.d"),
    proc: Path = Path("/proc"),
) -> list[Check]:
    """Look at everything.

    Parameters
    ----------
    nodes, ports : callable
        What is plugged in.
    rules, proc : Path
        Where udev keeps rules, and the kernel its list of processes.

    Returns
    -------
    list of Check
        In the order in which a person should go through them.
    """
    opencv = list(_opencv())
    return [
        *opencv,
        *_qt(),
        *_video(nodes()),
        *_serial(ports()),
        *_rules(rules),
        *_rivals(proc),
        *_extras(),
        *([_drawing()] if opencv[0].what != _BROKEN else []),
    ]


_BROKEN = "OpenCV"


def _opencv() -> Iterator[Check]:
    try:
        from vein_devices.opencv import cv2

        registry = cv2.videoio_registry
        names = {registry.getBackendName(b) for b in registry.getBackends()}
    except (ImportError, AttributeError) as error:
        # Two wheels share one folder: taking one away breaks the other.
        yield Check(
            _BROKEN, "problem",
            f"it is broken ({error}), as after another OpenCV package was removed",
            _MEND_OPENCV,
        )  # fmt: skip
        return
    if _installed("opencv-python-headless"):
        yield Check(
            "OpenCV twice", "note",
            "opencv-python-headless lies in the same folder; removing it breaks both",
            _MEND_OPENCV,
        )  # fmt: skip
    wanted = {"linux": "V4L2", "win32": "DSHOW", "darwin": "AVFOUNDATION"}
    camera = wanted.get(sys.platform, "V4L2")
    for name, purpose in ((camera, "USB cameras"), ("FFMPEG", "videos and RTSP")):
        if name in names:
            yield Check(f"OpenCV for {purpose}", "ok", f"{cv2.__version__} with {name}")
        else:
            yield Check(
                f"OpenCV for {purpose}", "problem", f"{cv2.__version__} lacks {name}",
                _MEND_OPENCV,
            )  # fmt: skip


def _installed(package: str) -> bool:
    try:
        return bool(version(package))
    except PackageNotFoundError:
        return False


def _qt() -> Iterator[Check]:
    """Two Qt in one process end it: the window uses its own, other code may not."""
    rivals = [name for name in ("PyQt5", "PySide2") if _installed(name)]
    if rivals:
        yield Check(
            "Qt twice", "note",
            f"{', '.join(rivals)} is installed beside PyQt6; the window takes PyQt6",
            f"'{sys.executable}' -m pip uninstall -y {' '.join(rivals)}",
        )  # fmt: skip


def _video(nodes: list[v4l2.VideoNode]) -> Iterator[Check]:
    if sys.platform != "linux":
        return
    if not nodes:
        yield Check("USB cameras", "note", "none is plugged in")
    for node in nodes:
        what = f"camera {node.name} ({node.path})"
        try:
            v4l2.probe_node(node.path, node)
        except DeviceError as error:
            yield Check(what, "problem", str(error), _INSTALL_RULES)
            continue
        held_by = ", ".join(map(str, holders_of(node.path)))
        if held_by:
            yield Check(
                what,
                "problem",
                f"held by {held_by}",
                "close that program",
            )
        else:
            yield Check(what, "ok", f"opens; address {address_of(node, nodes)}")


def _serial(ports: list[PortIdentity]) -> Iterator[Check]:
    usb = [port for port in ports if port.usb_id]
    if not usb:
        yield Check("serial ports", "note", "no USB serial device is plugged in")
    for port in usb:
        what = f"serial port {port.device}"
        if os.name != "posix" or os.access(port.device, os.R_OK | os.W_OK):
            yield Check(what, "ok", f"may be opened; {port.description}")
        else:
            yield Check(what, "problem", "this user may not open it", _INSTALL_RULES)


def _rules(folder: Path) -> Iterator[Check]:
    if sys.platform != "linux":
        return
    if (folder / _RULES).exists():
        yield Check("udev rule", "ok", f"{folder / _RULES} is there")
    else:
        yield Check(
            "udev rule", "note",
            "not installed: only needed where a device above may not be opened",
            _INSTALL_RULES,
        )  # fmt: skip


def _rivals(proc: Path) -> Iterator[Check]:
    """Programs known to grab serial ports as they appear."""
    for entry in proc.glob("[0-9]*/comm"):
        try:
            name = entry.read_text(encoding="utf-8").strip()
        except OSError:
            continue
        if name in ("ModemManager", "brltty"):
            yield Check(
                f"program {name}", "note",
                "it opens new serial ports for some seconds; our udev rule tells "
                "ModemManager to leave ours alone",
                _INSTALL_RULES,
            )  # fmt: skip


def _extras() -> Iterator[Check]:
    has_pylon = find_spec("pypylon") is not None
    yield Check(
        "Basler cameras", "ok" if has_pylon else "note",
        "pypylon is installed" if has_pylon else "pypylon is not installed (optional)",
        "" if has_pylon else "pip install 'vein-imaging[pylon]'",
    )  # fmt: skip
    for point in entry_points(group=ENTRY_POINTS):
        what = f"kind of camera {point.name!r} of another package"
        if point.name in CAMERAS:
            yield Check(what, "problem", "the name is ours; it is never used")
            continue
        try:
            point.load()
        except Exception as error:  # noqa: BLE001 - another's code: any failure is told
            yield Check(what, "problem", f"{type(error).__name__}: {error}")
        else:
            yield Check(what, "ok", point.value)


def _drawing() -> Check:
    """Whether the phantom draws: everything can be tried without hardware."""
    from vein_phantom import PhantomSettings, draw_frame

    pixels, truth = draw_frame(PhantomSettings(width_px=160, height_px=120))
    good = pixels.size > 0 and truth.mask.any()
    return Check(
        "phantom", "ok" if good else "problem",
        "draws; try: vein-imaging devices test phantom:",
    )  # fmt: skip

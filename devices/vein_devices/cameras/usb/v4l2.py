"""Video4Linux: which nodes are cameras, who they are, and their controls in real units.

Controls go through the kernel and not through OpenCV, which rounds their values and
answers True to what it did not do.
"""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vein_devices.errors import (
    DeviceAbsentError,
    DeviceBusyError,
    DeviceDataError,
    DeviceError,
    DevicePermissionError,
    DeviceUnsupportedError,
)

__all__ = [
    "CONTROLS",
    "Control",
    "VideoNode",
    "list_nodes",
    "probe_node",
    "set_control",
    "udev_line",
]

_QUERYCAP, _QUERYCTRL = 0x80685600, 0xC0445624
_GET_CONTROL, _SET_CONTROL = 0xC008561B, 0xC008561C
_VIDEO_CAPTURE, _DEVICE_CAPS = 0x00000001, 0x80000000
_DISABLED = 0x0001  # V4L2_CTRL_FLAG_DISABLED of linux/videodev2.h

Ioctl = Callable[[int, int, bytes], bytes]


@dataclass(frozen=True, slots=True)
class VideoNode:
    """A node that gives pictures, and what stays the same when it is replugged.

    Parameters
    ----------
    path : str
        /dev/video2; elsewhere what the system calls it.
    name : str
        What it calls itself.
    vid, pid, serial_number, usb_path : str
        USB identity; "" where it is no USB camera or has no serial number.
    index : int, optional
        Number that opens it now, on systems without nodes; never its identity.
    interface : str
        USB interface as "1.2": what tells the infrared part of a camera from the
        coloured one. "" where it is not known.
    """

    path: str
    name: str
    vid: str = ""
    pid: str = ""
    serial_number: str = ""
    usb_path: str = ""
    index: int | None = None
    interface: str = ""

    @property
    def usb_id(self) -> str:
        """Vendor and product as "046d:0825"."""
        return f"{self.vid}:{self.pid}" if self.vid else ""

    @property
    def identity(self) -> str:
        """The word for it in an address that is least likely to change."""
        return self.serial_number or self.usb_path or self.path

    @property
    def identities(self) -> tuple[str, ...]:
        """Every word that names it, the shortest first; the last one names only it."""
        port = self.usb_path
        part = f"{port}:{self.interface}" if port and self.interface else ""
        words = (
            self.identity,
            port,
            f"{self.serial_number}@{port}" if self.serial_number and port else "",
            part,
            f"{self.identity}@{part or self.path}",
        )
        return tuple(dict.fromkeys(word for word in words if word))


@dataclass(frozen=True, slots=True)
class Control:
    """A control of a camera.

    Parameters
    ----------
    id : int
        V4L2 number.
    unit : float
        One step of the kernel's value, in the unit of the option.
    auto : (id, manual, automatic values), optional
        What must be switched to manual first, and back.
    """

    id: int
    unit: float = 1.0
    auto: tuple[int, int, tuple[int, ...]] | None = None


_AUTO_EXPOSURE = (0x009A0901, 1, (3, 0))
"""Its control, what means manual, and what automatic: linux/v4l2-controls.h."""
_AUTO_WHITE = (0x0098090C, 0, (1,))  # the same for the white balance

CONTROLS: dict[str, Control] = {
    "exposure_us": Control(0x009A0902, 100.0, _AUTO_EXPOSURE),
    "gain": Control(0x00980913),
    "brightness": Control(0x00980900),
    "white_balance_k": Control(0x0098091A, 1.0, _AUTO_WHITE),
}
"""Option of an address to control."""


def _ioctl(fd: int, code: int, data: bytes) -> bytes:
    import fcntl  # not on Windows

    return fcntl.ioctl(fd, code, data)


def _gives_pictures(path: str) -> bool:
    """Whether the node captures video, by its capabilities and not by its index."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except OSError:
        return True  # forbidden or busy: to be named, not hidden
    try:
        answer = _ioctl(fd, _QUERYCAP, bytes(104))
    except OSError:
        return False
    finally:
        os.close(fd)
    caps, device_caps = struct.unpack_from("<II", answer, 84)
    return bool((device_caps if caps & _DEVICE_CAPS else caps) & _VIDEO_CAPTURE)


def list_nodes(
    root: Path = Path("/sys/class/video4linux"),
    gives_pictures: Callable[[str], bool] = _gives_pictures,
) -> list[VideoNode]:
    """List the nodes that give pictures, metadata nodes left out.

    Parameters
    ----------
    root : Path
        Where the kernel lists video devices.
    gives_pictures : callable
        Asks a node for its capabilities.

    Returns
    -------
    list of VideoNode
    """
    if not root.is_dir():
        return []
    folders = sorted(root.glob("video*"), key=lambda p: (len(p.name), p.name))
    return [_node(f) for f in folders if gives_pictures(f"/dev/{f.name}")]


def _node(folder: Path) -> VideoNode:
    def text(path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return ""

    usb = next(_usb_folders(folder), None)
    if usb is None:
        return VideoNode(f"/dev/{folder.name}", text(folder / "name"))
    return VideoNode(
        f"/dev/{folder.name}", text(folder / "name"), text(usb / "idVendor"),
        text(usb / "idProduct"), text(usb / "serial"), usb.name,
        interface=(folder / "device").resolve().name.partition(":")[2],
    )  # fmt: skip


def _usb_folders(folder: Path) -> Iterator[Path]:
    """Folders above the node's device that are USB devices, nearest first."""
    device = (folder / "device").resolve()
    for parent in (device, *device.parents):
        if (parent / "idVendor").exists():
            yield parent


def udev_line(node: VideoNode | None) -> str:
    """Give the rule that lets the person at the screen use a camera.

    Parameters
    ----------
    node : VideoNode or None
        Which; None for every video node.

    Returns
    -------
    str
    """
    which = ""
    if node is not None and node.vid:
        which = f', ATTRS{{idVendor}}=="{node.vid}", ATTRS{{idProduct}}=="{node.pid}"'
    return f'SUBSYSTEM=="video4linux"{which}, TAG+="uaccess"'


def probe_node(path: str, node: VideoNode | None = None) -> None:
    """Find out what stands in the way of opening a node, by opening it.

    Parameters
    ----------
    path : str
        /dev/video2.
    node : VideoNode, optional
        Its identity, for the rule.

    Raises
    ------
    DeviceAbsentError, DevicePermissionError, DeviceBusyError
        What stands in the way, and what to type.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK))
    except OSError as error:
        raise _why_not(path, node, error) from error


def _why_not(path: str, node: VideoNode | None, error: OSError) -> DeviceError:
    if error.errno in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
        return DeviceAbsentError(f"{path}: no such camera; plug it in")
    if error.errno in (errno.EACCES, errno.EPERM):
        return DevicePermissionError(
            f"{path}: this user may not open it. Put this line into "
            f"/etc/udev/rules.d/60-vein-imaging.rules and plug the camera in again: "
            f"{udev_line(node)}   or type: sudo usermod -aG video $USER, then log in "
            f"again"
        )
    if error.errno == errno.EBUSY:
        return DeviceBusyError(f"{path}: another program holds it")
    return DeviceDataError(f"{path}: {error.strerror}")


def set_control(
    fd: int, name: str, value: float | None, ioctl: Ioctl = _ioctl
) -> float | None:
    """Set a control, and read it back.

    Parameters
    ----------
    fd : int
        Open node.
    name : str
        One of `CONTROLS`.
    value : float or None
        In the unit of the name; None: back to automatic.
    ioctl : callable
        The kernel.

    Returns
    -------
    float or None
        What the camera has now, in the same unit; None: automatic.

    Raises
    ------
    DeviceUnsupportedError
        If the camera lacks the control, the value is out of its range (which is told),
        or it did not take it.
    """
    control = CONTROLS[name]
    if value is None:
        _set_automatic(fd, name, control, ioctl)
        return None
    low, high, step = _range(fd, name, control.id, ioctl)
    raw = round(value / control.unit)
    if not low <= raw <= high:
        raise DeviceUnsupportedError(
            f"{name} lies between {low * control.unit:g} and {high * control.unit:g} "
            f"on this camera; {value:g} was asked"
        )
    if control.auto is not None:
        _set(fd, control.auto[0], control.auto[1], ioctl)
    raw = low + round((raw - low) / step) * step
    if not _set(fd, control.id, raw, ioctl):
        raise DeviceUnsupportedError(f"the camera refused {name} {value:g}")
    got = struct.unpack(
        "<Ii", ioctl(fd, _GET_CONTROL, struct.pack("<Ii", control.id, 0))
    )
    if abs(got[1] - raw) > step:
        raise DeviceUnsupportedError(
            f"the camera set {name} to {got[1] * control.unit:g} instead of {value:g}"
        )
    return float(got[1] * control.unit)


def _set_automatic(fd: int, name: str, control: Control, ioctl: Ioctl) -> None:
    if control.auto is None:
        raise DeviceUnsupportedError(f"{name} has no automatic")
    for automatic in control.auto[2]:
        if _set(fd, control.auto[0], automatic, ioctl):
            return
    raise DeviceUnsupportedError(f"this camera has no automatic {name}")


def _range(fd: int, name: str, control_id: int, ioctl: Ioctl) -> tuple[int, int, int]:
    """Least and greatest value and step of a control."""
    try:
        answer = ioctl(fd, _QUERYCTRL, struct.pack("<I", control_id) + bytes(64))
    except OSError:
        raise DeviceUnsupportedError(f"this camera has no {name}") from None
    low, high, step, _default, flags = struct.unpack_from("<iiiiI", answer, 40)
    if flags & _DISABLED:
        raise DeviceUnsupportedError(f"this camera has no {name}")
    return low, high, max(1, step)


def _set(fd: int, control_id: int, value: int, ioctl: Ioctl) -> bool:
    try:
        ioctl(fd, _SET_CONTROL, struct.pack("<Ii", control_id, value))
    except OSError:
        return False
    return True

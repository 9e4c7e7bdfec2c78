"""Every kind of camera, one file each, and the table that names them."""

from vein_devices.cameras.table import (
    CAMERAS,
    CameraKind,
    Shows,
    known_kinds,
    open_camera,
    what_it_shows,
)

__all__ = [
    "CAMERAS",
    "CameraKind",
    "Shows",
    "known_kinds",
    "open_camera",
    "what_it_shows",
]

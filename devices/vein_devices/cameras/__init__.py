"""Every kind of camera, one file each, and the table that names them."""

from vein_devices.cameras.table import CAMERAS, CameraKind, known_kinds, open_camera

__all__ = ["CAMERAS", "CameraKind", "known_kinds", "open_camera"]

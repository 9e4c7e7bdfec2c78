"""Cameras and lights for vein imaging, opened by address, and simulators of them."""

from vein_devices.cameras import open_camera
from vein_devices.frame import Frame, FrameFlag
from vein_devices.protocols import Camera

__all__ = ["Camera", "Frame", "FrameFlag", "open_camera"]

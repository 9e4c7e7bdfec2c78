"""Threads that read cameras and run the live step; no Qt, no record of treatment."""

from vein_imaging.capture.feed import LiveFeed
from vein_imaging.capture.live import LiveLoop, LivePicture
from vein_imaging.capture.loop import CaptureLoop
from vein_imaging.capture.mailbox import Mailbox
from vein_imaging.capture.ring import FrameRing
from vein_imaging.capture.settings import CaptureSettings
from vein_imaging.capture.status import CaptureStatus, Phase

__all__ = [
    "CaptureLoop",
    "CaptureSettings",
    "CaptureStatus",
    "FrameRing",
    "LiveFeed",
    "LiveLoop",
    "LivePicture",
    "Mailbox",
    "Phase",
]

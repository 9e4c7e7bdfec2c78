"""Threads that run the live step on frames; no Qt, no record of treatment."""

from vein_imaging.capture.feed import LiveFeed
from vein_imaging.capture.live import LiveLoop, LivePicture
from vein_imaging.capture.mailbox import Mailbox
from vein_imaging.capture.recorder import Recorded, record_frames
from vein_imaging.capture.recording import Recording, RecordingError, acknowledged
from vein_imaging.capture.ring import FrameRing, Overflow
from vein_imaging.capture.settings import CaptureSettings
from vein_imaging.capture.source import watched_camera
from vein_imaging.capture.status import camera_sentence

__all__ = [
    "CaptureSettings",
    "FrameRing",
    "LiveFeed",
    "LiveLoop",
    "LivePicture",
    "Mailbox",
    "Overflow",
    "Recorded",
    "Recording",
    "RecordingError",
    "acknowledged",
    "camera_sentence",
    "record_frames",
    "watched_camera",
]

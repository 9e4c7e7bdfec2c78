"""Video files, decoded so that no frame is given which was not filled.

OpenCV answers True to a frame that its decoder could not convert and hands out what lay
in that memory before: of an interlaced clip, the clip that was read before it. It fills
what is missing of a damaged frame with grey or with its neighbour. Here each frame is
converted into memory of its own, a conversion that fails raises, and a frame with a
fault in its data is left out and counted (docs/decisions/0007-video-decoder.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vein_devices.cameras.container_end import how_it_is_cut
from vein_devices.cameras.decoder_log import Message, listen, messages
from vein_devices.cameras.hevc_twin import HevcTwin
from vein_devices.cameras.slice_tail import SliceTail
from vein_devices.errors import DeviceDataError, DeviceUnsupportedError
from vein_devices.frame import Pixels
from vein_devices.opencv import cv2

if TYPE_CHECKING:
    import av
    import av.container

__all__ = ["VideoFrame", "VideoReader", "import_av"]


def import_av(name: str) -> Any:
    """Import PyAV.

    Parameters
    ----------
    name : str
        Of the video, for the message.

    Raises
    ------
    DeviceUnsupportedError
        If the extra `video` is not installed.
    """
    try:
        import av
    except ImportError:
        raise DeviceUnsupportedError(
            f"{name}: videos need the extra video: pip install 'vein-imaging[video]'"
        ) from None
    return av


_CONTAINERS = (
    "mov,avi,matroska,asf,mpeg,mpegts,mpegvideo,h264,hevc,mjpeg,m4v,ogg,flv,dv,mxf,nut,"
    "ivf,obu,rm,wtv,y4m,yuv4mpegpipe"
)
"""Formats of FFmpeg that are videos in one file: it would also draw a text file as a
picture, and follow lists to other files."""
_SQUARE = 1.001
"""Width over height of a pixel; what differs less comes of an encoder's rounding."""

_HDR_CURVES = (16, 18)  # PQ and HLG, ITU-T H.273 table 3


def _videos(container: av.container.InputContainer) -> list[av.VideoStream]:
    """Its videos; the cover of a song or film is a picture, and none of them."""
    from av.stream import Disposition

    cover = Disposition.attached_pic | Disposition.timed_thumbnails
    return [one for one in container.streams.video if not one.disposition & cover]


def _default(videos: list[av.VideoStream]) -> av.VideoStream:
    """The one that the file calls its own, or the first."""
    from av.stream import Disposition

    own = [one for one in videos if one.disposition & Disposition.default]
    return (own or videos)[0]


@dataclass(frozen=True, slots=True, eq=False)
class VideoFrame:
    """A decoded frame, not yet converted.

    Parameters
    ----------
    name : str
        Of the video, for messages.
    index : int
        Counts the frames of the video, the lost ones too.
    time_s : s or None
        Since the first frame, where the video tells.
    lost_before : int
        Frames between the one before and this one that could not be decoded.
    pixel_aspect : float
        Width of a stored pixel over its height.
    """

    name: str
    index: int
    time_s: float | None
    lost_before: int
    _frame: av.VideoFrame
    pixel_aspect: float = 1.0

    def pixels(self) -> Pixels:
        """Convert it.

        Returns
        -------
        (H, W, 3) uint8
            RGB, turned as the file says; its pixels are square: where the video's are
            not, the shorter way is stretched.

        Raises
        ------
        DeviceUnsupportedError
            If it is interlaced.
        DeviceDataError
            If it cannot be converted.
        """
        import av.error

        if self._frame.interlaced_frame:
            raise DeviceUnsupportedError(
                f"{self.name}: frame {self.index} is interlaced: its rows were taken "
                f"at two moments, and veins cannot be measured on it. Convert the "
                f"video first, for example with: ffmpeg -i FILE -vf bwdif NEW.mp4"
            )
        try:
            rgb = self._frame.to_ndarray(format="rgb24")
        except (av.error.FFmpegError, ValueError) as error:
            raise DeviceDataError(
                f"{self.name}: frame {self.index} cannot be converted: {error}"
            ) from error
        rgb = _squared(np.asarray(rgb, np.uint8), self.pixel_aspect)
        return np.ascontiguousarray(np.rot90(rgb, self._frame.rotation // 90))


def _complains(said: list[Message]) -> bool:
    import av.logging

    return any(level <= av.logging.ERROR for level, _name, _text in said)


def _squared(rgb: Pixels, aspect: float) -> Pixels:
    if 1 / _SQUARE <= aspect <= _SQUARE:
        return rgb
    height, width = rgb.shape[:2]
    size = (
        (round(width * aspect), height)
        if aspect > 1
        else (width, round(height / aspect))
    )
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_CUBIC), np.uint8)


class VideoReader:
    """Frames of a video, in order.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    DeviceDataError
        If there is no video in it, or none that can be decoded.
    DeviceUnsupportedError
        If the extra `video` is not installed.
    """

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        av = import_av(self.name)
        self.lost_at: list[int] = []
        """Numbers, from 0, of the frames that could not be decoded until now."""
        self.cut = how_it_is_cut(path)
        """How it ends too early, in words; None where it is whole."""
        self._listens = False
        options = {"protocol_whitelist": "file", "format_whitelist": _CONTAINERS}
        try:
            self._container = av.open(f"file:{path}", options=options)
        except (av.error.FFmpegError, OSError) as error:
            raise DeviceDataError(f"{self._no_video()} ({error.strerror})") from error
        self._listens = True
        listen(+1)
        videos = _videos(self._container)
        if not videos:
            self.close()
            raise DeviceDataError(f"{self._no_video()} (no video in it)")
        self._stream = _default(videos)
        self.others = len(videos) - 1
        """Videos in the file beside the one that is read."""
        # Threads that decode several frames at once would tell a fault too late, and
        # their log could not be told from another video's.
        self._stream.thread_type = "NONE"
        # A frame with a fault is an error, and not filled with grey or its neighbour.
        # Where a picture's checksum is in the data (HEVC), it is looked at.
        codec = self._stream.codec_context
        codec.options = {"err_detect": "explode+crccheck"}
        self._twin = HevcTwin(codec) if codec.name == "hevc" else None
        self._tail = SliceTail(codec) if codec.name == "h264" else None

    def _no_video(self) -> str:
        return (
            f"{self.name}: no video that can be decoded here, or damaged; play it in "
            f"another program, or convert it to MP4 (H.264) or MJPEG AVI"
        )

    @property
    def fps(self) -> float | None:
        """Mean rate that the video states, 1/s."""
        rate = self._stream.average_rate
        return float(rate) if rate is not None and 0 < rate <= 1000 else None

    @property
    def lost(self) -> int:
        """How many frames could not be decoded until now."""
        return len(self.lost_at)

    @property
    def pixel_aspect(self) -> float:
        """Width of a stored pixel over its height; 1 where the video does not say."""
        aspect = self._stream.sample_aspect_ratio
        return float(aspect) if aspect else 1.0

    @property
    def is_square(self) -> bool:
        """Whether its pixels are as wide as they are high."""
        return 1 / _SQUARE <= self.pixel_aspect <= _SQUARE

    @property
    def is_hdr(self) -> bool:
        """Whether its brightness follows another curve than a photograph's."""
        return self._stream.codec_context.color_trc in _HDR_CURVES

    def frames(self) -> Iterator[VideoFrame]:
        """Decode one after the other, until the video ends.

        After a frame that could not be decoded all are left out up to the next key
        frame: they are made of it.

        Yields
        ------
        VideoFrame

        Raises
        ------
        DeviceDataError
            If it cannot be read any further.
        """
        first_s: float | None = None
        told = 0
        for index, frame in enumerate(self._decoded()):
            if frame is None:
                self.lost_at.append(index)
            else:
                first_s = frame.time if first_s is None else first_s
                time_s = None if frame.time is None else frame.time - (first_s or 0.0)
                lost = self.lost - told
                yield VideoFrame(
                    self.name, index, time_s, lost, frame, self.pixel_aspect
                )
                told = self.lost

    def _decoded(self) -> Iterator[av.VideoFrame | None]:
        """Each frame in order; None where one is lost or made of a lost one."""
        broken = False
        fault_at: int | None = None  # time stamp of the packet with the fault
        for packet, was_missed in self._packets():
            frames, is_faulty = self._frames_of(packet)
            if is_faulty or was_missed:
                broken, fault_at = True, packet.pts if is_faulty else None
            for frame in frames:
                if frame is None or is_faulty:
                    yield None
                    continue
                if self._twin is not None and self._twin.differs(frame):
                    broken, fault_at = True, frame.pts
                    yield None
                    continue
                # a key frame may be decoded before the fault, and given after it
                behind = fault_at is None or frame.pts is None or frame.pts > fault_at
                broken = broken and not (frame.key_frame and behind)
                yield None if broken else frame

    def _packets(self) -> Iterator[tuple[av.Packet[Any], bool]]:
        """Each packet, and whether the container had a fault before it."""
        import av.error

        packets = self._container.demux(self._stream)
        count = 0
        while True:
            try:
                with messages() as said:
                    packet = next(packets, None)
            except (av.error.FFmpegError, OSError) as error:
                raise DeviceDataError(
                    f"{self.name}: it cannot be read after frame {count} "
                    f"({error.strerror})"
                ) from error
            if packet is None:
                return
            count += 1
            yield packet, _complains(said)

    def _frames_of(
        self, packet: av.Packet[Any]
    ) -> tuple[list[av.VideoFrame | None], bool]:
        """What comes of a packet, and whether the decoder found a fault in it.

        It tells of some faults by its log only, and fills the place with a neighbour.
        """
        import av.error

        if packet.is_corrupt:
            return [None], True  # a part of it only: the file ends there
        try:
            with messages() as said:
                frames = packet.decode()
        except (av.error.FFmpegError, OSError):
            return [None], True
        is_damaged = False
        if self._twin is not None:
            with messages():
                is_damaged = self._twin.decode(packet)
        elif self._tail is not None and packet.is_keyframe and packet.size:
            # Of other pictures H.264's decoder notices nearly all.
            with messages():
                is_damaged = self._tail.is_unread(bytes(packet), is_key=True)
        good = [
            frame if isinstance(frame, av.VideoFrame) and not frame.is_corrupt else None
            for frame in frames
        ]
        return good, is_damaged or None in good or _complains(said)

    def close(self) -> None:
        """Let go of it."""
        if self._listens:
            self._listens = False
            listen(-1)
        self._container.close()

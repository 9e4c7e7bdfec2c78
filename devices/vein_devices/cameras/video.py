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

from vein_devices.errors import DeviceDataError, DeviceUnsupportedError
from vein_devices.frame import Pixels

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
    """

    name: str
    index: int
    time_s: float | None
    lost_before: int
    _frame: av.VideoFrame

    def pixels(self) -> Pixels:
        """Convert it.

        Returns
        -------
        (H, W, 3) uint8
            RGB, turned as the file says.

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
        return np.ascontiguousarray(np.rot90(rgb, self._frame.rotation // 90))


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
        self.lost = 0
        """Frames that could not be decoded until now."""
        # A list of other files, or of addresses, that calls itself a video is none.
        options = {"protocol_whitelist": "file"}
        try:
            self._container = av.open(f"file:{path}", options=options)
        except (av.error.FFmpegError, OSError) as error:
            raise DeviceDataError(f"{self._no_video()} ({error.strerror})") from error
        if not self._container.streams.video:
            self.close()
            raise DeviceDataError(f"{self._no_video()} (no picture in it)")
        self._stream = self._container.streams.video[0]
        self._stream.thread_type = "AUTO"
        # A frame with a fault is an error, and not filled with grey or its neighbour.
        self._stream.codec_context.options = {"err_detect": "explode"}

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
    def stated_count(self) -> int:
        """Frames that the file says it holds; 0 where it does not say."""
        return int(self._stream.frames)

    def frames(self) -> Iterator[VideoFrame]:
        """Decode one after the other, until the video ends.

        Yields
        ------
        VideoFrame

        Raises
        ------
        DeviceDataError
            If it cannot be read any further.
        """
        import av.error

        first_s: float | None = None
        count = told = 0
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except (av.error.FFmpegError, OSError) as error:
                raise DeviceDataError(
                    f"{self.name}: it cannot be read after frame {count} "
                    f"({error.strerror})"
                ) from error
            if packet is None:
                return
            try:
                decoded = packet.decode()
            except (av.error.FFmpegError, OSError):
                self.lost += 1
                continue
            for frame in decoded:
                if not isinstance(frame, av.VideoFrame) or frame.is_corrupt:
                    self.lost += 1
                    continue
                first_s = frame.time if first_s is None else first_s
                time_s = None if frame.time is None else frame.time - (first_s or 0.0)
                yield VideoFrame(
                    self.name, count + self.lost, time_s, self.lost - told, frame
                )
                count, told = count + 1, self.lost

    def close(self) -> None:
        """Let go of it."""
        self._container.close()

"""Damage in HEVC that FFmpeg's decoder does not notice.

It does not ask whether a slice's data end where the picture does; damaged ones nearly
never do. They end sooner, and places stay unfilled: what the memory held before shows
there. Or later, and what lies behind them in the memory is read. Or the picture is full
before they end. The first two are chance, so a second decoder has other bytes behind
each slice and another memory, and sees the same only of whole data. The third: the last
bytes of whole data change the picture, and the last ones of such data do not.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vein_devices.cameras.hevc_units import length_bytes_of, slices_in

if TYPE_CHECKING:
    import av

__all__ = ["HevcTwin"]

_BEHIND = bytes(range(1, 200)) * 2
"""Not what FFmpeg's memory holds there, which is 0, and no start code."""
_HELD = 2
"""Pictures that are kept: FFmpeg takes the memory that was given back last, so that the
next pictures are decoded onto others than the first decoder's are."""
_PRIMED = 8
"""So many pictures are decoded and given back first: new memory is 0 for both."""
_REMEMBERED = 8  # pictures that the first decoder has not given: it found a fault
_TAIL_KEY, _TAIL_OTHER = 8, 24
"""Bytes at the end of a slice, of a key picture and of another. Of whole ones the last
three leave the picture as it is, six at most; of those that are not key pictures up to
16 in drawings (a test pattern, a screen), where their ends are motion alone, which is
not seen on grey. Of damaged ones whose picture was full too early mostly hundreds."""
_BLOCK_PX = 64 * 64  # the largest coding block, of which few bytes are motion alone
_LEAST_KEY, _LEAST_OTHER = 2, 16
"""Bytes for each such block, or a slice is not asked: in a picture that is all but the
one before it moved, eight bytes are motion alone, which is not seen on grey."""
_TRIES, _DIFFERENT, _SAME = 8, 2, 3
"""Other tails. That two change the picture is enough; one may by the memory that is
taken in turn, where some of it stays unfilled. That one changes nothing may be chance.
"""


class HevcTwin:
    """Decodes the same packets once more, and each by itself.

    Parameters
    ----------
    codec : av.VideoCodecContext
        The first decoder, before its first packet.
    """

    def __init__(self, codec: av.VideoCodecContext) -> None:
        self._codec = _decoder(codec)
        self._length_bytes = length_bytes_of(codec.extradata)
        self._seen: dict[int | None, av.VideoFrame] = {}
        self._held: deque[av.VideoFrame] = deque(maxlen=_HELD)
        self._is_primed = False
        self._alone = _decoder(codec)
        # Of a picture without those before it, too: they count as grey.
        self._alone.options = {"flags": "+output_corrupt", "flags2": "+showall"}

    def decode(self, packet: av.Packet[Any]) -> bool:
        """Take the next packet, after the first decoder has.

        Parameters
        ----------
        packet : av.Packet
            The last one is empty.

        Returns
        -------
        bool
            Whether its data are damaged: they go on behind the picture's end.
        """
        import av
        import av.error

        data, copy = bytes(packet), None
        if data:
            copy = av.Packet(self._followed_by_others(data))
            copy.pts, copy.dts = packet.pts, packet.dts
            copy.time_base = packet.time_base
        try:
            if data and not self._is_primed:
                self._is_primed = True
                self._prime(data)
            frames = self._codec.decode(copy)
        except (av.error.FFmpegError, OSError):
            return True
        for frame in frames:
            self._seen[frame.pts] = frame
        while len(self._seen) > _REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return self._goes_on_behind(data, is_key=packet.is_keyframe)

    def differs(self, frame: av.VideoFrame) -> bool:
        """Whether a picture of the first decoder is another one here, or none.

        Parameters
        ----------
        frame : av.VideoFrame
            Asked for once.

        Returns
        -------
        bool
            True: its data, or those of a picture it is made of, are damaged.
        """
        own = self._seen.pop(frame.pts, None)
        if own is None:
            return True
        self._held.append(own)
        return not _are_same([frame], [own])

    def _followed_by_others(self, data: bytes) -> bytes:
        """The same packet, each slice with other bytes behind it."""
        out, done, size = bytearray(), 0, self._length_bytes
        for start, end in slices_in(data, size):
            out += data[done : start - size]
            unit = data[start:end]
            if not size or (len(unit) + len(_BEHIND)) >> 8 * size == 0:
                unit += _BEHIND
            out += (len(unit).to_bytes(size, "big") if size else b"") + unit
            done = end
        return bytes(out) + data[done:]

    def _goes_on_behind(self, data: bytes, *, is_key: bool) -> bool:
        """Whether the end of a slice changes nothing of the picture."""
        blocks = self._codec.width * self._codec.height / _BLOCK_PX
        tail = _TAIL_KEY if is_key else _TAIL_OTHER
        least = blocks * (_LEAST_KEY if is_key else _LEAST_OTHER) + 4 * tail
        slices = slices_in(data, self._length_bytes)
        slices = [(start, end) for start, end in slices if end - start >= least]
        whole = self._picture_of(data) if slices else []
        if not whole:
            return False  # it cannot be decoded by itself
        return any(self._is_unread(data, end, tail, whole) for _start, end in slices)

    def _is_unread(
        self, data: bytes, end: int, tail: int, whole: list[av.VideoFrame]
    ) -> bool:
        same = 0
        for at in range(_TRIES):
            other = bytes(255 - 37 * (at + place) % 251 for place in range(tail))
            changed = data[: end - tail] + other + data[end:]
            same += _are_same(whole, self._picture_of(changed))
            if at + 1 == _DIFFERENT and not same:
                return False
        return same >= _SAME

    def _prime(self, data: bytes) -> None:
        """Fill the second decoder's memory with pictures."""
        import av

        held = []
        for _ in range(_PRIMED):
            held += self._codec.decode(av.Packet(data)) + self._codec.decode(None)
            self._codec.flush_buffers()

    def _picture_of(self, data: bytes) -> list[av.VideoFrame]:
        """What a packet shows by itself; nothing where that fails."""
        import av
        import av.error

        self._alone.flush_buffers()
        try:
            frames = self._alone.decode(av.Packet(data))
            return [*frames, *self._alone.decode(None)]
        except (av.error.FFmpegError, OSError):
            return []


def _decoder(codec: av.VideoCodecContext) -> Any:
    import av

    made: Any = av.CodecContext.create("hevc", "r")
    made.extradata, made.thread_count = codec.extradata, 1
    return made


def _are_same(ones: list[av.VideoFrame], others: list[av.VideoFrame]) -> bool:
    return len(ones) == len(others) and all(
        one.format.name == other.format.name
        and all(
            np.array_equal(first, second)
            for first, second in zip(_planes(one), _planes(other), strict=True)
        )
        for one, other in zip(ones, others, strict=True)
    )


def _planes(frame: av.VideoFrame) -> list[NDArray[np.uint8]]:
    """Its bytes, without those that fill up the lines."""
    sample_bytes = 2 if frame.format.components[0].bits > 8 else 1
    planes: Any = frame.planes  # they give their memory, which PyAV's types do not say
    return [
        np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[
            : plane.height, : plane.width * sample_bytes
        ]
        for plane in planes
    ]

"""Damage in H.264 and HEVC by which a picture is full before its data end.

FFmpeg's decoders do not ask whether data are left over. The last bytes of whole data
change the picture, and the last ones of such data do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vein_devices.cameras.nal_units import length_bytes_of, slices_in

if TYPE_CHECKING:
    import av

__all__ = ["SliceTail", "are_same", "decoder_like"]

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


class SliceTail:
    """Decodes a picture by itself again and again, with other bytes at its end.

    Parameters
    ----------
    codec : av.VideoCodecContext
        Of H.264 or HEVC, before its first packet.
    """

    def __init__(self, codec: av.VideoCodecContext) -> None:
        self._like = codec
        self._length_bytes = length_bytes_of(codec.extradata, codec.name)
        self._alone = decoder_like(codec)
        # Of a picture without those before it, too: they count as grey.
        self._alone.options = {"flags": "+output_corrupt", "flags2": "+showall"}

    def is_unread(self, data: bytes, *, is_key: bool) -> bool:
        """Whether the end of a slice changes nothing of the picture.

        Parameters
        ----------
        data : bytes
            A packet.
        is_key : bool
            Whether it is a key picture.
        """
        blocks = self._like.width * self._like.height / _BLOCK_PX
        tail = _TAIL_KEY if is_key else _TAIL_OTHER
        least = blocks * (_LEAST_KEY if is_key else _LEAST_OTHER) + 4 * tail
        slices = slices_in(data, self._length_bytes, self._like.name)
        slices = [(start, end) for start, end in slices if end - start >= least]
        whole = self._picture_of(data) if slices else []
        if not whole:
            return False  # it cannot be decoded by itself
        return any(
            self._is_same_without(data, end, tail, whole) for _start, end in slices
        )

    def _is_same_without(
        self, data: bytes, end: int, tail: int, whole: list[av.VideoFrame]
    ) -> bool:
        same = 0
        for at in range(_TRIES):
            other = bytes(255 - 37 * (at + place) % 251 for place in range(tail))
            changed = data[: end - tail] + other + data[end:]
            same += are_same(whole, self._picture_of(changed))
            if at + 1 == _DIFFERENT and not same:
                return False
        return same >= _SAME

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


def decoder_like(codec: av.VideoCodecContext) -> Any:
    """Another decoder for the same stream.

    Parameters
    ----------
    codec : av.VideoCodecContext
    """
    import av

    made: Any = av.CodecContext.create(codec.name, "r")
    made.extradata, made.thread_count = codec.extradata, 1
    return made


def are_same(ones: list[av.VideoFrame], others: list[av.VideoFrame]) -> bool:
    """Whether pictures are the same to the last bit.

    Parameters
    ----------
    ones, others : list of av.VideoFrame
    """
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

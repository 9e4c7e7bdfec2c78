"""What FFmpeg says of lost packets spoils every picture up to the next key frame."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from vein_devices.cameras.decoder_log import Message
from vein_devices.cameras.network.damage import DamageWatch

av = pytest.importorskip("av")

KEY_EVERY, COUNT, LOSS_BEFORE = 8, 24, 11
OPTIONS = {
    "libx264": {"g": str(KEY_EVERY), "bf": "0", "tune": "zerolatency"},
    "libx265": {
        "x265-params": f"keyint={KEY_EVERY}:min-keyint={KEY_EVERY}:bframes=0:"
        "scenecut=0:log-level=none:pools=none:frame-threads=1"
    },
}


def packets(codec: str) -> tuple[Any, list[Any]]:
    """A decoder, and the packets of a picture that moves."""
    encoder: Any = av.CodecContext.create(codec, "w")
    encoder.width, encoder.height, encoder.pix_fmt = 128, 96, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, 25), Fraction(25)
    encoder.options = OPTIONS[codec]
    rng = np.random.default_rng(3)
    texture = np.asarray(rng.integers(60, 190, (96, 128, 3)), np.uint8)
    made: list[Any] = []
    for at in range(COUNT):
        frame = av.VideoFrame.from_ndarray(np.roll(texture, 3 * at, 1), format="rgb24")
        frame.pts, frame.time_base = at, Fraction(1, 25)
        made += encoder.encode(frame.reformat(format="yuv420p"))
    made += encoder.encode(None)
    decoder = av.CodecContext.create("h264" if "264" in codec else "hevc", "r")
    copies = []
    for packet in made:
        copy = av.Packet(bytes(packet))
        copy.pts, copy.time_base = packet.pts, Fraction(1, 25)
        copies.append(copy)
    decoder.thread_count = 1
    return decoder, copies


@pytest.mark.parametrize(
    "said",
    ["RTP: missed 3 packets", "bad cseq 0012 expected=0010", "Missing packets"],
)
@pytest.mark.parametrize("codec", OPTIONS)
def test_after_a_loss_that_is_said_pictures_are_damaged_up_to_the_next_key_frame(
    codec: str, said: str
) -> None:
    """H.265 carries no numbers of pictures: nothing else tells of such a loss."""
    decoder, made = packets(codec)
    watch = DamageWatch()
    watch.begin(decoder)
    flags: dict[int, bool] = {}
    for number, packet in enumerate(made):
        told: list[Message] = (
            [(av.logging.WARNING, "rtsp", said)] if number == LOSS_BEFORE else []
        )
        watch.listen(told)
        for frame, is_damaged in _decoded(watch, decoder, packet):
            flags[frame.pts] = is_damaged
    watch.close()
    damaged = [pts for pts, is_damaged in flags.items() if is_damaged]
    assert damaged == list(range(LOSS_BEFORE, 2 * KEY_EVERY))


def _decoded(watch: DamageWatch, decoder: Any, packet: Any) -> list[tuple[Any, bool]]:
    """As from a stream: there a packet knows its decoder."""

    class Bound:
        pts = packet.pts

        def __bytes__(self) -> bytes:
            return bytes(packet)

        def decode(self) -> list[Any]:
            return list(decoder.decode(packet))

    return watch.decode(Bound())  # type: ignore[arg-type]

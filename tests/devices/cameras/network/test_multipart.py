"""Laws of the multipart and chunk codecs."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vein_devices.cameras.network.multipart import (
    ChunkedReader,
    MultipartReader,
    boundary_of,
)
from vein_devices.errors import DeviceDataError

bodies = st.lists(
    st.binary(min_size=1, max_size=60).filter(
        lambda b: b"--frame" not in b and b[-1:] not in b"\r\n"
    ),
    min_size=1,
    max_size=5,
)
cuts = st.lists(st.integers(0, 2000), max_size=12)


def stream(
    parts: list[bytes], *, lengths: bool = True, line_end: bytes = b"\r\n"
) -> bytes:
    out = b""
    for part in parts:
        head = b"Content-Length: %d\r\n" % len(part) if lengths else b""
        out += (
            b"--frame\r\nContent-Type: image/jpeg\r\n"
            + head
            + b"\r\n"
            + part
            + line_end
        )
    return out + b"--frame"


def pieces(data: bytes, at: list[int]) -> list[bytes]:
    marks = sorted({0, len(data), *(cut % (len(data) + 1) for cut in at)})
    return [data[a:b] for a, b in itertools.pairwise(marks)]


def read(data: bytes, at: list[int]) -> tuple[list[bytes], int]:
    reader = MultipartReader(b"frame")
    parts = [part.body for piece in pieces(data, at) for part in reader.feed(piece)]
    return parts, reader.refused


@pytest.mark.parametrize(
    "header,boundary",
    [
        ("multipart/x-mixed-replace; boundary=frame", b"frame"),
        ('multipart/x-mixed-replace;boundary="--frame"', b"frame"),
        ("Multipart/x-mixed-replace; charset=x; BOUNDARY=--ipcam--", b"ipcam--"),
        ("multipart/x-mixed-replace; boundary = frame", b"frame"),
        ('multipart/x-mixed-replace; boundary="a;b"; charset=utf-8', b"a;b"),
        ("image/jpeg", None),
        ("multipart/x-mixed-replace", None),
        ("", None),
    ],
)
def test_the_boundary_is_read_as_servers_write_it(
    header: str, boundary: bytes | None
) -> None:
    assert boundary_of(header) == boundary


@given(bodies, cuts, st.booleans(), st.sampled_from([b"\r\n", b""]))
def test_any_split_of_a_stream_gives_the_same_parts(
    parts: list[bytes], at: list[int], lengths: bool, line_end: bytes
) -> None:
    data = stream(parts, lengths=lengths, line_end=line_end)
    assert read(data, at) == (parts, 0)


@given(bodies, cuts, st.data())
def test_a_lost_or_added_byte_in_a_body_never_passes_and_the_rest_does(
    parts: list[bytes], at: list[int], draw: st.DataObject
) -> None:
    victim = draw.draw(st.integers(0, len(parts) - 1))
    where = draw.draw(st.integers(0, len(parts[victim]) - 1))
    body = parts[victim]
    if draw.draw(st.booleans()):
        spoiled = body[:where] + body[where + 1 :]
    else:
        spoiled = body[:where] + b"\x00" + body[where:]
    data = stream([*parts[:victim], spoiled, *parts[victim + 1 :]])
    head = b"Content-Length: %d\r\n"
    before = stream(parts[:victim])[: -len(b"--frame")]
    data = before + data[len(before) :].replace(
        head % len(spoiled), head % len(body), 1
    )
    got, refused = read(data, at)
    assert refused >= 1
    assert got == [*parts[:victim], *parts[victim + 1 :]]


def test_a_length_far_too_great_costs_one_part() -> None:
    data = stream([b"one", b"two", b"three"]).replace(
        b"Length: 3\r", b"Length: 9999\r", 1
    )
    assert read(data, []) == ([b"two", b"three"], 1)


def picture(index: int) -> bytes:
    return b"\xff\xd8" + bytes([index]) * 60 + b"\xff\xd9"


def dialect(
    *,
    off: int = 0,
    nl: bytes = b"\r\n",
    mark: bytes = b"--frame",
    between: bytes = b"",
    lengths: str = "{right}",
    also: bytes = b"",
) -> bytes:
    """Five pictures as some camera sends them."""
    out = b""
    for index in range(5):
        body = picture(index)
        stated = lengths.format(right=len(body) + off, more=len(body) + 100).encode()
        head = b"".join(b"Content-Length: " + one + nl for one in stated.split())
        out += mark + nl + b"Content-Type: image/jpeg" + nl + head + nl + body + nl
        out += between + also
    return out + mark + nl


SOUND = b"--frame\r\nContent-Type: audio/basic\r\nContent-Length: 5\r\n\r\nlalal\r\n"


@pytest.mark.parametrize(
    "data,lost",
    [
        (dialect(), 0),
        (dialect(off=33), 1),
        (dialect(off=-48), 1),
        (dialect(lengths="0"), 0),
        (dialect(lengths="%d"), 0),
        (dialect(lengths=""), 0),
        (dialect(lengths="{more} {right}"), 0),
        (dialect(nl=b"\n"), 0),
        (dialect(mark=b"----frame"), 0),
        (dialect(mark=b"----frame", lengths=""), 0),
        (dialect(between=b"\r\n\r\n"), 0),
        (dialect(also=SOUND), 0),
    ],
    ids=[
        "right", "too long", "too short", "zero", "garbage", "none", "twice",
        "line feed only", "dashes obeyed", "dashes, no length", "blank lines", "sound",
    ],
)  # fmt: skip
@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_what_other_programs_play_is_read(data: bytes, lost: int, step: int) -> None:
    got, refused = read(data, list(range(0, len(data), step)))
    assert got == [picture(index) for index in range(lost, 5)]
    assert refused == lost


def test_a_picture_is_handed_on_when_its_length_is_there() -> None:
    reader = MultipartReader(b"frame")
    data = dialect().split(b"\r\n--frame")[0]
    assert [part.body for part in reader.feed(data)] == [picture(0)]


def test_what_comes_before_the_first_boundary_is_skipped() -> None:
    assert read(b"rubbish\r\n" * 900 + stream([b"one"]), [7, 4000]) == ([b"one"], 0)


@given(st.binary(max_size=400), cuts)
def test_no_bytes_break_the_reader(data: bytes, at: list[int]) -> None:
    read(b"--frame" + data, at)


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=6), cuts)
def test_chunks_are_undone_however_they_come(
    chunks: list[bytes], at: list[int]
) -> None:
    data = b"".join(b"%x\r\n%b\r\n" % (len(c), c) for c in chunks)
    reader = ChunkedReader()
    assert b"".join(reader.feed(p) for p in pieces(data, at)) == b"".join(chunks)


def test_no_chunk_is_refused() -> None:
    with pytest.raises(DeviceDataError, match="no chunk begins"):
        ChunkedReader().feed(b"hello\r\n")

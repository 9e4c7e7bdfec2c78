"""A camera whose every answer is written down beforehand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

import numpy as np
import pytest

from vein_devices.errors import EndOfStreamError
from vein_devices.frame import Frame


def frame(index: int, *, dropped_before: int = 0) -> Frame:
    pixels = np.full((4, 6, 3), index % 256, np.uint8)
    return Frame(pixels, index, index / 10, dropped_before=dropped_before)


class ScriptedCamera:
    """Answers each read with the next item; an exception in the script is raised."""

    nominal_fps = None
    address = "scripted:"

    def __init__(self, script: list[Frame | Exception]) -> None:
        self.script = list(script)
        self.opened = self.closed = 0
        self.go_on = threading.Event()
        self.go_on.set()

    def open(self) -> None:
        self.opened += 1

    def read(self, timeout_s: float = 2.0) -> Frame:
        self.go_on.wait(timeout_s)
        if not self.script:
            raise EndOfStreamError("the script is over")
        answer = self.script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        self.closed += 1

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[Frame]:
        try:
            while True:
                yield self.read()
        except EndOfStreamError:
            return


@pytest.fixture
def make_frame() -> Callable[..., Frame]:
    return frame


@pytest.fixture
def scripted() -> Callable[[list[Frame | Exception]], ScriptedCamera]:
    return ScriptedCamera

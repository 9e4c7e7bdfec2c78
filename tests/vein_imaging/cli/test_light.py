"""The light by hand: dark by every way out, on a board behind a pseudo-terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from vein_devices.illuminators import open_illuminator
from vein_devices.illuminators.simulator import IlluminatorSimulator
from vein_devices.serial.pty_device import PtyDevice

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")

LONGEST_S = 20.0
COMMAND = (sys.executable, "-m", "vein_imaging", "light")


class Board:
    """An illuminator whose board hears nothing until it has booted."""

    baud = 115200

    def __init__(self, boot_s: float = 0.0) -> None:
        self.inner = IlluminatorSimulator()
        self._boot_s = boot_s
        self._first_s: float | None = None

    def receive(self, data: bytes, now_s: float) -> list[tuple[float, bytes]]:
        if self._first_s is None:
            self._first_s = now_s
        if now_s - self._first_s < self._boot_s:
            return []
        return self.inner.receive(data, now_s)

    def tick(self, now_s: float) -> list[tuple[float, bytes]]:
        return self.inner.tick(now_s)

    @property
    def lit(self) -> bool:
        return bool(self.inner.lit_mask)


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
def port(board: Board) -> Iterator[str]:
    with PtyDevice(board) as device:
        yield device.port


def until(holds: Callable[[], bool]) -> None:
    end_s = time.monotonic() + LONGEST_S
    while not holds():
        assert time.monotonic() < end_s
        time.sleep(0.005)


@pytest.fixture
def lighting(board: Board, port: str) -> Iterator[subprocess.Popen[str]]:
    """A program that keeps the light on for a minute, lit when it is given."""
    command = (*COMMAND, "on", f"serial:{port}", "--level", "nir850=300")
    with subprocess.Popen(
        [*command, "--seconds", "60"], stderr=subprocess.PIPE, text=True
    ) as program:
        until(lambda: board.lit)
        yield program
        program.kill()


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_request_to_end_makes_it_dark_before_the_watchdog_does(
    lighting: subprocess.Popen[str], board: Board, name: str
) -> None:
    lighting.send_signal(getattr(signal, name))
    lighting.wait(LONGEST_S)
    until(lambda: not board.lit)
    assert board.inner.latched == 0  # the order did it, not the watchdog


def test_off_from_a_second_terminal_works_while_another_holds_it(
    lighting: subprocess.Popen[str], board: Board, port: str
) -> None:
    done = subprocess.run([*COMMAND, "off", f"serial:{port}"], capture_output=True)
    assert done.returncode == 0, done.stderr
    lighting.wait(LONGEST_S)
    until(lambda: not board.lit)


def test_a_board_that_boots_for_two_seconds_is_waited_for() -> None:
    with (
        PtyDevice(Board(boot_s=2.0)) as device,
        open_illuminator(f"serial:{device.port}") as light,
    ):
        assert light.identity


def test_a_session_without_checks_follows_one_with_them(port: str) -> None:
    for options in ("", "?crc=0", "", "?crc=0"):
        with open_illuminator(f"serial:{port}{options}") as light:
            assert light.status().faults == ()


def test_what_an_earlier_program_set_the_watchdog_to_is_not_believed(port: str) -> None:
    with open_illuminator(f"serial:{port}") as light:
        light.ask("SYST:WDOG 5000")
    with open_illuminator(f"serial:{port}") as light:
        assert light.ask("SYST:WDOG?") == "1000"


def test_a_latched_fault_names_itself_and_what_to_type(port: str, board: Board) -> None:
    board.inner.led_c = 95.0
    done = subprocess.run(
        [*COMMAND, "on", f"serial:{port}", "--level", "nir850=300"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "TEMP" in done.stderr
    assert f"vein-imaging light clear serial:{port}" in done.stderr

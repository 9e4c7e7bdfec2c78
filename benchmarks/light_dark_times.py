"""How long the light goes on after its program is told to end, or is ended.

    python benchmarks/light_dark_times.py [--rounds 10]

`light on` runs against the real firmware in simavr, behind an Uno's boot loader; the
light is looked at in the chip itself. Results: benchmarks/results/light_dark_times.txt.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

FIRMWARE = Path(__file__).parents[1] / "devices/firmware"
SIGNALS = ("SIGTERM", "SIGHUP", "SIGINT", "SIGKILL", "SIGSTOP")
LONGEST_S = 30.0  # a busy machine starts a program slowly


class Board:
    """The chip on its bench."""

    def __init__(self, build: Path) -> None:
        files = [str(build / name) for name in ("bench", "illuminator.elf", "boot.hex")]
        self._process = subprocess.Popen(
            files, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self.port = self._out()

    def _out(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def state(self) -> dict[str, Any]:
        """Ask what shines, and how late it is on the chip's own clock."""
        assert self._process.stdin is not None
        self._process.stdin.write("state\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self._out())
        return told

    def until_lit(self, lit: bool) -> int:
        """Wait, and give the chip's time in us."""
        end_s = time.monotonic() + LONGEST_S
        while bool((now := self.state())["mask"]) is not lit:
            assert time.monotonic() < end_s, "it did not come to be so"
        return int(now["us"])

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()


def light(port: str, *more: str) -> subprocess.Popen[bytes]:
    """Run a command of the light against the board."""
    command = (sys.executable, "-m", "vein_imaging", "light")
    return subprocess.Popen(
        [*command, more[0], f"serial:{port}", *more[1:]],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def dark_after_ms(build: Path, name: str) -> float:
    """Light it, send the signal, and see when it is dark, by the chip's clock."""
    board = Board(build)
    program = light(board.port, "on", "--level", "nir850=300", "--seconds", "50")
    try:
        board.until_lit(True)
        for _ in range(50):
            board.state()
        sent_us = int(board.state()["us"])
        os.kill(program.pid, getattr(signal, name))
        return (board.until_lit(False) - sent_us) / 1000
    finally:
        program.kill()
        program.wait()
        board.close()


def main() -> None:
    """Measure, and print one line for each signal."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=10)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        build = Path(folder)
        made = ["make", "-s", "-C", str(FIRMWARE), "all", "bench", "boot"]
        subprocess.run([*made, f"OUT={build}"], check=True, stdout=subprocess.DEVNULL)
        for name in SIGNALS:
            times = [dark_after_ms(build, name) for _ in range(rounds)]
            print(
                f"{name}: dark after median {statistics.median(times):.0f} ms, most "
                f"{max(times):.0f} ms, of {rounds}",
                flush=True,
            )


if __name__ == "__main__":
    main()

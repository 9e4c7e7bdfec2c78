"""One bench for the real firmware in simavr, and one for its stand-in."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from vein_devices.illuminators.driver import LineIlluminator
from vein_devices.illuminators.simulator import IlluminatorSimulator
from vein_devices.serial.port import open_serial
from vein_devices.serial.pty_device import PtyDevice

FIRMWARE = Path(__file__).parents[3] / "devices/firmware"
DOSE_LIMIT_S, RESERVE_S = 1.5, 0.4
OPTIBOOT = Path(
    "/usr/share/arduino/hardware/arduino/avr/bootloaders/optiboot/optiboot.c"
)
TOOLS = ("make", "avr-gcc", "cc")


class Bench(Protocol):
    """What can be done to an illuminator from outside."""

    port: str

    def set_skin(self, celsius: float) -> None: ...
    def set_led(self, celsius: float) -> None: ...
    def set_battery(self, millivolts: int) -> None: ...
    def set_string(self, millivolts: int, dark: int = 0) -> None: ...
    def press(self, down: bool) -> None: ...
    def edge(self) -> None: ...
    def lit_mask(self) -> int: ...
    def flashes(self) -> list[int]: ...
    def time_s(self) -> float: ...
    def restart(self, kind: str = "external") -> None: ...


def ntc_mv(celsius: float) -> int:
    """Voltage of an NTC 10k B3950 below 10k on 5 V; torn off (nan) it is 5 V."""
    if math.isnan(celsius):
        return 5000
    ohm = 10_000 * math.exp(3950 * (1 / (celsius + 273.15) - 1 / 298.15))
    return round(5000 * ohm / (ohm + 10_000))


class FirmwareBench:
    """The compiled firmware on a simulated ATmega328P."""

    def __init__(self, build: Path, *more: str) -> None:
        files = [str(build / name) for name in ("illuminator.elf", *more)]
        self._process = subprocess.Popen(
            [str(build / "bench"), *files],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip
        self.port = self._out()

    def _out(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def _tell(self, line: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._out())
        return answer

    def set_led(self, celsius: float) -> None:
        self._tell(f"adc 0 {ntc_mv(celsius)}")

    def set_skin(self, celsius: float) -> None:
        self._tell(f"adc 1 {ntc_mv(celsius)}")

    def set_battery(self, millivolts: int) -> None:
        self._tell(f"adc 3 {millivolts // 2}")

    def set_string(self, millivolts: int, dark: int = 0) -> None:
        self._tell(f"string {millivolts} {dark}")

    def press(self, down: bool) -> None:
        self._tell(f"button {int(down)}")

    def edge(self) -> None:
        self._tell("trigger 0")
        self._tell("trigger 1")

    def lit_mask(self) -> int:
        mask: int = self._tell("state")["mask"]
        return mask

    def flashes(self) -> list[int]:
        masks: list[int] = self._tell("state")["flashes"]
        return masks

    def time_s(self) -> float:
        return float(self._tell("state")["us"]) * 1e-6

    def restart(self, kind: str = "external") -> None:
        self._tell(f"reset {kind}")

    def fill_memory(self, byte: int) -> None:
        self._tell(f"erase {byte:x}")

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


class StandInBench:
    """The pure Python stand-in behind a pseudo-terminal."""

    def __init__(self) -> None:
        self.device = IlluminatorSimulator(DOSE_LIMIT_S)
        self._pty = PtyDevice(self.device)
        self._pty.plug_in()
        self.port = self._pty.port

    def set_led(self, celsius: float) -> None:
        self.device.led_c = celsius

    def set_skin(self, celsius: float) -> None:
        self.device.skin_c = celsius

    def set_battery(self, millivolts: int) -> None:
        self.device.battery_mv = millivolts

    def set_string(self, millivolts: int, dark: int = 0) -> None:
        self.device.string_mv, self.device.dark_string_mv = millivolts, dark

    def press(self, down: bool) -> None:
        self.device.pressed = down

    def edge(self) -> None:
        self.device.edges += 1

    def lit_mask(self) -> int:
        return self.device.lit_mask

    def flashes(self) -> list[int]:
        return list(self.device.flashes)

    def time_s(self) -> float:
        return time.monotonic()

    def restart(self, kind: str = "external") -> None:
        self.device.reset()

    def close(self) -> None:
        self._pty.unplug()


def build_firmware(build: Path, *targets: str, more: str = "") -> Path:
    """Compile firmware and bench, with a dose limit of 1.5 s to save time."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"no {', '.join(missing)}: run scripts/setup")
    environment = {**os.environ, "OUT": str(build)}
    limits = (
        f"LIMITS=-DDOSE_LIMIT_MS={DOSE_LIMIT_S * 1000:.0f}UL "
        f"-DDOSE_RESERVE_MS={RESERVE_S * 1000:.0f}UL {more}"
    )
    command = ["make", "-s", "-C", str(FIRMWARE), "all", "bench", *targets, limits]
    made = subprocess.run(
        [*command, f"OUT={build}"], env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return build


@pytest.fixture(scope="session")
def firmware_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Firmware and bench, compiled once."""
    return build_firmware(tmp_path_factory.mktemp("firmware"))


@pytest.fixture(scope="session")
def uno_build(firmware_build: Path) -> Path:
    """The same, and an Uno's boot loader."""
    if not OPTIBOOT.exists():
        pytest.skip("no arduino-core-avr: run scripts/setup")
    return build_firmware(firmware_build, "boot")


@pytest.fixture(params=["stand-in", "firmware"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """Both, one after the other: the same tests."""
    made: FirmwareBench | StandInBench
    if request.param == "firmware":
        made = FirmwareBench(request.getfixturevalue("firmware_build"))
    else:
        made = StandInBench()
    yield made
    made.close()


@pytest.fixture(params=["stand-in", "firmware", "uno"])
def resettable(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """Stand-in, bare chip, and the chip behind an Uno's boot loader."""
    made: FirmwareBench | StandInBench
    if request.param == "stand-in":
        made = StandInBench()
    elif request.param == "firmware":
        made = FirmwareBench(request.getfixturevalue("firmware_build"))
    else:
        made = FirmwareBench(request.getfixturevalue("uno_build"), "boot.hex")
    yield made
    made.close()


@pytest.fixture
def light(bench: Bench) -> Iterator[LineIlluminator]:
    """The driver, open on the bench."""
    driver = LineIlluminator(
        f"serial:{bench.port}", lambda: open_serial(bench.port, 115200)
    )
    with driver:
        yield driver


@pytest.fixture
def lit(light: LineIlluminator) -> LineIlluminator:
    """Armed, channel 4 at half."""
    light.set_level("nir850", 500)
    light.arm()
    return light


@pytest.fixture
def keep_until(light: LineIlluminator) -> Callable[[Callable[[], bool]], None]:
    """Keep the light alive until something is so."""

    def wait(is_so: Callable[[], bool]) -> None:
        until_s = time.monotonic() + 20.0
        while not is_so():
            assert time.monotonic() < until_s, "it never came to be so"
            light.keep()

    return wait

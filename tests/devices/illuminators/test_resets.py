"""What no reset takes away: light used, latched faults, and that it was armed.

Opening its port resets an Uno, so a reset is the most common thing that happens to it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from vein_devices.errors import DeviceUnsupportedError
from vein_devices.illuminators.driver import LineIlluminator
from vein_devices.serial.port import open_serial

from .conftest import DOSE_LIMIT_S, RESERVE_S, Bench, FirmwareBench, build_firmware

KINDS = ("power", "external", "brown-out")
LONGEST_S = 20.0


@contextmanager
def opened(bench: Bench) -> Iterator[LineIlluminator]:
    port = bench.port
    with LineIlluminator(f"serial:{port}", lambda: open_serial(port, 115200)) as light:
        yield light


def until(holds: Callable[[], bool], meanwhile: Callable[[], None]) -> None:
    end_s = time.monotonic() + LONGEST_S
    while not holds():
        assert time.monotonic() < end_s
        meanwhile()


def let_pass(bench: Bench, seconds: float) -> None:
    start_s = bench.time_s()
    until(lambda: bench.time_s() >= start_s + seconds, lambda: time.sleep(0.002))


def shine(light: LineIlluminator, bench: Bench, seconds: float) -> None:
    light.set_level("nir850", 500)
    light.arm()
    until(lambda: bench.lit_mask() == 8, light.keep)
    start_s = bench.time_s()
    until(lambda: bench.time_s() >= start_s + seconds, light.keep)


@pytest.mark.parametrize("kind", KINDS)
def test_light_used_is_remembered(resettable: Bench, kind: str) -> None:
    with opened(resettable) as light:
        shine(light, resettable, 0.8)
        light.off()
        used_s = light.status().lit_s
        assert used_s > 0.6
        let_pass(resettable, 0.2)  # a record takes 50 ms
        resettable.restart(kind)
    with opened(resettable) as light:
        # boot loader and opening rest it for a second and more
        assert used_s - 1.0 < light.status().lit_s <= used_s + 0.1
        assert light.status().faults == ()


def test_resets_give_no_light_beyond_the_limit(resettable: Bench) -> None:
    """A second of light, a reset without a word, and again: it ends at the limit.

    What is dark between, by the board's own clock, earns half as much light.
    """
    shone_s, start_s = 0.0, resettable.time_s()
    faults: tuple[str, ...] = ()
    while "DOSE" not in faults:
        with opened(resettable) as light:
            faults = light.status().faults
            if faults == ("BROWNOUT",):
                light.clear_faults()
            elif faults:
                break
            dark_s = resettable.time_s() - start_s - shone_s
            assert shone_s < DOSE_LIMIT_S + dark_s / 2
            try:
                shine(light, resettable, 1.0)
            except DeviceUnsupportedError:
                faults = light.status().faults
                break
            shone_s += 1.0
            resettable.restart()
    assert "DOSE" in faults


@pytest.mark.parametrize("kind", KINDS)
def test_it_says_that_it_started_again_while_it_was_armed(
    resettable: Bench, kind: str
) -> None:
    with opened(resettable) as light:
        shine(light, resettable, 0.1)
        resettable.restart(kind)
        assert resettable.lit_mask() == 0
    with opened(resettable) as light:
        assert light.status().faults == ("BROWNOUT",)
        with pytest.raises(DeviceUnsupportedError, match="started again while"):
            light.arm()
        light.clear_faults()
        shine(light, resettable, 0.05)


def test_what_was_dark_before_it_started_again_says_nothing(resettable: Bench) -> None:
    with opened(resettable) as light:
        shine(light, resettable, 0.1)
        light.off()
        let_pass(resettable, 0.2)
    for kind in KINDS:
        resettable.restart(kind)
        with opened(resettable) as light:
            assert light.status().faults == ()


def test_a_latched_fault_survives_until_it_is_cleared(resettable: Bench) -> None:
    with opened(resettable) as light:
        light.ask("SYST:WDOG 100")
        light.set_level("red", 100)
        light.arm()
        let_pass(resettable, 0.3)
        assert light.status().faults == ("WDOG",)
        let_pass(resettable, 0.2)
    for kind in ("external", "power"):
        resettable.restart(kind)
        with opened(resettable) as light:
            assert light.status().faults == ("WDOG",)
            with pytest.raises(DeviceUnsupportedError, match="WDOG"):
                light.arm()
    with opened(resettable) as light:
        light.clear_faults()
        let_pass(resettable, 0.2)
    resettable.restart()
    with opened(resettable) as light:
        assert light.status().faults == ()


@pytest.fixture
def chip(firmware_build: Path) -> Iterator[FirmwareBench]:
    bench = FirmwareBench(firmware_build)
    yield bench
    bench.close()


def test_a_new_memory_is_no_fault_and_a_damaged_one_must_rest(
    chip: FirmwareBench,
) -> None:
    for byte, lit in ((0xFF, False), (0x5A, True)):
        chip.fill_memory(byte)
        chip.restart("power")
        with opened(chip) as light:
            assert ("DOSE" in light.status().faults) is lit
            assert (light.status().lit_s > DOSE_LIMIT_S / 2) is lit


def test_light_is_entered_before_it_is_given(chip: FirmwareBench) -> None:
    """A reset at any moment finds at least what was given, and not much more."""
    for wait_s in (0.05, 0.13, 0.27):
        with opened(chip) as light:
            before_s = light.status().lit_s
            shine(light, chip, wait_s)
            told_s = light.status().lit_s
            chip.restart()
        with opened(chip) as light:
            after_s = light.status().lit_s
            assert told_s - 0.2 <= after_s <= told_s + 2 * RESERVE_S
            light.clear_faults()
            assert before_s < after_s
            let_pass(chip, 4.0)  # all is rested


def test_the_clock_goes_on_when_its_half_milliseconds_are_used_up(
    tmp_path: Path,
) -> None:
    """After 24 days and 20 hours 32 bits of half milliseconds begin again at 0."""
    build_firmware(tmp_path, more="-DTICKS_AT_START=4294964296UL")  # 1.5 s before
    chip = FirmwareBench(tmp_path)
    try:
        with opened(chip) as light:
            days = int(light.ask("SYST:TIME?")) / 86_400e6
            assert 24.8 < days < 24.9
            light.set_level("nir850", 500)
            light.arm()
            until(lambda: chip.lit_mask() == 8, light.keep)
            start_s = chip.time_s()
            while chip.time_s() < 2.2:
                light.keep()
                assert chip.lit_mask() == 8 or chip.time_s() - start_s > 1.4
            light.off()
            status = light.status()
            assert set(status.faults) <= {"DOSE"}
            assert status.lit_s < DOSE_LIMIT_S + 0.1
            assert int(light.ask("SYST:TIME?")) / 86_400e6 > days
    finally:
        chip.close()

"""Every rule of the illuminator, on its firmware in simavr and on its stand-in."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import serial

from vein_devices.errors import DeviceTimeoutError, DeviceUnsupportedError
from vein_devices.illuminators import open_illuminator
from vein_devices.illuminators.driver import LineIlluminator
from vein_devices.illuminators.protocol import encode_line
from vein_devices.illuminators.simulator import IlluminatorSimulator
from vein_devices.serial.pty_device import PtyDevice

from .conftest import Bench

WRONG = {
    "NONSENSE": -113,
    "ILL9:LEV 1": -113,
    "ILL4:LEV": -109,
    "ILL4:LEV x": -102,
    "ILL4:LEV 1001": -222,
    "ILL3:LEV 601": -222,
    "ILL:LEV 1,2,3,4": -109,
    "ILL:LEV 1,2,3,4,5,6": -223,
    "SYST:WDOG 0": -222,
    "SYST:WDOG 99": -222,
    "TRIG:PULS 100": -222,
    "TRIG:SOUR NEVER": -102,
    "OUTP MAYBE": -102,
    "*TRG": 102,
}

KeepUntil = Callable[[Callable[[], bool]], None]


def see(bench: Bench, mask: int) -> None:
    """Wait until just these channels shine."""
    until_s = time.monotonic() + 5.0
    while bench.lit_mask() != mask:
        assert time.monotonic() < until_s, f"{bench.lit_mask():b} shines, not {mask:b}"
        time.sleep(0.002)


def let_pass(bench: Bench, seconds: float) -> None:
    """Wait for time to pass as the device sees it."""
    until_s = bench.time_s() + seconds
    while bench.time_s() < until_s:
        time.sleep(0.002)


class TestTalk:
    """What it says."""

    def test_it_says_who_it_is_and_what_it_has(self, light: LineIlluminator) -> None:
        assert light.identity == "TRANSVEIN,ILL5,0001,1.1"
        assert [c.name for c in light.channels] == [
            "orange", "red", "white", "nir850", "nir940"
        ]  # fmt: skip
        assert light.channels[3].wavelength_nm == 850

    def test_status_holds_temperatures_battery_and_dose(
        self, light: LineIlluminator, bench: Bench
    ) -> None:
        bench.set_skin(31.0)
        let_pass(bench, 0.02)
        status = light.status()
        assert status.skin_c == pytest.approx(31.0, abs=0.4)
        assert status.led_c == pytest.approx(25.0, abs=0.4)
        assert status.battery_mv == pytest.approx(4000, abs=20)
        assert 70 <= status.battery_percent <= 80
        assert status.faults == ()
        assert not status.armed

    def test_its_clock_runs_as_its_own_time_passes(
        self, light: LineIlluminator, bench: Bench
    ) -> None:
        """By the bench's time: a simulated chip on a busy machine is behind ours."""

        def moment() -> tuple[float, float, float]:
            before_s = bench.time_s()
            told_s = int(light.ask("SYST:TIME?")) * 1e-6
            return before_s, told_s, bench.time_s()

        first = moment()
        let_pass(bench, 0.3)
        second = moment()
        told_s = second[1] - first[1]
        assert second[0] - first[2] - 0.01 <= told_s <= second[2] - first[0] + 0.01

    def test_its_clock_is_compared_with_ours(self, light: LineIlluminator) -> None:
        ours_s, its_s = time.monotonic(), int(light.ask("SYST:TIME?")) * 1e-6
        offset_s, doubt_s = light.clock_offset_s(20)
        its_later_s, ours_later_s = (
            int(light.ask("SYST:TIME?")) * 1e-6,
            time.monotonic(),
        )
        assert 0.0 < doubt_s <= ours_later_s - ours_s
        assert ours_s - its_later_s <= offset_s <= ours_later_s - its_s

    def test_a_wrong_command_is_refused_by_number(self, light: LineIlluminator) -> None:
        for command, code in WRONG.items():
            with pytest.raises(DeviceUnsupportedError, match=rf"ERR {code},"):
                light.ask(command)
            assert light.ask("SYST:ERR?").startswith(f"{code},")
        assert light.ask("SYST:ERR?") == '0,"No error"'

    def test_the_error_queue_says_when_it_ran_over(
        self, light: LineIlluminator
    ) -> None:
        for _ in range(10):
            light.keep()
            with pytest.raises(DeviceUnsupportedError):
                light.ask("OUTP MAYBE")
        codes = [int(light.ask("SYST:ERR?").partition(",")[0]) for _ in range(9)]
        assert codes == [-102] * 7 + [-350, 0]

    def test_commands_are_taken_in_small_letters(self, light: LineIlluminator) -> None:
        assert light.ask("ill4:lev 20") == "OK"
        assert light.ask("Ill4:Lev?").startswith("20,")

    def test_the_button_is_an_event_with_its_time(
        self, light: LineIlluminator, bench: Bench
    ) -> None:
        bench.press(True)
        down = light.poll(0.1)
        bench.press(False)
        up = light.poll(0.1)
        assert [e.rpartition(",")[0] for e in (*down, *up)] == ["BTN 1,1", "BTN 1,0"]


class TestLight:
    """What shines, and when."""

    def test_it_is_dark_until_armed(self, light: LineIlluminator, bench: Bench) -> None:
        light.set_levels([1000, 1000, 600, 1000, 1000])
        see(bench, 0)
        light.arm()
        see(bench, 0b11111)

    def test_one_channel_shines_alone(self, lit: LineIlluminator, bench: Bench) -> None:
        see(bench, 0b01000)
        assert lit.ask("ILL4:LEV?") == "500,500,1000"

    def test_all_levels_are_set_or_none(self, lit: LineIlluminator) -> None:
        with pytest.raises(DeviceUnsupportedError):
            lit.set_levels([1, 2, 601, 4, 5])
        assert lit.ask("ILL1:LEV?").startswith("0,")
        assert lit.ask("ILL4:LEV?").startswith("500,")

    def test_off_takes_the_levels_and_the_arming(
        self, lit: LineIlluminator, bench: Bench
    ) -> None:
        lit.off()
        assert bench.lit_mask() == 0
        assert lit.ask("OUTP?") == "0"
        assert lit.ask("ILL4:LEV?").startswith("0,0")

    def test_pulses_follow_the_sequence_and_a_mask_of_0_is_dark(
        self, light: LineIlluminator, bench: Bench
    ) -> None:
        light.set_levels([100, 100, 100, 100, 100])
        light.strobe([1, 0, 24], pulse_us=50_000)
        light.arm()
        see(bench, 0)
        before = len(bench.flashes())
        for _ in range(4):
            light.trigger()
            let_pass(bench, 0.06)
            see(bench, 0)
        assert bench.flashes()[before:] == [1, 24, 1]
        frames = [e.split(",") for e in light.poll() if e.startswith("FRM")]
        assert [(f[0], f[2]) for f in frames] == [
            ("FRM 1", "1"), ("FRM 2", "0"), ("FRM 3", "24"), ("FRM 4", "1")
        ]  # fmt: skip
        assert light.ask("TRIG:COUN?") == "4"

    def test_the_camera_can_trigger_by_its_own_line(
        self, light: LineIlluminator, bench: Bench
    ) -> None:
        light.set_level("orange", 300)
        light.strobe([1, 0], pulse_us=20_000, source="EXT")
        light.arm()
        for _ in range(3):
            bench.edge()
            let_pass(bench, 0.03)
            light.keep()
        assert light.ask("TRIG:COUN?") == "3"
        light.steady()
        see(bench, 1)


class TestSafety:
    """Every rule tripped once, and seen in the light itself."""

    def trip(
        self, light: LineIlluminator, bench: Bench, fault: str, keep_until: KeepUntil
    ) -> None:
        keep_until(lambda: bench.lit_mask() == 0)
        assert fault in light.status().faults
        assert f"FLT {fault}" in light.poll()
        with pytest.raises(DeviceUnsupportedError, match="ERR 103"):
            light.arm()
        with pytest.raises(DeviceUnsupportedError, match="ERR 103"):
            light.set_level("nir850", 100)

    def recover(self, light: LineIlluminator, bench: Bench) -> None:
        light.clear_faults()
        light.set_level("nir850", 100)
        light.arm()
        see(bench, 8)

    def test_dark_at_start(self, bench: Bench) -> None:
        assert bench.lit_mask() == 0

    def test_dark_after_a_reset(self, lit: LineIlluminator, bench: Bench) -> None:
        see(bench, 8)
        bench.restart()
        see(bench, 0)

    def test_dark_when_the_host_falls_silent(
        self, lit: LineIlluminator, bench: Bench
    ) -> None:
        lit.ask("SYST:WDOG 300")
        started_s = bench.time_s()
        see(bench, 8)
        see(bench, 0)
        assert 0.25 < bench.time_s() - started_s < 0.45
        assert lit.status().faults == ("WDOG",)
        self.recover(lit, bench)

    def test_alive_as_long_as_the_host_speaks(
        self, lit: LineIlluminator, bench: Bench
    ) -> None:
        lit.ask("SYST:WDOG 400")
        for _ in range(10):
            let_pass(bench, 0.05)
            lit.keep()
        assert bench.lit_mask() == 8

    def test_dark_at_41_degrees_until_below_37(
        self, lit: LineIlluminator, bench: Bench, keep_until: KeepUntil
    ) -> None:
        bench.set_skin(41.5)
        self.trip(lit, bench, "TEMP", keep_until)
        bench.set_skin(38.0)
        let_pass(bench, 0.03)
        with pytest.raises(DeviceUnsupportedError, match="ERR 103"):
            lit.clear_faults()
        bench.set_skin(36.0)
        let_pass(bench, 0.03)
        self.recover(lit, bench)

    def test_a_host_that_talks_without_a_pause_cannot_keep_a_rule_from_being_applied(
        self, lit: LineIlluminator, bench: Bench
    ) -> None:
        see(bench, 8)
        flood = encode_line("KEEP", check=True) * 20
        bench.set_skin(42.0)
        started_s = bench.time_s()
        while bench.lit_mask():
            lit._line.write(flood)
            lit._line.read(4096, 0.0)
            assert bench.time_s() - started_s < 1.0
        lit._line.drain(0.1)
        assert "TEMP" in lit.status().faults

    def test_dimmer_from_38_degrees(self, lit: LineIlluminator, bench: Bench) -> None:
        bench.set_skin(39.5)
        let_pass(bench, 0.03)
        wanted, actual, derate = map(int, lit.ask("ILL4:LEV?").split(","))
        assert wanted == 500
        assert 400 < derate < 600
        assert actual == wanted * derate // 1000

    @pytest.mark.parametrize("part", ["skin", "led"])
    def test_dark_when_a_sensor_is_torn_off(
        self, lit: LineIlluminator, bench: Bench, part: str, keep_until: KeepUntil
    ) -> None:
        {"skin": bench.set_skin, "led": bench.set_led}[part](float("nan"))
        self.trip(lit, bench, "TEMP", keep_until)

    def test_dark_when_the_leds_are_too_hot(
        self, lit: LineIlluminator, bench: Bench, keep_until: KeepUntil
    ) -> None:
        bench.set_led(90.0)
        self.trip(lit, bench, "TEMP", keep_until)

    def test_dark_at_the_dose_limit_until_half_is_rested(
        self, lit: LineIlluminator, bench: Bench, keep_until: KeepUntil
    ) -> None:
        see(bench, 8)
        started_s = bench.time_s()
        self.trip(lit, bench, "DOSE", keep_until)
        assert 1.3 < bench.time_s() - started_s < 1.8
        status = lit.status()
        assert status.dose_j_m2 == pytest.approx(1.5 * 100.0, rel=0.1)  # half of 200
        with pytest.raises(DeviceUnsupportedError, match="ERR 103"):
            lit.clear_faults()
        keep_until(lambda: lit.status().lit_s < 0.7)
        self.recover(lit, bench)

    def test_dark_when_a_string_is_open_or_shorted(
        self, lit: LineIlluminator, bench: Bench, keep_until: KeepUntil
    ) -> None:
        for millivolts, fault in ((4900, "OPEN"), (100, "SHORT")):
            bench.set_string(millivolts)
            self.trip(lit, bench, fault, keep_until)
            bench.set_string(3000)
            let_pass(bench, 0.03)
            self.recover(lit, bench)

    def test_a_driver_that_is_stuck_on_is_noticed_while_it_is_dark(
        self, light: LineIlluminator, bench: Bench
    ) -> None:
        bench.set_string(3000, dark=1500)
        let_pass(bench, 0.1)
        assert light.status().faults == ("STUCK",)
        assert "FLT STUCK" in light.poll()
        with pytest.raises(DeviceUnsupportedError, match="unplug its supply"):
            light.arm()
        with pytest.raises(DeviceUnsupportedError, match="ERR 103"):
            light.clear_faults()
        bench.set_string(3000, dark=0)
        let_pass(bench, 0.1)
        self.recover(light, bench)

    def test_pulses_with_the_voltage_gone_between_them_are_no_fault(
        self, light: LineIlluminator, bench: Bench
    ) -> None:
        light.set_level("orange", 300)
        light.strobe([1], pulse_us=20_000)
        light.arm()
        for _ in range(5):
            light.trigger()
            let_pass(bench, 0.06)
        assert light.status().faults == ()

    def test_dark_when_the_battery_is_low(
        self, lit: LineIlluminator, bench: Bench, keep_until: KeepUntil
    ) -> None:
        bench.set_battery(3200)
        self.trip(lit, bench, "BATT", keep_until)

    def test_dark_when_the_host_sends_garbage(
        self, lit: LineIlluminator, bench: Bench
    ) -> None:
        see(bench, 8)
        for _ in range(9):
            lit._line.write(b"\x80garbage\xff\n")
            let_pass(bench, 0.01)
        see(bench, 0)
        assert "CRC" in lit.status().faults

    def test_garbage_does_not_keep_it_alive(
        self, lit: LineIlluminator, bench: Bench
    ) -> None:
        lit.ask("SYST:WDOG 200")
        started_s = bench.time_s()
        while bench.lit_mask() or bench.time_s() - started_s < 0.1:
            lit._line.write(b"\x00\x11\x22 babble without an end")
            let_pass(bench, 0.01)
            assert bench.time_s() - started_s < 1.0
        lit._line.write(b"\n")

    def test_an_old_sign_of_life_out_of_a_buffer_does_not_keep_it_alive(
        self, lit: LineIlluminator, bench: Bench
    ) -> None:
        lit.ask("SYST:WDOG 300")
        lit.keep()
        number = lit._kept
        see(bench, 8)
        started_s = bench.time_s()
        while bench.lit_mask():
            for old in (number, number - 1 & 0xFFFF, number - 900 & 0xFFFF):
                lit._line.write(encode_line(f"KEEP {old}", check=True))
            lit._line.write(encode_line("ILL4:LEV?", check=True))
            let_pass(bench, 0.02)
            assert bench.time_s() - started_s < 1.0
        lit._line.drain(0.05)
        assert lit.status().faults == ("WDOG",)

    def test_a_late_answer_to_an_older_sign_of_life_is_none_to_a_newer_one(
        self, lit: LineIlluminator
    ) -> None:
        """The newer one was lost on its way: it must be sent again."""
        lit.keep()
        older = encode_line(str(lit._kept), check=True)
        line, sent = lit._line, lit.resent
        lost: list[bytes] = []

        class Late:
            """Loses the first line written, and answers with the older number."""

            def write(self, data: bytes) -> None:
                if lost:
                    line.write(data)
                lost.append(data)

            def read(self, count: int, timeout_s: float) -> bytes:
                if len(lost) != 1:
                    return line.read(count, timeout_s)
                lost.append(b"")
                return older

            def set_baud(self, baud: int) -> None:
                line.set_baud(baud)

            def drain(self, quiet_s: float) -> bytes:
                return line.drain(quiet_s)

            def close(self) -> None:
                line.close()

        lit._port = Late()
        lit.keep()
        assert lit.resent == sent + 1
        assert lost[0] == lost[2] == encode_line(f"KEEP {lit._kept}", check=True)

    def test_numbers_of_signs_of_life_go_round(
        self, lit: LineIlluminator, bench: Bench
    ) -> None:
        lit._kept = 65533
        for _ in range(5):
            lit.keep()
            let_pass(bench, 0.05)
        assert lit._kept == 2
        assert bench.lit_mask() == 8

    def test_off_is_obeyed_with_a_wrong_crc_and_with_none(
        self, lit: LineIlluminator, bench: Bench
    ) -> None:
        for line in (b"ILL:OFF*0000\n", b"ILL:OFF\n", b"ill:off\n"):
            lit.set_level("nir850", 100)
            lit.arm()
            see(bench, 8)
            lit._line.write(line)
            see(bench, 0)
            lit._line.drain(0.03)

    def test_no_line_without_a_crc_is_obeyed_once_it_is_demanded(
        self, light: LineIlluminator, bench: Bench
    ) -> None:
        light._line.write(b"ILL4:LEV 900\nOUTP ON\n")
        light._line.write(
            encode_line("ILL4:LEV 901", check=True).replace(b"901", b"801")
        )
        let_pass(bench, 0.05)
        light._line.drain(0.05)
        assert light.ask("ILL4:LEV?").startswith("0,")
        assert light.ask("OUTP?") == "0"

    def test_a_line_of_any_length_is_survived(
        self, lit: LineIlluminator, bench: Bench
    ) -> None:
        lit._line.write(b"A" * 5000 + b"\n")
        let_pass(bench, 0.6)
        lit._line.drain(0.05)
        assert lit.ask("*IDN?").startswith("TRANSVEIN")

    def test_closing_makes_it_dark_at_once(
        self, lit: LineIlluminator, bench: Bench
    ) -> None:
        see(bench, 8)
        lit.close()
        see(bench, 0)


def test_firmware_of_protocol_1_0_is_understood() -> None:
    with (
        PtyDevice(IlluminatorSimulator(version="1.0")) as device,
        open_illuminator(f"serial:{device.port}") as light,
    ):
        light.set_level("nir850", 100)
        light.arm()
        for _ in range(3):
            light.keep()
        assert light.status().armed
        assert light.status().faults == ()


@pytest.mark.parametrize("version", ["0.9", "2.0", "new"])
def test_firmware_of_another_protocol_is_refused_in_words(version: str) -> None:
    with (
        PtyDevice(IlluminatorSimulator(version=version)) as device,
        pytest.raises(DeviceUnsupportedError, match=f"protocol {version}.*firmware"),
    ):
        open_illuminator(f"serial:{device.port}").open()


def test_a_host_of_protocol_1_0_keeps_the_light_on_without_numbers(
    lit: LineIlluminator, bench: Bench
) -> None:
    lit._numbered = False
    for _ in range(6):
        lit.keep()
        let_pass(bench, 0.2)
    assert bench.lit_mask() == 8


def test_a_terminal_can_talk_to_it_without_any_crc(bench: Bench) -> None:
    with serial.Serial(bench.port, 115200, timeout=0.3) as port:
        answer = b""
        while not answer:  # it may still be starting
            port.write(b"*IDN?\r\n")
            answer = port.readline()
        assert answer == b"TRANSVEIN,ILL5,0001,1.1\n"


def test_a_simulated_light_needs_no_port() -> None:
    with open_illuminator("simulated:") as light:
        light.set_level("red", 200)
        light.arm()
        assert light.ask("ILL2:LEV?").startswith("200,")


def test_a_line_that_answers_nothing_times_out() -> None:
    class Dead:
        def read(self, count: int, timeout_s: float) -> bytes:
            time.sleep(min(timeout_s, 0.01))
            return b""

        def write(self, data: bytes) -> None: ...
        def set_baud(self, baud: int) -> None: ...
        def drain(self, quiet_s: float) -> bytes:
            return b""

        def close(self) -> None: ...

    with pytest.raises(DeviceTimeoutError, match="ILL:OFF"):
        LineIlluminator("serial:dead", Dead).open()

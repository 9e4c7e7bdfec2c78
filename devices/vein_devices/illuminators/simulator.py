"""A simulator of the illuminator's firmware, which is the reference.

It passes the same tests as the firmware does. It is for machines without a board.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

from vein_devices.illuminators.protocol import CHANNELS, FAULTS, crc16

__all__ = ["IlluminatorSimulator"]

_INFO = (
    "orange,590,350mA,150", "red,625,350mA,180", "white,0,200mA,90",
    "nir850,850,350mA,200", "nir940,940,350mA,150",
)  # fmt: skip
_IRRADIANCE = (150, 180, 90, 200, 150)
"""W/m² at full level, as firmware/safety.c has it: no lamp was measured."""
_MOST = (1000, 1000, 600, 1000, 1000)
"""Per mille by channel; white no more than LEVEL_WHITE_MOST of firmware/config.h."""
_TEXT = {
    -102: "syntax", -109: "missing parameter", -113: "undefined header",
    -222: "data out of range", -223: "too much data", -350: "queue overflow",
    101: "checksum", 102: "not armed", 103: "faulted", 0: "No error",
}  # fmt: skip
_BITS = {name: bit for bit, name in FAULTS.items()}


class _RefusedError(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class IlluminatorSimulator:
    """State of one illuminator; a `SerialDevice`.

    Parameters
    ----------
    dose_limit_s : s
        Lit time without a rest.
    version : str
        Of the protocol: firmware of 1.0 takes no numbers and forgets at a reset.
    """

    baud: int | None = None

    def __init__(self, dose_limit_s: float = 60.0, version: str = "1.1") -> None:
        self.skin_c = self.led_c = self.mcu_c = 25.0
        """Temperatures, C; nan is a sensor torn off."""
        self.battery_mv = 4000
        self.string_mv, self.dark_string_mv = 3000, 0
        """Across the LED strings while lit, and while dark."""
        self.pressed = False
        """The button."""
        self.lit_mask = 0
        """Bit per channel that shines now."""
        self.flashes: list[int] = []
        """What shone at each change from dark to light."""
        self.edges = 0
        """Edges at the trigger input, not yet seen."""
        self._dose_limit_s = dose_limit_s
        self._version = version
        self.armed, self.latched = False, 0
        self._lit_s = self._dose_j = 0.0
        self._now_s: float | None = None
        self._start_s = 0.0
        self._out: list[str] = []
        self.reset()

    def reset(self) -> None:
        """Start again, with the light off; light used and faults are remembered."""
        if self._version == "1.0":
            self.armed, self.latched = False, 0
            self._lit_s = self._dose_j = 0.0
        self.latched |= _BITS["BROWNOUT"] if self.armed else 0
        self.levels = [0] * len(CHANNELS)
        self.armed = False
        self.lit_mask = 0
        self._actual = [0] * len(CHANNELS)
        self._lit_since_s = self._heard_s = self._now_s or 0.0
        self._dark_since_s = self._heard_s
        self._number: int | None = None
        self._watchdog_s = 1.0
        self._bad = 0
        self._was_pressed = self.pressed
        self._check = self._events = False
        self._errors: deque[int] = deque()
        self._source, self._sequence, self._at = "IMM", [31], 0
        self._delay_us, self._pulse_us, self._pulses = 0, 5000, 0
        self._pulse: tuple[float, float, int] | None = None  # start, end, mask
        self._told = True
        self._line, self._too_long = bytearray(), False
        self._out = []

    # --- safety -------------------------------------------------------------------

    def _off(self) -> None:
        self.armed, self._pulse, self._number = False, None, None
        if self.lit_mask:
            self._dark_since_s = self._now_s or 0.0
        self.levels = [0] * len(CHANNELS)
        self._actual = [0] * len(CHANNELS)
        self.lit_mask = 0

    def _latch(self, faults: int) -> None:
        new = faults & ~self.latched
        self.latched |= faults
        self._off()
        for bit, name in FAULTS.items():
            if new & bit and self._events:
                self._say(f"!FLT {name}", self._check)

    def _causes(self, now_s: float, *, resume: bool) -> int:
        found = 0
        skin_most, dose = (37.0, 0.5) if resume else (41.0, 1.0)
        cool = self.skin_c < skin_most and self.led_c < 85.0 and self.mcu_c < 80.0
        if not cool:  # a sensor torn off is not cool either
            found |= _BITS["TEMP"]
        if self._lit_s >= dose * self._dose_limit_s:
            found |= _BITS["DOSE"]
        if self.battery_mv < 3300:
            found |= _BITS["BATT"]
        if self.lit_mask and now_s - self._lit_since_s >= 0.005:
            found |= _BITS["OPEN"] if self.string_mv > 4500 else 0
            found |= _BITS["SHORT"] if self.string_mv < 300 else 0
        if not self.lit_mask and now_s - self._dark_since_s >= 0.02:
            found |= _BITS["STUCK"] if self.dark_string_mv > 1000 else 0
        return found

    @property
    def _derate(self) -> int:
        if self.skin_c > 38.0:
            return max(0, int(1000 * (41.0 - self.skin_c) / 3.0))
        return 1000

    def tick(self, now_s: float) -> list[tuple[float, bytes]]:
        """Let time pass: apply every rule."""
        if self._now_s is None:
            self._now_s = self._start_s = self._heard_s = now_s
        passed_s, self._now_s = now_s - self._now_s, now_s
        self._count_dose(passed_s)
        found = self._causes(now_s, resume=False)
        if self.armed and now_s - self._heard_s >= self._watchdog_s:
            found |= _BITS["WDOG"]
        if found & ~self.latched:
            self._latch(found)
        self._run_pulse(now_s)
        self._put_out(now_s)
        if self.pressed != self._was_pressed:
            self._was_pressed = self.pressed
            if self._events:
                self._say(f"!BTN 1,{int(self.pressed)},{self._time_us()}", self._check)
        out, self._out = self._out, []
        return [(0.0, line.encode("ascii")) for line in out]

    def _count_dose(self, passed_s: float) -> None:
        if not self.lit_mask:
            self._lit_s = max(0.0, self._lit_s - passed_s / 2.0)
            if not self._lit_s:
                self._dose_j = 0.0
            return
        self._lit_s += passed_s
        self._dose_j += passed_s * sum(
            full * level / 1000.0
            for full, level in zip(_IRRADIANCE, self._actual, strict=True)
        )

    def _run_pulse(self, now_s: float) -> None:
        if self._source == "EXT" and self.edges:
            self.edges = 0
            if self.armed:
                self._fire(now_s)
        if self._pulse is None:
            return
        start_s, end_s, mask = self._pulse
        if now_s >= start_s and not self._told:
            self._told = True
            if self._events:
                self._say(f"!FRM {self._pulses},{self._time_us()},{mask}", self._check)
        if now_s >= end_s:
            self._pulse = None

    def _fire(self, now_s: float) -> None:
        mask = self._sequence[self._at]
        self._at = (self._at + 1) % len(self._sequence)
        start_s = now_s + self._delay_us * 1e-6
        self._pulse = (start_s, start_s + self._pulse_us * 1e-6, mask)
        self._told = False
        self._pulses += 1

    def _put_out(self, now_s: float) -> None:
        wanted = [0] * len(CHANNELS)
        if self.armed and not self.latched:
            mask = 31 if self._source == "IMM" else 0
            if self._pulse is not None and self._pulse[0] <= now_s < self._pulse[1]:
                mask = self._pulse[2]
            for i, level in enumerate(self.levels):
                wanted[i] = level * self._derate // 1000 if mask >> i & 1 else 0
        was_lit = self.lit_mask
        self._actual = wanted
        self.lit_mask = sum(1 << i for i, level in enumerate(wanted) if level)
        if self.lit_mask and not was_lit:
            self._lit_since_s = now_s
            self.flashes.append(self.lit_mask)
        elif was_lit and not self.lit_mask:
            self._dark_since_s = now_s

    # --- lines --------------------------------------------------------------------

    def receive(self, data: bytes, now_s: float) -> list[tuple[float, bytes]]:
        """Take bytes from the host."""
        out = self.tick(now_s)
        for byte in data:
            if byte == 0x0A:
                if self._line or self._too_long:
                    self._take_line(bytes(self._line), now_s)
                self._line.clear()
                self._too_long = False
            elif byte != 0x0D:
                if len(self._line) < 96:
                    self._line.append(byte)
                else:
                    self._too_long = True
        return out + self.tick(now_s)

    def _time_us(self) -> int:
        return int(((self._now_s or 0.0) - self._start_s) * 1e6)

    def _say(self, text: str, check: bool) -> None:
        suffix = f"*{crc16(text.encode()):04X}" if check else ""
        self._out.append(f"{text}{suffix}\n")

    def _take_line(self, raw: bytes, now_s: float) -> None:
        printable = not self._too_long and all(0x20 <= byte < 0x7F for byte in raw)
        text, checked, code = raw.decode("latin-1"), False, 0
        is_off = printable and text.upper().partition("*")[0] == "ILL:OFF"
        head, star, tail = text.rpartition("*")
        if star and len(tail) == 4 and all(c in "0123456789ABCDEF" for c in tail):
            checked = crc16(head.encode("latin-1")) == int(tail, 16)
            code, text = (0 if checked else 101), head
        elif self._check:
            code = 101
        reply = "OK"
        try:
            if is_off:
                self._off()
            elif not printable:
                raise _RefusedError(-223 if self._too_long else -102)  # noqa: TRY301
            elif code:
                raise _RefusedError(code)  # noqa: TRY301
            else:
                reply = self._obey(text.upper(), now_s) or "OK"
            self._bad = 0
            if self._number is None:
                self._heard_s = now_s
        except _RefusedError as refused:
            if not printable or refused.code in (101, -113):
                self._bad += 1
                if self._bad == 8:
                    self._latch(_BITS["CRC"])
            if len(self._errors) < 8:
                self._errors.append(refused.code)
            else:
                self._errors[7] = -350
            reply = f'ERR {refused.code},"{_TEXT[refused.code]}"'
        self._say(reply, checked or self._check)

    def _obey(self, text: str, now_s: float) -> str | None:
        header, _, argument = text.partition(" ")
        plain: dict[str, Callable[[], str | None]] = {
            "*IDN?": lambda: f"TRANSVEIN,ILL5,0001,{self._version}",
            "KEEP": lambda: self._keep(argument, now_s),
            "SYST:PROT?": lambda: self._version,
            "SYST:TIME?": lambda: str(self._time_us()),
            "SYST:WDOG?": lambda: f"{self._watchdog_s * 1000:.0f}",
            "SYST:FLT?": lambda: str(self.latched),
            "SYST:FLT:CLE": lambda: self._clear(now_s),
            "SYST:ERR?": self._next_error,
            "SENS:TEMP?": self._temperatures,
            "SENS:BATT?": self._battery,
            "ILL:COUN?": lambda: str(len(CHANNELS)),
            "ILL:DOSE?": lambda: (
                f"{int(self._lit_s * 10) / 10:.1f},{self._dose_limit_s:.0f},"
                f"{self._dose_j:.0f}"
            ),
            "OUTP?": lambda: str(int(self.armed)),
            "TRIG:COUN?": lambda: str(self._pulses),
            "TRIG:SOUR?": lambda: self._source,
            "*TRG": lambda: self._bus_trigger(now_s),
        }
        if header in plain:
            return plain[header]()
        if header.startswith("ILL") and header[3:4].isdigit():
            return self._channel(header, argument)
        taking: dict[str, Callable[[str], None]] = {
            "ILL:LEV": self._all_levels,
            "OUTP": self._output,
            "SYST:WDOG": self._set_watchdog,
            "SYST:CRC": lambda text: setattr(self, "_check", _on_off(text)),
            "SYST:EVEN": lambda text: setattr(self, "_events", _on_off(text)),
            "TRIG:SOUR": self._set_source,
            "TRIG:SEQ": self._set_sequence,
            "TRIG:EDGE": lambda text: _one_of(text, ("RISE", "FALL")),
            "TRIG:DEL": lambda text: setattr(
                self, "_delay_us", _number(text, 0, 50000)
            ),
            "TRIG:PULS": lambda text: setattr(
                self, "_pulse_us", _number(text, 500, 50000)
            ),
        }
        if header not in taking:
            raise _RefusedError(-113)
        taking[header](argument)
        return None

    def _keep(self, argument: str, now_s: float) -> str:
        if self._version == "1.0" or not argument:
            return "OK"
        number = _number(argument, 0, 65535)
        if self._number is None or 0 < (number - self._number) % 65536 < 32768:
            self._number, self._heard_s = number, now_s
        return str(number)

    def _clear(self, now_s: float) -> None:
        if self._causes(now_s, resume=True) & self.latched:
            raise _RefusedError(103)
        self.latched, self._bad = 0, 0

    def _next_error(self) -> str:
        code = self._errors.popleft() if self._errors else 0
        return f'{code},"{_TEXT[code]}"'

    def _temperatures(self) -> str:
        values = (self.led_c, self.skin_c, self.mcu_c)
        # A sensor torn off reads as the coldest the table knows.
        known = (0.0 if math.isnan(value) else value for value in values)
        return ",".join(str(round(100 * value)) for value in known)

    def _battery(self) -> str:
        percent = min(100, max(0, (self.battery_mv - 3300) * 100 // 900))
        return f"{self.battery_mv},{percent},0"

    def _bus_trigger(self, now_s: float) -> None:
        if not self.armed:
            raise _RefusedError(103 if self.latched else 102)
        self._fire(now_s)

    def _channel(self, header: str, argument: str) -> str | None:
        index = int(header[3]) - 1
        if not 0 <= index < len(CHANNELS) or header[4:5] != ":":
            raise _RefusedError(-113)
        what = header[5:]
        if what == "LEV?":
            return f"{self.levels[index]},{self._actual[index]},{self._derate}"
        if what == "INFO?":
            return _INFO[index]
        if what != "LEV":
            raise _RefusedError(-113)
        value = _number(argument, 0, _MOST[index])
        if value and self.latched:
            raise _RefusedError(103)
        self.levels[index] = value
        return None

    def _all_levels(self, argument: str) -> None:
        values = _numbers(argument, 1000, len(CHANNELS))
        if len(values) < len(CHANNELS):
            raise _RefusedError(-109)
        if values[2] > _MOST[2]:
            raise _RefusedError(-222)
        if any(values) and self.latched:
            raise _RefusedError(103)
        self.levels = values

    def _output(self, argument: str) -> None:
        if not _on_off(argument):
            self._off()
        elif self.latched:
            raise _RefusedError(103)
        else:
            self.armed, self.edges = True, 0

    def _set_watchdog(self, argument: str) -> None:
        self._watchdog_s = _number(argument, 100, 5000) / 1000.0

    def _set_source(self, argument: str) -> None:
        _one_of(argument, ("IMM", "EXT", "BUS"))
        self._source, self.edges, self._at = argument, 0, 0

    def _set_sequence(self, argument: str) -> None:
        self._sequence, self._at = _numbers(argument, 31, 16), 0


def _number(text: str, least: int, most: int) -> int:
    if not text:
        raise _RefusedError(-109)
    try:
        value = int(text)
    except ValueError:
        raise _RefusedError(-102) from None
    if not least <= value <= most:
        raise _RefusedError(-222)
    return value


def _numbers(text: str, most: int, room: int) -> list[int]:
    parts = text.split(",") if text else []
    if not parts:
        raise _RefusedError(-109)
    if len(parts) > room:
        raise _RefusedError(-223)
    return [_number(part, 0, most) for part in parts]


def _one_of(text: str, words: tuple[str, ...]) -> None:
    if not text:
        raise _RefusedError(-109)
    if text not in words:
        raise _RefusedError(-102)


def _on_off(text: str) -> bool:
    _one_of(text, ("ON", "1", "OFF", "0"))
    return text in ("ON", "1")

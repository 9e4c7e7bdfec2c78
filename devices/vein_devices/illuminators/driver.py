"""The illuminator that speaks the line protocol of docs/wire-protocol.md.

Safety is in its firmware: it goes dark when this program falls silent. So nothing here
keeps it lit by itself; whoever wants light calls `keep` (or anything else) at least
once in each watchdog time.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from vein_devices.clock import SYSTEM_CLOCK, Clock
from vein_devices.errors import (
    DeviceAbsentError,
    DeviceDataError,
    DeviceError,
    DeviceTimeoutError,
    DeviceUnsupportedError,
)
from vein_devices.illuminators.protocol import (
    CHANNELS,
    Line,
    LineReader,
    encode_line,
    fault_names,
)
from vein_devices.illuminators.status import ChannelInfo, LightStatus
from vein_devices.serial.port import SerialPort

__all__ = ["LineIlluminator"]

_ANSWER_S = 0.4  # well within the second after which the firmware darkens a silent line
_TRIES = 3
"""The checksum catches a changed byte, and the command is sent again. A dead line does
not answer at all."""
_BOOT_S = 3.0
"""Opening the port resets many boards, which hear nothing for up to two seconds."""
_WATCHDOG_MS = 1000
"""The light goes off when this program has been silent for so long. It is set at each
opening, because an earlier program may have set another time."""
_NUMBERED_SINCE = 1
"""Protocol 1.1 numbers the signs of life."""
_NUMBERS = 1 << 16  # as many as the firmware counts
_ADVICE = {
    "BROWNOUT": "It started again while it was armed (a brown-out, a reset, a loss of "
    "power): look at supply and cable",
    "DOSE": "Wait in the dark until half of the light is rested",
    "STUCK": "A driver lets current through though it is switched off: take the lamp "
    "off the skin and unplug its supply; have it repaired",
}
"""What to do at a fault whose name does not say it; the last one that holds counts."""


class LineIlluminator:
    """An illuminator on a serial line. One thread uses it.

    Parameters
    ----------
    address : str
        Its URL.
    open_port : callable () -> SerialPort
        Opens the line.
    check : bool
        Demand a CRC on every line: right wherever a UART lies between.
    clock : Clock
        Time.
    """

    def __init__(
        self,
        address: str,
        open_port: Callable[[], SerialPort],
        *,
        check: bool = True,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self.address = address
        self.identity = ""
        """Answer to *IDN?, once open."""
        self.channels: tuple[ChannelInfo, ...] = ()
        """What there is to light, once open."""
        self.events: deque[str] = deque(maxlen=1000)
        """What it sent unasked, oldest first: "FLT WDOG", "BTN 1,1,123", "FRM ..."."""
        self.resent = 0
        """Commands sent again because the answer was damaged or missing."""
        self._open_port = open_port
        self._check = check
        self._clock = clock
        self._port: SerialPort | None = None
        self._reader = LineReader()
        self._kept = 0  # number of the last sign of life
        self._numbered = False  # whether the firmware takes numbers

    def open(self) -> None:
        """Connect, make it dark, and learn what it is.

        Raises
        ------
        DeviceError
            If it is absent, forbidden, in use, or no such illuminator.
        """
        self.close()
        self._port = self._open_port()
        try:
            self._reader = LineReader(demand_check=self._check)
            self._port.write(b"\n")  # ends whatever half line the last program left
            self._port.drain(0.05)
            self._wait_for_boot()
            self._ask("SYST:CRC OFF", check=True)  # a program before us may have set it
            self.identity = self.ask("*IDN?")
            if not self.identity.startswith("TRANSVEIN,ILL"):
                raise DeviceUnsupportedError(  # noqa: TRY301
                    f"{self.address}: {self.identity!r} is no illuminator"
                )
            self._numbered = self._minor_version() >= _NUMBERED_SINCE
            if self._check:
                self.ask("SYST:CRC ON")
            self.ask(f"SYST:WDOG {_WATCHDOG_MS}")
            self.ask("SYST:EVEN ON")
            count = int(self.ask("ILL:COUN?"))
            self.channels = tuple(self._info(n) for n in range(1, count + 1))
        except BaseException:
            self.close()
            raise

    def _minor_version(self) -> int:
        version = self.ask("SYST:PROT?")
        major, _, minor = version.partition(".")
        if major != "1" or not minor.isdigit():
            raise DeviceUnsupportedError(
                f"{self.address}: protocol {version}; this program speaks 1.0 and 1.1: "
                f"load the firmware that came with it (make -C devices/firmware flash)"
            )
        return int(minor)

    def _wait_for_boot(self) -> None:
        """Switch the light off as soon as it listens; any CRC or none is accepted."""
        until_s = self._clock.monotonic_s() + _BOOT_S
        before = self.resent
        while True:
            try:
                self._ask("ILL:OFF", check=True)
            except DeviceTimeoutError:
                if self._clock.monotonic_s() >= until_s:
                    raise
            else:
                break
        if self.resent > before:  # it may yet answer what it was asked while it booted
            self._line.drain(_ANSWER_S)

    def _info(self, channel: int) -> ChannelInfo:
        name, nm, current, power = self.ask(f"ILL{channel}:INFO?").split(",")
        return ChannelInfo(name, int(nm), int(current.removesuffix("mA")), int(power))

    def ask(self, command: str) -> str:
        """Send a command and wait for its answer.

        A damaged or missing answer makes it send again, three times in all: every
        command may be repeated but *TRG, which is never sent twice.

        Parameters
        ----------
        command : str
            As "ILL4:LEV?".

        Returns
        -------
        str
            The value, or "OK".

        Raises
        ------
        DeviceUnsupportedError
            If it answers with an error; the message holds it. A latched fault is named,
            with what to type.
        DeviceTimeoutError
            If no good answer came.
        DeviceAbsentError
            If the line is gone.
        """
        return self._ask(command, check=self._check)

    def _ask(self, command: str, *, check: bool, wanted: str | None = None) -> str:
        tries = 1 if command == "*TRG" else _TRIES
        for _ in range(tries):
            self._forget_late_answers()
            self._line.write(encode_line(command, check=check))
            answer = self._answer()
            is_late = wanted is not None and answer not in (None, wanted)
            if is_late and not str(answer).startswith("ERR "):
                answer = None  # of a question before this one
            if answer is None or answer.startswith("ERR 101,"):
                self.resent += 1
                continue
            if answer.startswith("ERR 103,"):
                raise DeviceUnsupportedError(self._latched())
            if answer.startswith("ERR "):
                raise DeviceUnsupportedError(f"{self.address}: {command}: {answer}")
            return answer
        raise DeviceTimeoutError(
            f"{self.address}: no good answer to {command!r} in {tries} tries of "
            f"{_ANSWER_S} s"
        )

    def _latched(self) -> str:
        """What keeps the light off, and what to do."""
        names = ", ".join(fault_names(int(self.ask("SYST:FLT?"))))
        what_to_do = "Put its cause right"
        for name, advice in _ADVICE.items():
            if name in names:
                what_to_do = advice
        return (
            f"{self.address}: it stays dark (ERR 103), a fault is latched: {names}. "
            f"{what_to_do}, then type: vein-imaging light clear {self.address}"
        )

    @property
    def _line(self) -> SerialPort:
        if self._port is None:
            raise DeviceAbsentError(f"{self.address} is not open")
        return self._port

    def _answer(self) -> str | None:
        """Next line that is no event, or None."""
        until_s = self._clock.monotonic_s() + _ANSWER_S
        refused = self._reader.refused
        while self._clock.monotonic_s() < until_s:
            for line in self._reader.feed(self._line.read(1, 0.05)):
                if not line.is_event:
                    return line.text
                self._note(line)
            if self._reader.refused > refused:
                self._line.drain(0.02)
                return None
        return None

    def _forget_late_answers(self) -> None:
        """Take events, and drop an answer that is there before the question."""
        for line in self._reader.feed(self._line.read(4096, 0.0)):
            if line.is_event:
                self._note(line)

    def _note(self, line: Line) -> None:
        self.events.append(line.text[1:])

    def poll(self, wait_s: float = 0.0) -> list[str]:
        """Take the events that it sent without being asked.

        Parameters
        ----------
        wait_s : s
            How long to wait for something.

        Returns
        -------
        list of str
            Events since the last call, oldest first.
        """
        until_s = self._clock.monotonic_s() + wait_s
        while True:
            left_s = max(0.0, until_s - self._clock.monotonic_s())
            data = self._line.read(4096 if not left_s else 1, min(left_s, 0.02))
            for line in self._reader.feed(data):
                self._note(line)
            if not data and not left_s:
                break
        events = list(self.events)
        self.events.clear()
        return events

    def keep(self) -> None:
        """Show that this program is alive; without it the light goes out.

        Each sign has a number, and the answer is that number: neither an old sign out
        of a buffer nor an old answer counts. From the first one until the light is
        switched off nothing else is a sign of life.
        """
        if not self._numbered:  # firmware of protocol 1.0
            self.ask("KEEP")
            return
        self._kept = (self._kept + 1) % _NUMBERS
        number = str(self._kept)
        self._ask(f"KEEP {number}", check=self._check, wanted=number)

    def off(self) -> None:
        """Switch the light off now. This is obeyed in every state."""
        self.ask("ILL:OFF")

    def arm(self) -> None:
        """Let light come out.

        Raises
        ------
        DeviceUnsupportedError
            If a fault is latched; it is named, with what to type.
        """
        self.ask("OUTP ON")

    def set_levels(self, levels: Sequence[int]) -> None:
        """Set all channels at once.

        Parameters
        ----------
        levels : sequence of int, 0 to 1000
            One for each channel.

        Raises
        ------
        DeviceUnsupportedError
            If a level is out of range, or a fault is latched.
        """
        self.ask("ILL:LEV " + ",".join(map(str, levels)))

    def set_level(self, channel: str | int, level: int) -> None:
        """Set one channel.

        Parameters
        ----------
        channel : str or int
            Name, or number from 1.
        level : int, 0 to 1000
            Permille of full.

        Raises
        ------
        ValueError
            If there is no such channel.
        """
        names = [info.name for info in self.channels] or list(CHANNELS)
        number = names.index(channel) + 1 if channel in names else channel
        if not isinstance(number, int) or not 1 <= number <= len(names):
            raise ValueError(f"no channel {channel!r}; there are {', '.join(names)}")
        self.ask(f"ILL{number}:LEV {level}")

    def strobe(self, masks: Sequence[int], pulse_us: int, source: str = "BUS") -> None:
        """Light each frame by the next mask of a sequence, for a pulse.

        Parameters
        ----------
        masks : sequence of int
            Bit for each channel; 0 is a dark frame.
        pulse_us : us, 500 to 50000
            How long.
        source : "BUS" or "EXT"
            Triggered by `trigger` or by the camera's own line.
        """
        self.ask("TRIG:SEQ " + ",".join(map(str, masks)))
        self.ask(f"TRIG:PULS {pulse_us}")
        self.ask(f"TRIG:SOUR {source}")

    def steady(self) -> None:
        """Go back from pulses to steady light."""
        self.ask("TRIG:SOUR IMM")

    def trigger(self) -> None:
        """Fire the next pulse of the sequence."""
        self.ask("*TRG")

    def clear_faults(self) -> None:
        """Clear the latched faults.

        Raises
        ------
        DeviceUnsupportedError
            While a cause lasts.
        """
        self.ask("SYST:FLT:CLE")

    def status(self) -> LightStatus:
        """Ask for everything.

        Returns
        -------
        LightStatus
        """
        try:
            led, skin, board = (
                int(v) / 100.0 for v in self.ask("SENS:TEMP?").split(",")
            )
            millivolts, percent, _ = (int(v) for v in self.ask("SENS:BATT?").split(","))
            lit, limit, dose = (float(v) for v in self.ask("ILL:DOSE?").split(","))
            mask = int(self.ask("SYST:FLT?"))
            armed = self.ask("OUTP?") == "1"
        except ValueError as error:
            raise DeviceDataError(f"{self.address}: not a number: {error}") from error
        return LightStatus(
            armed,
            fault_names(mask),
            led,
            skin,
            board,
            millivolts,
            percent,
            lit,
            limit,
            dose,
        )

    def clock_offset_s(self, tries: int = 8) -> tuple[float, float]:
        """Compare its clock with this computer's, by the quickest of some round trips.

        Parameters
        ----------
        tries : int
            Round trips.

        Returns
        -------
        offset_s : s
            This computer's clock minus the device's.
        uncertainty_s : s
            Half the quickest round trip.
        """
        best = (0.0, float("inf"))
        for _ in range(tries):
            start_s = self._clock.monotonic_s()
            theirs_s = int(self.ask("SYST:TIME?")) * 1e-6
            half_s = (self._clock.monotonic_s() - start_s) / 2.0
            if half_s < best[1]:
                best = (start_s + half_s - theirs_s, half_s)
        return best

    def close(self) -> None:
        """Switch the light off if it still listens, and let go. Never raises."""
        port, self._port = self._port, None
        if port is not None:
            with contextlib.suppress(DeviceError):  # gone: its watchdog makes it dark
                port.write(b"ILL:OFF\n")
            port.close()

    def __enter__(self) -> Self:
        """Open."""
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Switch the light off and close."""
        self.close()

"""`vein-imaging light status | on | off | clear`: the illuminator by hand."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from vein_imaging.words import translate as _

if TYPE_CHECKING:
    from vein_devices.illuminators.driver import LineIlluminator

__all__ = ["light"]

_KEEP_S = 0.25
"""A quarter of the second after which the firmware switches the light of a silent host
off (docs/wire-protocol.md)."""


@click.group()
def light() -> None:
    """Show the state of an illuminator (serial:PORT or simulated:), and switch it."""


@contextmanager
def _signals_leave_it_dark() -> Iterator[None]:
    """When the program is asked to end, switch the light off at once."""

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    numbers = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    before = {number: signal.signal(number, leave) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _opened(url: str) -> Iterator[LineIlluminator]:
    from vein_devices.errors import DeviceAddressError, DeviceError
    from vein_devices.illuminators import open_illuminator

    try:
        with open_illuminator(url) as illuminator:
            yield illuminator
    except DeviceAddressError as error:
        raise click.UsageError(str(error)) from error
    except DeviceError as error:
        raise click.ClickException(str(error)) from error


@light.command()
@click.argument("url")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(url: str, as_json: bool) -> None:
    """Show the state of an illuminator. Connecting to it makes it dark."""
    with _opened(url) as illuminator:
        now = illuminator.status()
        channels = illuminator.channels
        identity = illuminator.identity
    if as_json:
        document = {
            "identity": identity,
            "channels": [asdict(channel) for channel in channels],
            **asdict(now),
        }
        click.echo(json.dumps(document, indent=2))
        return
    click.echo(identity)
    click.echo(
        _("  faults        {faults}").format(faults=", ".join(now.faults) or _("none"))
    )
    click.echo(
        _(
            "  temperature   skin side {skin_c:.1f} C, LEDs {led_c:.1f} C, "
            "board {board_c:.1f} C"
        ).format(skin_c=now.skin_c, led_c=now.led_c, board_c=now.board_c)
    )
    click.echo(
        _("  battery       {battery_percent} % ({battery_mv} mV)").format(
            battery_percent=now.battery_percent, battery_mv=now.battery_mv
        )
    )
    click.echo(
        _(
            "  light used    {lit_s:.0f} of {limit_s:.0f} s, "
            "{dose_j_m2:.0f} J/m2 since the last rest"
        ).format(lit_s=now.lit_s, limit_s=now.limit_s, dose_j_m2=now.dose_j_m2)
    )
    for number, channel in enumerate(channels, 1):
        wave = (
            _("{wavelength_nm} nm").format(wavelength_nm=channel.wavelength_nm)
            if channel.wavelength_nm
            else _("white")
        )
        click.echo(
            _("  channel {number}     {name}, {wave}").format(
                number=number, name=channel.name, wave=wave
            )
        )


@light.command()
@click.argument("url")
@click.option(
    "--level",
    "levels",
    multiple=True,
    required=True,
    metavar="CHANNEL=0..1000",
    help="Thousandths of full light, as in nir850=400. May be given more than once.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.1, max=60.0),
    default=5.0,
    show_default=True,
    help="How many seconds. The firmware's own limit holds in any case.",
)
def on(url: str, levels: tuple[str, ...], seconds: float) -> None:
    """Switch the light on for some seconds. Ending the program makes it dark."""
    pairs = [_read_level(text) for text in levels]
    with _signals_leave_it_dark(), _opened(url) as illuminator:
        for channel, level in pairs:
            try:
                illuminator.set_level(channel, level)
            except ValueError as error:
                raise click.UsageError(str(error)) from error
        illuminator.arm()
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            illuminator.keep()
            for event in illuminator.poll(_KEEP_S):
                click.echo(event)
                if event.startswith("FLT"):
                    raise click.ClickException(
                        _(
                            "the illuminator switched itself off: {event}; for more, "
                            "type: "
                            "vein-imaging light status {url}"
                        ).format(event=event[4:], url=url)
                    )


def _read_level(text: str) -> tuple[str | int, int]:
    channel, equals, level = text.partition("=")
    if not equals or not level.isdigit() or int(level) > 1000:
        raise click.UsageError(
            _(
                "--level must be CHANNEL=0..1000, as in nir850=400, and not {text!r}"
            ).format(text=text)
        )
    return (int(channel) if channel.isdigit() else channel), int(level)


@light.command()
@click.argument("url")
def off(url: str) -> None:
    """Switch the light off, even while `light on` holds it in another terminal."""
    from vein_devices.errors import DeviceBusyError
    from vein_devices.holders import holders_of
    from vein_devices.illuminators import port_of

    try:
        with _opened(url) as illuminator:
            illuminator.off()
    except click.ClickException as error:
        if not isinstance(error.__cause__, DeviceBusyError):
            raise
        ours = [one for one in holders_of(port_of(url)) if "light on" in one.command]
        for holder in ours:
            os.kill(holder.pid, signal.SIGTERM)  # it makes it dark, and ends
        if not ours:
            raise
        click.echo(
            _(
                "The program that holds the light ({pid}) was asked to switch it off."
            ).format(pid=ours[0].pid)
        )


@light.command()
@click.argument("url")
def clear(url: str) -> None:
    """Clear the latched faults; their causes must be gone."""
    with _opened(url) as illuminator:
        illuminator.clear_faults()

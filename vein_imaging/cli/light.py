"""`vein-imaging light status | on | off | clear`: the illuminator by hand."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from vein_devices.illuminators.driver import LineIlluminator

__all__ = ["light"]

_KEEP_S = 0.25


@click.group()
def light() -> None:
    """Look at and switch an illuminator (serial:PORT, or simulated:)."""


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
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def status(url: str, as_json: bool) -> None:
    """Say how an illuminator stands. Connecting makes it dark."""
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
    click.echo(f"  faults        {', '.join(now.faults) or 'none'}")
    click.echo(
        f"  temperature   skin side {now.skin_c:.1f} C, LEDs {now.led_c:.1f} C, "
        f"board {now.board_c:.1f} C"
    )
    click.echo(f"  battery       {now.battery_percent} % ({now.battery_mv} mV)")
    click.echo(
        f"  light used    {now.lit_s:.0f} of {now.limit_s:.0f} s, "
        f"{now.dose_j_m2:.0f} J/m2 since the last rest"
    )
    for number, channel in enumerate(channels, 1):
        wave = f"{channel.wavelength_nm} nm" if channel.wavelength_nm else "white"
        click.echo(f"  channel {number}     {channel.name}, {wave}")


@light.command()
@click.argument("url")
@click.option(
    "--level",
    "levels",
    multiple=True,
    required=True,
    metavar="CHANNEL=0..1000",
    help="Permille of full, as nir850=400; may be given several times.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.1, max=60.0),
    default=5.0,
    show_default=True,
    help="How long; the firmware's own limit holds all the same.",
)
def on(url: str, levels: tuple[str, ...], seconds: float) -> None:
    """Switch light on for some seconds. Ctrl-C makes it dark."""
    pairs = [_read_level(text) for text in levels]
    with _opened(url) as illuminator:
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
                        f"the illuminator went dark by itself: {event[4:]}; see: "
                        f"vein-imaging light status {url}"
                    )


def _read_level(text: str) -> tuple[str | int, int]:
    channel, equals, level = text.partition("=")
    if not equals or not level.isdigit() or int(level) > 1000:
        raise click.UsageError(f"--level is CHANNEL=0..1000, not {text!r}")
    return (int(channel) if channel.isdigit() else channel), int(level)


@light.command()
@click.argument("url")
def off(url: str) -> None:
    """Make it dark."""
    with _opened(url) as illuminator:
        illuminator.off()


@light.command()
@click.argument("url")
def clear(url: str) -> None:
    """Take back latched faults, once their causes are gone."""
    with _opened(url) as illuminator:
        illuminator.clear_faults()

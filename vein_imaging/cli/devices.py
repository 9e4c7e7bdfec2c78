"""`vein-imaging devices list | doctor | test`: what is plugged in, and does it work."""

from __future__ import annotations

import json
from typing import Any

import click

from vein_imaging.words import marked, plural
from vein_imaging.words import translate as _

__all__ = ["devices"]

_MARKS = {
    "ok": marked("ok"),
    "note": marked("note"),
    "problem": marked("PROBLEM"),
}


@click.group()
def devices() -> None:
    """List cameras and lights, examine this machine, and try a camera."""


@devices.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_command(as_json: bool) -> None:
    """List the devices that are plugged in, and the kinds of camera that are known."""
    from vein_devices.cameras.table import CAMERAS, known_kinds
    from vein_devices.supervision.doctor import list_all

    found = list_all()
    if as_json:
        kinds = [
            {"kind": kind, "example": CAMERAS[kind].example}
            if kind in CAMERAS
            else {"kind": kind}
            for kind in known_kinds()
        ]
        document = {"devices": [row.to_json() for row in found], "kinds": kinds}
        click.echo(json.dumps(document, indent=2))
        return
    click.echo(_("Plugged in:") if found else _("No known device is plugged in."))
    for row in found:
        click.echo(f"  {row.address:<28} {row.name}\n  {'':<28} {row.detail}")
    click.echo("\n" + _("Kinds of camera:"))
    for kind in known_kinds():
        if kind in CAMERAS:
            click.echo(f"  {CAMERAS[kind].example:<50} {CAMERAS[kind].summary}")
        else:
            click.echo(f"  {kind + ':':<50} {_('from another package')}")


@devices.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor_command(as_json: bool) -> None:
    """Say what this machine lacks, and which command puts it right.

    The exit status is 1 when there is a problem.
    """
    from vein_devices.supervision.doctor import examine

    checks = examine()
    problems = [check for check in checks if check.state == "problem"]
    if as_json:
        click.echo(json.dumps([check.to_json() for check in checks], indent=2))
    else:
        for check in checks:
            click.echo(f"  {_(_MARKS[check.state]):<8}{check.what}: {check.detail}")
            if check.fix and check.state != "ok":
                click.echo(" " * 10 + _("type: {command}").format(command=check.fix))
        if not problems:
            click.echo("\n" + _("No problem found."))
    if problems:
        told = plural("{count} problem.", "{count} problems.", len(problems))
        raise click.ClickException(told.format(count=len(problems)))


@devices.command("test")
@click.argument("url")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.1, max=3600.0),
    default=10.0,
    show_default=True,
    help="How many seconds to stream.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def test_command(url: str, seconds: float, as_json: bool) -> None:
    """Stream from a camera for some seconds, and give a verdict.

    The exit status is 0 when the verdict is good or doubtful, and 1 when it is bad.
    """
    from vein_devices.errors import DeviceAddressError, DeviceError
    from vein_devices.supervision.supervisor import supervise
    from vein_devices.supervision.trial import try_camera

    try:
        trial = try_camera(supervise(url), seconds)
    except DeviceAddressError as error:
        raise click.UsageError(str(error)) from error
    except DeviceError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(trial.to_json(), indent=2))
    else:
        _print_trial(trial)
    if trial.verdict == "bad":
        raise SystemExit(1)


def _print_trial(trial: Any) -> None:
    stated = (
        _(", {stated_fps:.1f} stated").format(stated_fps=trial.stated_fps)
        if trial.stated_fps
        else ""
    )
    click.echo(f"{trial.address}: {trial.verdict.upper()}")
    for reason in (*trial.faults, *trial.doubts):
        click.echo(f"  - {reason}")
    click.echo(
        _(
            "  {frames} frames of {width_px} x {height_px} in "
            "{seconds:.1f} s: {fps:.1f} frames/s{stated}\n"
            "  lost {dropped}, damaged {damaged}, late {stale}, "
            "repeated {repeated}, too bright {clipped}; "
            "longest gap {longest_gap_s:.2f} s; oldest picture {oldest}; "
            "brightness {brightness:.0f}"
        ).format(
            frames=trial.frames,
            width_px=trial.width_px,
            height_px=trial.height_px,
            seconds=trial.seconds,
            fps=trial.fps,
            stated=stated,
            dropped=trial.dropped,
            damaged=trial.damaged,
            stale=trial.stale,
            repeated=trial.repeated,
            clipped=trial.clipped,
            longest_gap_s=trial.longest_gap_s,
            oldest=(
                _("not known: no time comes with the pictures")
                if trial.untimed
                else _("{oldest_s:.2f} s").format(oldest_s=trial.oldest_s)
            ),
            brightness=trial.brightness,
        )
    )
    if trial.status is not None:
        click.echo(
            _(
                "  state {state}; failures {failures}, reconnections {reconnects}"
            ).format(
                state=trial.status.state.value,
                failures=trial.status.failures,
                reconnects=trial.status.reconnects,
            )
        )

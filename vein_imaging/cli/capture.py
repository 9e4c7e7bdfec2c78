"""`vein-imaging capture`: frames of a camera to a folder."""

from __future__ import annotations

import json
from pathlib import Path

import click

from vein_imaging.words import translate as _

__all__ = ["capture"]


@click.command()
@click.argument("url")
@click.option(
    "--frames",
    "count",
    type=click.IntRange(min=1),
    required=True,
    help="Good frames wanted.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="New or empty folder for the frames and frames.csv.",
)
@click.option(
    "--silence",
    "silence_s",
    type=click.FloatRange(min=0.1),
    default=10.0,
    show_default=True,
    help="Give up when no frame comes for so many seconds.",
)
@click.option("--json", "as_json", is_flag=True, help="Say what was done as JSON.")
def capture(url: str, count: int, out: Path, silence_s: float, as_json: bool) -> None:
    """Record the next frames of a camera, losslessly.

    Writes frame-000000.png, ... (.jpg with the camera's own bytes where it sends JPEG)
    and frames.csv. Ends with 0 when all frames asked for are there, with 1 when not;
    what frames.csv names is whole in either case.
    """
    from vein_devices.address import without_password
    from vein_devices.errors import DeviceAddressError, DeviceError
    from vein_imaging.capture.recorder import record_frames
    from vein_imaging.capture.recording import RecordingError
    from vein_imaging.capture.source import watched_camera

    try:
        camera, overflow = watched_camera(url)
        done = record_frames(camera, out, count, overflow=overflow, silence_s=silence_s)
    except DeviceAddressError as error:
        raise click.UsageError(str(error)) from error
    except (DeviceError, RecordingError) as error:
        raise click.ClickException(str(error)) from error
    status = done.status
    if as_json:
        document = {
            "url": without_password(url),
            "out": str(out),
            "frames": done.frames,
            "wanted": count,
            "damaged": done.damaged,
            "dropped_by_camera": status.dropped,
            "lost_by_recorder": done.lost,
            "silences": status.silences,
            "rate_fps": round(status.rate_fps, 2),
            "size_px": [status.width_px, status.height_px],
            "state": status.phase.value,
            "device": None if status.device is None else status.device.to_json(),
            "problem": done.problem,
        }
        click.echo(json.dumps(document))
    elif not done.problem:
        click.echo(_("{frames} frames in {out}").format(frames=done.frames, out=out))
    if done.problem:
        raise click.ClickException(done.problem)

"""`vein-imaging capture`: frames of a camera to a folder."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from vein_imaging.cli.profiles import BESIDE, ProfileChoice, profile_options
from vein_imaging.words import translate as _

__all__ = ["capture"]


@contextmanager
def _asked_to_stop() -> Iterator[Callable[[], bool]]:
    """Ctrl-C, SIGTERM and a closed terminal end a recording between two frames."""
    asked: list[int] = []
    names = ("SIGINT", "SIGTERM", "SIGHUP")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {
        number: signal.signal(number, lambda number, _frame: asked.append(number))
        for number in numbers
    }
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@click.command()
@click.argument("url")
@click.option(
    "--frames",
    "count",
    type=click.IntRange(min=1),
    required=True,
    help="How many good frames to record.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="New or empty folder for the frames and for frames.csv.",
)
@click.option(
    "--silence",
    "silence_s",
    type=click.FloatRange(min=0.1),
    default=10.0,
    show_default=True,
    help="Give up when no frame has come for this many seconds.",
)
@profile_options
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def capture(
    url: str,
    count: int,
    out: Path,
    silence_s: float,
    as_json: bool,
    profile_choice: ProfileChoice,
) -> None:
    """Record the next frames of a camera without loss.

    The folder receives frame-000000.png and so on, and frames.csv. A camera that sends
    JPEG gives .jpg files with its own bytes instead. A calibrated camera's profile is
    added as calibration.json, where `analyse` and `compare` find it. The exit status is
    0 when all the frames were recorded, and 1 when they were not; in both cases every
    frame that frames.csv lists is complete. Ctrl-C ends it early and says how many
    frames are there.
    """
    from vein_calibration.errors import ProfileError
    from vein_calibration.profile_file import profile_id, write_profile
    from vein_devices.address import without_password
    from vein_devices.errors import DeviceAddressError, DeviceError
    from vein_imaging.capture.recorder import record_frames
    from vein_imaging.capture.recording import RecordingError
    from vein_imaging.capture.source import watched_camera

    try:
        camera, overflow = watched_camera(url)
        profile = replace(profile_choice, camera=url).find()
        with _asked_to_stop() as stopped:
            done = record_frames(
                camera,
                out,
                count,
                overflow=overflow,
                silence_s=silence_s,
                stopped=stopped,
            )
    except DeviceAddressError as error:
        raise click.UsageError(str(error)) from error
    except (DeviceError, ProfileError, RecordingError) as error:
        raise click.ClickException(str(error)) from error
    if profile is not None and done.frames:
        write_profile(profile, out / BESIDE)
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
            "silences": status.timeouts,
            "rate_fps": round(status.measured_fps, 2),
            "size_px": [status.width_px, status.height_px],
            "calibration": None if profile is None else profile_id(profile),
            "state": status.state.value,
            "device": status.to_json(),
            "problem": done.problem,
        }
        click.echo(json.dumps(document))
    elif not done.problem:
        click.echo(
            _("{frames} frames recorded in {out}").format(frames=done.frames, out=out)
        )
    if done.problem:
        raise click.ClickException(done.problem)

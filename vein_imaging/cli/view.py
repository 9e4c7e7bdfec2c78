"""`vein-imaging view`: the window."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vein_imaging.cli.profiles import ProfileChoice, profile_options
from vein_imaging.words import translate as _

if TYPE_CHECKING:
    from vein_calibration.profile import Profile

__all__ = ["require_window", "view"]

_DRAWN_LEG = "phantom:?seed=1"
_REGION, _TIMEZONE = "US", "UTC"


@click.command()
@click.argument("url", default="")
@click.option(
    "--store",
    "store_folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Store to sign in to. With an address and no store, nothing is kept.",
)
@click.option("--user", envvar="VEIN_IMAGING_USER", default="", help="Who signs in.")
@click.option("--code", default="", help="Six digits of the second factor.")
@click.option("--patient", "patient_id", help="Open this patient's session of today.")
@click.option("--session", "session_id", help="Or this session.")
@click.option(
    "--region",
    default=_REGION,
    show_default=True,
    help="Whose limits hold, to practise. In a store they are the clinic's.",
)
@click.option(
    "--timezone",
    default=_TIMEZONE,
    show_default=True,
    help="To practise, as in Europe/London: its day is the day of per-day limits.",
)
@click.option(
    "--mm-per-pixel",
    type=float,
    help="Size of one pixel on the skin, in mm, taken as exact. Without it, the "
    "calibration decides.",
)
@profile_options
@click.option(
    "--light",
    default="",
    help="Address of an illuminator, as in serial:/dev/ttyACM0. It stays dark until a "
    "level is pressed.",
)
@click.option(
    "--canvas",
    type=click.Choice(["auto", "qt", "napari"]),
    default="auto",
    show_default=True,
    help="What draws the picture: napari on a graphics card, Qt without one.",
)
@click.option(
    "--screenshot",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Show a few live pictures, save a picture of the window in this file, and "
    "close.",
)
def view(
    url: str,
    store_folder: Path | None,
    user: str,
    code: str,
    patient_id: str | None,
    session_id: str | None,
    screenshot: Path | None,
    profile_choice: ProfileChoice,
    **options: Any,
) -> None:
    """Open the window: sign in, choose patient and camera, treat, record.

    With URL, the address of a camera, as in "uvc:", "file:clip.mp4" or
    "phantom:?seed=7", and without a store, it is to practise: nothing is kept.
    """
    require_window()
    from vein_imaging.viewer.application import NoPictureError, NoScreenError

    if store_folder is None and (patient_id or session_id):
        raise click.UsageError(_("--patient and --session need --store"))
    if patient_id and session_id:
        raise click.UsageError(_("name --patient or --session, not both"))
    if screenshot is not None and not url:
        if store_folder is not None:
            raise click.UsageError(_("--screenshot needs the address of a camera"))
        url = _DRAWN_LEG
    if (options["region"], options["timezone"]) != (_REGION, _TIMEZONE):
        _refuse_unknown(options["region"], options["timezone"])
    options["profile_for"] = lambda camera: _profile_for(profile_choice, camera)
    options["profile_of"] = _kept_profile
    try:
        if store_folder is None and url:
            _practise(url, screenshot, options)
        else:
            asked = (patient_id or "", session_id or "")
            _work(url, store_folder, user, code, asked, screenshot, options)
    except (NoPictureError, NoScreenError) as error:
        raise click.ClickException(str(error)) from error
    except Exception as error:
        _told(error)
        raise


def _kept_profile(checksum: str) -> Profile | None:
    """The profile of a checksum; imported late, the splash waits for nothing slow."""
    from vein_imaging.capture.camera_profiles import kept_profile

    return kept_profile(checksum)


def _told(error: Exception) -> None:
    """Say in one line what is no fault of the program; imported when there is one.

    Raises
    ------
    click.ClickException
    """
    from vein_devices.errors import DeviceAddressError, DeviceError
    from vein_imaging.storage.errors import StoreError

    if isinstance(error.__cause__, click.ClickException):
        raise error.__cause__  # of a calibration, said by `_profile_for`
    if isinstance(error, DeviceAddressError):
        raise click.UsageError(str(error)) from error
    if isinstance(error, DeviceError | StoreError):
        raise click.ClickException(str(error)) from error


def _practise(url: str, screenshot: Path | None, options: dict[str, Any]) -> None:
    from vein_imaging.viewer import ViewerOptions, run_viewer

    run_viewer(url, screenshot=screenshot, options=ViewerOptions(**options))


def _work(
    url: str,
    store_folder: Path | None,
    user: str,
    code: str,
    asked: tuple[str, str],
    screenshot: Path | None,
    options: dict[str, Any],
) -> None:
    """Show the start page, or at once the session of the patient who was named."""
    from vein_imaging.cli.store_access import StoreAccess, checkpoint_folder
    from vein_imaging.viewer import ViewerOptions, run_day, run_viewer

    how = ViewerOptions(**options)
    day = partial(
        run_day,
        store=store_folder,
        user=user,
        camera=url,
        checkpoint_folders=[checkpoint_folder()],
        options=how,
    )
    patient_id, session_id = asked
    if store_folder is None or not (patient_id or session_id):
        day()
        return
    with StoreAccess(store_folder, user, None, code).at_work() as work:
        if session_id:
            visit = work.reopen(session_id)
        else:
            visit = work.todays_session(patient_id)
        if screenshot is not None:
            run_viewer(url, work=work, visit=visit, screenshot=screenshot, options=how)
        else:
            day(work=work, visit=visit)


def _profile_for(choice: ProfileChoice, camera: str) -> Profile | None:
    """The profile of a camera that is chosen in the window.

    Raises
    ------
    ValueError
        If the one that is there cannot be used.
    """
    try:
        return replace(choice, camera=camera).find()
    except click.ClickException as error:
        raise ValueError(error.message) from error


def _refuse_unknown(region: str, timezone: str) -> None:
    """Refuse a region or time zone that is not known, in one line.

    Raises
    ------
    click.UsageError
    """
    # No more than these: the splash waits for what is imported here.
    from vein_imaging.domain.limits import REGIONS
    from vein_imaging.domain.moments import zone_from_text

    if region not in REGIONS:
        told = _("region: got {region!r}, wanted one of {regions}")
        raise click.UsageError(told.format(region=region, regions=", ".join(REGIONS)))
    try:
        zone_from_text(timezone)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def require_window() -> None:
    """Refuse in one line where the extra that the window needs is not installed.

    Raises
    ------
    click.ClickException
    """
    missing = [name for name in ("qtpy", "napari") if find_spec(name) is None]
    if missing:
        raise click.ClickException(
            _(
                "the window needs {missing}, which is not installed; type: "
                "pip install 'vein-imaging[app]'"
            ).format(missing=" and ".join(missing))
        )

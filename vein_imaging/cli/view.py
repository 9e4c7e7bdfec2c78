"""`vein-imaging view`: the window."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from vein_imaging.cli.profiles import ProfileChoice, kept_profile, profile_options
from vein_imaging.words import translate as _

__all__ = ["require_window", "view"]


@click.command()
@click.argument("url", default="phantom:?seed=1")
@click.option(
    "--store",
    "store_folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Store to record into. Without it, entries are practice and are not kept.",
)
@click.option("--user", envvar="VEIN_IMAGING_USER", default="", help="Who signs in.")
@click.option("--code", default="", help="Six digits of the second factor.")
@click.option("--patient", "patient_id", help="Open this patient's session of today.")
@click.option("--session", "session_id", help="Or this session.")
@click.option(
    "--region",
    default="US",
    show_default=True,
    help="Whose limits hold, to practise. In a store they are the clinic's.",
)
@click.option(
    "--timezone",
    default="UTC",
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
    """Show a camera live with its veins drawn in, and record injections by clicking.

    URL is the address of a camera, as in "uvc:", "file:clip.mp4" or "phantom:?seed=7".
    Without it, a drawn leg is shown.
    """
    require_window()
    # Qt and napari only when a window is wanted.
    from vein_devices.errors import DeviceAddressError, DeviceError
    from vein_imaging.cli.store_access import StoreAccess
    from vein_imaging.storage.errors import StoreError
    from vein_imaging.viewer import ViewerOptions, run_viewer
    from vein_imaging.viewer.application import NoPictureError, NoScreenError

    if store_folder is None:
        if patient_id or session_id:
            raise click.UsageError(_("--patient and --session need --store"))
    elif (patient_id is None) == (session_id is None):
        raise click.UsageError(_("--store and --patient (or --session) go together"))
    options["profile"] = replace(profile_choice, camera=url).find()
    options["profile_of"] = kept_profile
    try:
        if store_folder is None:
            run_viewer(url, screenshot=screenshot, options=ViewerOptions(**options))
            return
        access = StoreAccess(store_folder, user, None, code)
        with access.at_work() as work:
            if session_id is not None:
                visit = work.reopen(session_id)
            else:
                visit = work.todays_session(patient_id or "")
            run_viewer(
                url,
                work=work,
                visit=visit,
                screenshot=screenshot,
                options=ViewerOptions(**options),
            )
    except DeviceAddressError as error:
        raise click.UsageError(str(error)) from error
    except (DeviceError, StoreError, NoPictureError, NoScreenError) as error:
        raise click.ClickException(str(error)) from error


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

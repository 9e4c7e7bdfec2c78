"""`vein-imaging view`: the window."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vein_imaging.cli.profiles import ProfileChoice, kept_profile, profile_options
from vein_imaging.words import translate as _

if TYPE_CHECKING:
    from vein_imaging.cli.store_access import StoreAccess
    from vein_imaging.storage import Store
    from vein_imaging.viewer.qt.desk_lock import SignedIn

__all__ = ["require_window", "view"]


@click.command()
@click.argument("url", default="phantom:?seed=1")
@click.option(
    "--store",
    "store_folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Store to record into. Without it, entries are practice and are not kept.",
)
@click.option(
    "--user", envvar="VEIN_IMAGING_USER", default="", help="User who signs in."
)
@click.option("--code", default="", help="The six digits of the second factor.")
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Key of the store, instead of a user.",
)
@click.option("--session", "session_id", help="Session to record into.")
@click.option("--author", help="Who records. Default: the user who signed in.")
@click.option(
    "--region", default="US", show_default=True, help="Region whose limits apply."
)
@click.option(
    "--timezone",
    default="UTC",
    show_default=True,
    help="Time zone of the clinic, as in Europe/London. It decides the day of daily "
    "limits.",
)
@click.option(
    "--mm-per-pixel",
    type=float,
    help="Size of one pixel on the skin, in mm, taken as exact. Without it, the "
    "calibration decides.",
)
@profile_options
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
    key_file: Path | None,
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
    from vein_imaging.storage import StoreError
    from vein_imaging.viewer import ViewerOptions, run_viewer
    from vein_imaging.viewer.application import NoPictureError, NoScreenError

    if (store_folder is None) != (session_id is None):
        raise click.UsageError(_("--store and --session go together"))
    options["profile"] = replace(profile_choice, camera=url).find()
    options["profile_of"] = kept_profile
    try:
        if store_folder is None:
            run_viewer(url, screenshot=screenshot, options=ViewerOptions(**options))
            return
        access = StoreAccess(store_folder, user, key_file, code)
        with _signed_in(access) as (store, who, desk):
            options["author"] = options["author"] or who
            run_viewer(
                url,
                store=store,
                session_id=session_id,
                screenshot=screenshot,
                desk=desk,
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


@contextmanager
def _signed_in(access: StoreAccess) -> Iterator[tuple[Store, str, SignedIn | None]]:
    """The store, who records, and the desk that locks when it is left alone."""
    from vein_imaging.storage.people.roles import Action

    if access.key_file is not None:
        with access.store(Action.RECORD) as (store, _, who):
            yield store, who, None
        return
    with access.signed_in() as signed_in:
        yield signed_in.allowed_store(Action.RECORD), signed_in.user.name, signed_in

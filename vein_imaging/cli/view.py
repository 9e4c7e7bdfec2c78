"""`vein-imaging view`: the window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

__all__ = ["view"]


@click.command()
@click.argument("url", default="phantom:?seed=1")
@click.option(
    "--store",
    "store_folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Record into this store; without it entries are practice and thrown away.",
)
@click.option("--user", envvar="VEIN_IMAGING_USER", default="", help="Who signs in.")
@click.option("--code", default="", help="Six digits of the second factor.")
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Instead of a user: the store's own key.",
)
@click.option("--session", "session_id", help="The session to record into.")
@click.option("--author", help="Who records; left out, who signed in.")
@click.option("--region", default="US", show_default=True, help="Whose limits hold.")
@click.option(
    "--timezone",
    default="UTC",
    show_default=True,
    help="The clinic's, as in Europe/London: its day is the day of per-day limits.",
)
@click.option("--mm-per-pixel", type=float, help="Scale on the skin, if known.")
@click.option(
    "--screenshot",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Show a few live pictures, save a picture of the window there, and close.",
)
def view(
    url: str,
    store_folder: Path | None,
    user: str,
    code: str,
    key_file: Path | None,
    session_id: str | None,
    screenshot: Path | None,
    **options: Any,
) -> None:
    """Show a camera live, veins drawn in; record injections by clicking.

    URL is a camera's address, as in "uvc:", "file:clip.mp4" or "phantom:?seed=7"; left
    out, the drawn leg.
    """
    # Qt and napari only when a window is wanted.
    from vein_devices.errors import DeviceAddressError, DeviceError
    from vein_imaging.cli.store_access import StoreAccess
    from vein_imaging.storage import StoreError
    from vein_imaging.storage.roles import Action
    from vein_imaging.viewer import ViewerOptions, run_viewer
    from vein_imaging.viewer.application import NoPictureError

    if (store_folder is None) != (session_id is None):
        raise click.UsageError("--store and --session go together")
    try:
        if store_folder is None:
            run_viewer(url, screenshot=screenshot, options=ViewerOptions(**options))
            return
        access = StoreAccess(store_folder, user, key_file, code)
        with access.store(Action.RECORD) as (store, _, who):
            options["author"] = options["author"] or who
            run_viewer(
                url,
                store=store,
                session_id=session_id,
                screenshot=screenshot,
                options=ViewerOptions(**options),
            )
    except DeviceAddressError as error:
        raise click.UsageError(str(error)) from error
    except (DeviceError, StoreError, NoPictureError) as error:
        raise click.ClickException(str(error)) from error

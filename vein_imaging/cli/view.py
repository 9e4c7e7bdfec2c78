"""`vein-imaging view`: the window."""

from __future__ import annotations

from pathlib import Path

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
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The store's key.",
)
@click.option("--session", "session_id", help="The session to record into.")
@click.option("--author", help="Who records; left out, this computer's user.")
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
    key_file: Path | None,
    session_id: str | None,
    screenshot: Path | None,
    author: str | None,
    region: str,
    timezone: str,
    mm_per_pixel: float | None,
) -> None:
    """Show a camera live, veins drawn in; record injections by clicking.

    URL is a camera's address, as in "uvc:", "file:clip.mp4" or "phantom:?seed=7"; left
    out, the drawn leg.
    """
    # Qt and napari only when a window is wanted.
    from contextlib import nullcontext

    from vein_devices.errors import DeviceError
    from vein_imaging.storage import StoreError, key_from_file, open_store
    from vein_imaging.viewer import ViewerOptions, run_viewer
    from vein_imaging.viewer.application import NoPictureError

    if (store_folder is None) != (session_id is None):
        raise click.UsageError("--store and --session go together")
    if store_folder is not None and key_file is None:
        raise click.UsageError("--store needs its --key-file")
    options = ViewerOptions(
        author=author, region=region, timezone=timezone, mm_per_pixel=mm_per_pixel
    )
    try:
        opened = (
            nullcontext()
            if store_folder is None or key_file is None
            else open_store(store_folder, key_from_file(key_file))
        )
        with opened as store:
            run_viewer(
                url,
                store=store,
                session_id=session_id,
                screenshot=screenshot,
                options=options,
            )
    except (DeviceError, StoreError, NoPictureError) as error:
        raise click.ClickException(str(error)) from error

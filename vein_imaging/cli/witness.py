"""`vein-imaging witness`: on another computer, sign that a history only grew."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from vein_imaging.cli.store_access import errors_in_one_line

__all__ = ["witness"]

_FOLDER = click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Keeps this witness's key and what it signed last. Not beside a store.",
)
_NAME = click.option(
    "--name",
    required=True,
    help="What this witness is called, such as clinic.example/second-pc.",
)


@click.group()
def witness() -> None:
    """Sign that a store's history only grew; needs no password and sees no patient."""


@witness.command("key")
@_NAME
@_FOLDER
def key_command(name: str, folder: Path) -> None:
    """Print this witness's verification key; the first time, make it."""
    from vein_imaging.storage.upkeep.signed_note import vkey_of
    from vein_imaging.storage.upkeep.witness import Witness

    with errors_in_one_line():
        click.echo(vkey_of(Witness(name, folder).key))


@witness.command("sign")
@click.argument("request", type=click.File("r", encoding="utf-8"))
@_NAME
@_FOLDER
@click.option(
    "--log-key",
    required=True,
    metavar="VKEY",
    help="The store's verification key, from the paper of its set-up.",
)
def sign_command(request: click.File, name: str, folder: Path, log_key: str) -> None:
    """Check REQUEST (`store checkpoint --since`) and print the checkpoint, signed.

    What does not continue the history that was signed here before is refused.
    """
    from vein_imaging.storage.upkeep.witness import Witness

    with errors_in_one_line():
        text = request.read()  # type: ignore[attr-defined]
        signed = Witness(name, folder).cosign(text, log_key, datetime.now(UTC))
    click.echo(signed, nl=False)


@witness.command("size")
@_NAME
@_FOLDER
@click.option("--log-key", required=True, metavar="VKEY", help="The store's key.")
def size_command(name: str, folder: Path, log_key: str) -> None:
    """Print how many entries of a store were signed here last, for --since."""
    from vein_imaging.storage.upkeep.witness import Witness

    with errors_in_one_line():
        last = Witness(name, folder).last(log_key)
    click.echo(str(last.seq if last else 0))

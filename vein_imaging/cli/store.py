"""`vein-imaging store`: backup, restore, checkpoint, export, erase, clear away."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from vein_imaging.cli.patient import find_patients
from vein_imaging.cli.store_access import (
    StoreAccess,
    checkpoint_folder,
    errors_in_one_line,
    store_options,
)
from vein_imaging.storage.people.roles import Action
from vein_imaging.words import plural
from vein_imaging.words import translate as _

__all__ = ["store"]

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group()
def store() -> None:
    """Make, back up, restore and export a store, and erase a patient."""


@store.command("create")
@click.argument("folder", type=_FOLDER)
@click.option(
    "--key-file",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="File of the store's key. If it does not exist, it is made, with mode 0600.",
)
def create(folder: Path, key_file: Path) -> None:
    """Make a store without users, for programs. A clinic uses `user set-up`."""
    from vein_imaging.storage.people.by_key import key_from_file, made_by_key

    with errors_in_one_line():
        key = key_from_file(key_file, create=True)
        made_by_key(folder, key, datetime.now(UTC))
    click.echo(str(folder))


@store.command("checkpoint")
@store_options
@click.option(
    "--to", "folder", type=_FOLDER, help="Write the checkpoint into this folder too."
)
@click.option(
    "--since",
    type=click.IntRange(min=0),
    metavar="SIZE",
    help="Print a request to a witness instead, which signed SIZE entries last (0:"
    " none): `witness sign` and C2SP tlog-witness's add-checkpoint take it.",
)
@click.option(
    "--qr",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Draw it as a QR code into this file too (SVG): a telephone keeps it.",
)
def checkpoint(
    access: StoreAccess, folder: Path | None, since: int | None, qr: Path | None
) -> None:
    """Print the ledger's head, signed. Keep it in another place than the store."""
    from vein_imaging.durable import write_durably
    from vein_imaging.report.qr_code import qr_code
    from vein_imaging.storage.upkeep.checkpoint import signed_checkpoint
    from vein_imaging.storage.upkeep.kept_checkpoints import write_checkpoints
    from vein_imaging.storage.upkeep.witness import witness_request

    with access.store(Action.VERIFY) as (opened, _key, _author):
        write_checkpoints(opened, [checkpoint_folder(), *([folder] if folder else [])])
        text = signed_checkpoint(opened)
        shown = text if since is None else witness_request(opened, since)
        if qr is not None:
            write_durably(qr, qr_code(text))
        click.echo(shown, nl=False)


@store.command("backup")
@click.argument("folder", type=_FOLDER)
@store_options
def backup(access: StoreAccess, folder: Path) -> None:
    """Add a verified generation to the backups in FOLDER, while others work."""
    from vein_imaging.storage.upkeep.backup import back_up

    with access.store(Action.BACKUP) as (opened, key, author):
        now = datetime.now(UTC)
        generation = back_up(opened, folder, key, author=author, at=now)
    click.echo(str(generation))


@store.command("backups")
@click.argument("folder", type=_FOLDER)
def backups(folder: Path) -> None:
    """List the generations of backup in FOLDER, the oldest first."""
    from vein_imaging.storage.upkeep.backup import generations

    for generation in generations(folder):
        click.echo(str(generation))


@store.command("restore")
@click.argument("folder", type=_FOLDER)
@store_options
@click.option(
    "--server",
    help="URL of a PostgreSQL database for the ledger, with the application's role.",
)
@click.option(
    "--server-owner", help="URL of the same database, with the role that owns it."
)
def restore_command(
    access: StoreAccess, folder: Path, server: str | None, server_owner: str | None
) -> None:
    """Make a store in FOLDER from the backup or store that --store names."""
    from vein_imaging.storage.database.postgresql import Server
    from vein_imaging.storage.upkeep.backup import restore

    if (server is None) != (server_owner is None):
        raise click.UsageError(_("--server and --server-owner go together"))
    key = access.key()
    at_server = Server(server, server_owner) if server and server_owner else None
    with errors_in_one_line():
        restore(access.folder, folder, key, server=at_server).close()
    click.echo(str(folder))


@store.command("migrate")
@store_options
@click.option(
    "--server-owner",
    required=True,
    help="URL of the database, with the role that owns it.",
)
def migrate_command(access: StoreAccess, server_owner: str) -> None:
    """Bring the tables on a server up to date with this release."""
    from vein_imaging.storage.people.by_key import migrate_server

    key = access.key()
    with errors_in_one_line():
        migrate_server(access.folder, key, server_owner)
    click.echo(_("the tables are up to date"))


# What `patient find` was called in release 0.1.0.
store.add_command(
    click.Command(
        "patients",
        callback=find_patients.callback,
        params=find_patients.params,
        help="Now `patient find`.",
        hidden=True,
    )
)


@store.command("clinic")
@click.argument("region", required=False)
@click.argument("timezone", required=False)
@click.option(
    "--limits",
    "limits_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The clinic's own limits (TOML); they may only tighten.",
)
@click.option("--name", default="", help="Of the clinic, for the patient's sheet.")
@click.option("--phone", default="", help="That patients call.")
@store_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def clinic(
    access: StoreAccess,
    region: str | None,
    timezone: str | None,
    limits_file: Path | None,
    name: str,
    phone: str,
    as_json: bool,
) -> None:
    """Write for every room whose limits hold: REGION, TIMEZONE, own limits; or show."""
    from vein_imaging.storage.people.clinic import ClinicSettings

    more = limits_file or name or phone
    if (region is None) != (timezone is None) or (more and region is None):
        raise click.UsageError(_("give REGION and TIMEZONE, or neither to see them"))
    with access.signed_in() as signed_in:
        if region is not None and timezone is not None:
            own = limits_file.read_text("utf-8") if limits_file else ""
            signed_in.set_clinic(ClinicSettings(region, timezone, own, name, phone))
        settings = signed_in.clinic()
    if settings is None:
        raise click.ClickException(
            _("nothing was written yet: store clinic REGION TIMEZONE")
        )
    row = {
        "region": settings.region,
        "timezone": settings.timezone,
        "limits": settings.limits,
        "name": settings.name,
        "phone": settings.phone,
    }
    if as_json:
        click.echo(json.dumps(row, indent=2, ensure_ascii=False))
    else:
        own = _("with own limits") if settings.limits else _("no limits of its own")
        said = (settings.region, settings.timezone, own, settings.name, settings.phone)
        click.echo(", ".join(part for part in said if part))


@store.command("clock")
@click.option("--right/--wrong", default=None, help="Is the computer's clock right?")
@click.option("--reason", default="", help="How it is known.")
@store_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def clock(access: StoreAccess, right: bool | None, reason: str, as_json: bool) -> None:
    """Say whether something is odd about the clock; answer what was asked."""
    from vein_imaging.storage.people.roles import Action

    if right is not None and not reason.strip():
        raise click.UsageError(_("say with --reason how it is known"))
    with access.at_work() as work:
        work.require(Action.PREPARE if right is not None else Action.READ)
        doubt = work.clock_doubt
        if doubt is not None and right is not None:
            work.answer_clock(right=right, reason=reason)
    odd = None if doubt is None else doubt.sentence
    answered = doubt is not None and right is not None
    if as_json:
        click.echo(json.dumps({"odd": odd, "answered": answered}, indent=2))
    else:
        click.echo(odd or _("Nothing is odd about the clock."))


@store.command("export-patient")
@click.argument("patient_id")
@click.argument("folder", type=_FOLDER)
@store_options
def export_patient_command(access: StoreAccess, patient_id: str, folder: Path) -> None:
    """Write a patient's entries (JSON Lines) and pictures (PNG) into a new FOLDER.

    The folder is not encrypted. It is for the patient, or for another program.
    """
    from vein_imaging.storage.upkeep.patient_export import export_patient

    with access.store(Action.EXPORT) as (opened, _key, author):
        done = export_patient(
            opened, patient_id, folder, author=author, at=datetime.now(UTC)
        )
    click.echo(
        _("{entries} entries and {images} pictures were written to {folder}").format(
            entries=done.entries, images=done.images, folder=done.folder
        )
    )


@store.command("erase-patient")
@click.argument("patient_id")
@click.option(
    "--reason",
    required=True,
    help="The reason. It is kept for ever, so it must not name anyone.",
)
@click.option("--yes", is_flag=True, help="Erase without asking again.")
@store_options
def erase_patient_command(
    access: StoreAccess, patient_id: str, reason: str, yes: bool
) -> None:
    """Destroy a patient's key and pictures on lawful request. This cannot be undone."""
    from vein_imaging.storage.upkeep.erasure import erase_patient

    with access.store(Action.ERASE) as (opened, _key, author):
        if not yes:
            click.confirm(
                _("Erase patient {patient_id} for ever?").format(patient_id=patient_id),
                abort=True,
                err=True,
            )
        done = erase_patient(
            opened, patient_id, reason=reason, author=author, at=datetime.now(UTC)
        )
    click.echo(
        _(
            "{entries} entries can no longer be read, and {files} pictures were "
            "removed."
        ).format(entries=done.entries, files=done.files)
    )
    click.echo(_("Earlier backups still hold this patient: remove those generations."))


@store.command("orphans")
@click.option("--remove", is_flag=True, help="Remove the files after listing them.")
@store_options
def orphans_command(access: StoreAccess, remove: bool) -> None:
    """List picture files that no entry names. Interrupted writes leave them."""
    from vein_imaging.storage.upkeep.erasure import orphans, remove_files

    with access.store(Action.BACKUP) as (opened, _key, _author):
        found = orphans(opened, now=datetime.now(UTC))
        for file in found:
            click.echo(str(file))
        if remove:
            removed = remove_files(found)
            click.echo(
                plural(
                    "{count} file was removed", "{count} files were removed", removed
                ).format(count=removed)
            )

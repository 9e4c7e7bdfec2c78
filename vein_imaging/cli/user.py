"""`vein-imaging user`: set up a clinic's store, its people and their passwords."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vein_imaging.cli.store_access import (
    StoreAccess,
    errors_in_one_line,
    store_options,
)
from vein_imaging.storage.people.roles import Action, Role
from vein_imaging.words import translate as _

if TYPE_CHECKING:
    from vein_imaging.storage.people.administration import SetUp

__all__ = ["user"]

_SECRET = ("secret", "checkpoint_seed")  # in the log's entries, never on a screen
_ROLE = click.Choice([str(role) for role in Role])


def _now() -> datetime:
    return datetime.now(UTC)


def _roles(names: Iterable[str]) -> list[Role]:
    return [Role(name) for name in names]


def _new_password(name: str) -> str:
    password: str = click.prompt(
        _("New password of {name}").format(name=name),
        hide_input=True,
        confirmation_prompt=True,
        err=True,
    )
    return password


@click.group()
def user() -> None:
    """Set up a clinic's store, and manage its users and their passwords."""


@user.command("set-up")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.argument("owner")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=_ROLE,
    help="A further role of the owner. May be given more than once.",
)
@click.option(
    "--server",
    help="URL of a PostgreSQL database for many rooms, with the application's role.",
)
@click.option(
    "--server-owner", help="URL of the same database, with the role that owns it."
)
def set_up_command(
    folder: Path,
    owner: str,
    roles: tuple[str, ...],
    server: str | None,
    server_owner: str | None,
) -> None:
    """Make a store in FOLDER, with OWNER as its first user."""
    from vein_imaging.storage.database.postgresql import Server
    from vein_imaging.storage.people.administration import set_up

    if (server is None) != (server_owner is None):
        raise click.UsageError(_("--server and --server-owner go together"))
    at_server = Server(server, server_owner) if server and server_owner else None
    with errors_in_one_line():
        done = set_up(
            folder,
            owner,
            _new_password(owner),
            roles=_roles(roles),
            at=_now(),
            server=at_server,
        )
    _print_once(done)


def _print_once(done: SetUp) -> None:
    click.echo(
        _(
            "Print these two lines. Keep them away from this computer, and show them "
            "to nobody."
        )
    )
    click.echo(_("They are not shown again.") + "\n")
    click.echo(
        _("Recovery key      {recovery_key}").format(recovery_key=done.recovery_key)
    )
    click.echo(
        _("Verification key  {verification_key}").format(
            verification_key=done.verification_key
        )
    )


@user.command("add")
@click.argument("name")
@click.argument("roles", nargs=-1, required=True, type=_ROLE)
@store_options
def add(access: StoreAccess, name: str, roles: tuple[str, ...]) -> None:
    """Add the user NAME with one or more ROLES."""
    from vein_imaging.storage.people.administration import add_user

    with access.signed_in() as signed_in:
        signed_in.allowed_store(Action.USERS)
        add_user(signed_in, name, _new_password(name), _roles(roles), at=_now())
    click.echo(f"{name}: {', '.join(roles)}")


@user.command("list")
@store_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_users(access: StoreAccess, as_json: bool) -> None:
    """List everyone who is or was a user."""
    from vein_imaging.storage.people.administration import all_users

    with access.signed_in() as signed_in:
        known = sorted(all_users(signed_in).values(), key=lambda one: one.name)
    rows = [
        {
            "name": one.name,
            "roles": sorted(str(role) for role in one.roles),
            "second_factor": bool(one.totp_secret),
        }
        for one in known
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for one in known:
        roles = ", ".join(sorted(one.roles)) or _("left")
        click.echo(
            f"{one.name:<20} {roles}{'  + ' + _('code') if one.totp_secret else ''}"
        )


@user.command("roles")
@click.argument("name")
@click.argument("roles", nargs=-1, required=True, type=_ROLE)
@store_options
def roles_command(access: StoreAccess, name: str, roles: tuple[str, ...]) -> None:
    """Replace the roles of NAME by these ROLES."""
    from vein_imaging.storage.people.administration import change_roles

    with access.signed_in() as signed_in:
        change_roles(signed_in, name, _roles(roles), at=_now())
    click.echo(f"{name}: {', '.join(roles)}")


@user.command("remove")
@click.argument("name")
@store_options
def remove(access: StoreAccess, name: str) -> None:
    """Remove the user NAME, who can then no longer sign in. What NAME wrote stays."""
    from vein_imaging.storage.people.administration import remove_user

    with access.signed_in() as signed_in:
        remove_user(signed_in, name, at=_now())
    click.echo(_("{name} is no longer a user").format(name=name))


@user.command("reset")
@click.argument("name")
@store_options
def reset(access: StoreAccess, name: str) -> None:
    """Set a new password for NAME, who forgot the old one."""
    from vein_imaging.storage.people.administration import reset_password

    with access.signed_in() as signed_in:
        signed_in.allowed_store(Action.USERS)
        reset_password(signed_in, name, _new_password(name), at=_now())
    click.echo(_("{name} has a new password").format(name=name))


@user.command("new-key")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@store_options
def new_key_command(access: StoreAccess, folder: Path) -> None:
    """Copy the store into FOLDER under a new data key.

    Use it when someone who left must not read what is written from now on. At first
    only you can open the copy; give the others passwords with `user reset`.
    """
    from vein_imaging.storage.people.administration import change_data_key

    with access.signed_in() as signed_in:
        signed_in.allowed_store(Action.USERS)
        done = change_data_key(signed_in, folder, access.password(), at=_now())
    _print_once(done)


@user.command("password")
@store_options
def password(access: StoreAccess) -> None:
    """Change your own password. The data key stays the same."""
    from vein_imaging.storage.people.administration import change_password

    with access.signed_in() as signed_in:
        old = access.password()
        change_password(signed_in, old, _new_password(access.user))
    click.echo(_("The password was changed."))


@user.command("code")
@click.argument("switch", type=click.Choice(["on", "off"]))
@click.option(
    "--of",
    "name",
    help="Switch it off for this user instead. Only an owner can do this.",
)
@store_options
def code(access: StoreAccess, switch: str, name: str | None) -> None:
    """Switch your second factor on or off."""
    from vein_imaging.storage.people.administration import (
        switch_off_totp,
        switch_on_totp,
    )

    with access.signed_in() as signed_in:
        if switch == "on":
            uri = switch_on_totp(signed_in, access.password())
            click.echo(
                _(
                    "Enter this in the authenticator app. It is shown only once:\n{uri}"
                ).format(uri=uri)
            )
        else:
            own = name in (None, access.user)
            password = access.password() if own else ""
            switch_off_totp(signed_in, name or access.user, password=password)
            click.echo(
                _("{name} has no second factor now").format(name=name or access.user)
            )


@user.command("lift")
@click.argument("name")
@store_options
def lift(access: StoreAccess, name: str) -> None:
    """Let NAME try again at once after too many wrong passwords. Needs an owner."""
    from vein_imaging.storage.people.administration import lift_wait

    with access.signed_in() as signed_in:
        lift_wait(signed_in, name)
    click.echo(_("{name} may try again now").format(name=name))


@user.command("recover")
@click.argument("owner")
@click.option(
    "--store",
    "folder",
    envvar="VEIN_IMAGING_STORE",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the store.",
)
def recover_command(folder: Path, owner: str) -> None:
    """Set a new password for an OWNER, with the printed recovery key."""
    from vein_imaging.storage.people.administration import recover

    key: str = click.prompt(_("Recovery key"), hide_input=True, err=True)
    with errors_in_one_line():
        fresh = recover(folder, key, owner, _new_password(owner), at=_now())
    click.echo(_("The old recovery key no longer opens the store. Print the new one:"))
    click.echo(fresh)


@user.command("log")
@store_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
def log(access: StoreAccess, as_json: bool) -> None:
    """Show who signed in, who was refused, and who read or changed what."""
    with access.signed_in() as signed_in:
        entries = signed_in.log()
    for entry in entries:
        shown = {k: v for k, v in entry.body.items() if k not in _SECRET}
        row = {
            "seq": entry.seq,
            "at": entry.at.isoformat(timespec="seconds"),
            "author": entry.author,
            "kind": entry.kind.removeprefix("store."),
            "patient_id": entry.patient_id,
            "body": shown,
        }
        if as_json:
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            about = ", ".join(f"{key} {value}" for key, value in shown.items())
            click.echo(f"{row['at']}  {entry.author:<12} {row['kind']:<14} {about}")

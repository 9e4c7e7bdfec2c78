"""What the owner does: set up, add and remove people, second factor, recovery."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyotp

from vein_imaging.storage.database.postgresql import Server
from vein_imaging.storage.errors import StoreError
from vein_imaging.storage.files.keys import new_key
from vein_imaging.storage.files.layout import find_store
from vein_imaging.storage.files.whole_folder import built_folder
from vein_imaging.storage.opening import create_store, open_store
from vein_imaging.storage.people.attempts import Attempts
from vein_imaging.storage.people.clocks import Clocks
from vein_imaging.storage.people.key_slots import (
    RECOVERY,
    KeySlot,
    KeySlots,
    Wrap,
    made_slot,
    resealed,
)
from vein_imaging.storage.people.passwords import checked_password, new_recovery_key
from vein_imaging.storage.people.register import store_register
from vein_imaging.storage.people.roles import Action, Role
from vein_imaging.storage.people.sign_in import adopt_slots, refuse_forged
from vein_imaging.storage.people.signed_in import SignedInStore
from vein_imaging.storage.people.slot_changes import (
    Author,
    drop_slot,
    set_slot,
    write_signed,
    write_user,
)
from vein_imaging.storage.people.users import TOTP, User, checked_name
from vein_imaging.storage.store import Store
from vein_imaging.storage.upkeep.backup import restore
from vein_imaging.storage.upkeep.checkpoint import verification_key
from vein_imaging.words import translate as _

__all__ = [
    "SetUp",
    "add_user",
    "all_users",
    "change_data_key",
    "change_password",
    "change_roles",
    "lift_wait",
    "recover",
    "remove_user",
    "reset_password",
    "set_up",
    "switch_off_totp",
    "switch_on_totp",
]


@dataclass(frozen=True, slots=True)
class SetUp:
    """What is shown once, to be printed and kept apart from the computer.

    Attributes
    ----------
    recovery_key : str
        Opens everything when all passwords are lost.
    verification_key : str
        Checks the signature of a checkpoint.
    """

    recovery_key: str
    verification_key: str


def set_up(
    folder: Path,
    owner: str,
    password: str,
    *,
    roles: Iterable[Role] = (Role.OWNER,),
    at: datetime,
    server: Server | None = None,
) -> SetUp:
    """Make a store with its first user.

    Parameters
    ----------
    folder : Path
        Must not exist, or be empty.
    roles : Role
        Of the first user; owner always among them.

    Raises
    ------
    ValueError
        If name or password will not do.
    FileExistsError
        If something is there.
    """
    checked_password(checked_name(owner), password)
    data_key = new_key()
    with (
        built_folder(folder) as building,
        create_store(building, data_key, author=owner, at=at, server=server) as store,
    ):
        made = made_slot(owner, password, {Role.OWNER, *roles}, data_key)
        author = Author(owner, made.signing)
        write_user(store, owner, {Role.OWNER, *roles}, author, at)
        set_slot(store, owner, made.slot, author, at)
        recovery_key = _put_recovery(store, data_key, author, at)
        return SetUp(recovery_key, verification_key(store))


def _put_recovery(
    store: Store,
    data_key: bytes | bytearray,
    author: Author,
    at: datetime,
) -> str:
    """Let a new recovery key open the store, instead of any earlier one; return it."""
    recovery_key = new_recovery_key()
    made = made_slot(RECOVERY, recovery_key, (), data_key)
    after = made.signing if author.name == RECOVERY else None
    set_slot(store, RECOVERY, made.slot, author, at, signing_after=after)
    return recovery_key


def add_user(
    signed_in: SignedInStore,
    name: str,
    password: str,
    roles: Iterable[Role],
    *,
    at: datetime,
) -> None:
    """Add a person with a first password, to be changed at once.

    Raises
    ------
    ValueError
        If the name is taken, or name, password or roles will not do.
    NotAllowedError
        If the one signed in is not an owner.
    """
    store = signed_in.allowed_store(Action.USERS)
    checked_password(checked_name(name), password)
    if name in all_users(signed_in):
        raise ValueError(
            _("{name} exists, or existed; names are not used again").format(name=name)
        )
    roles = set(roles)
    write_user(store, name, roles, signed_in.author(Action.USERS), at)
    _put_password(signed_in, store, name, password, roles, at)


def _put_password(
    signed_in: SignedInStore,
    store: Store,
    name: str,
    password: str,
    roles: Iterable[Role],
    at: datetime,
) -> None:
    key = signed_in.allowed_key(Action.USERS)
    made = made_slot(name, password, roles, key)
    own = name == signed_in.user.name
    set_slot(
        store,
        name,
        made.slot,
        signed_in.author(Action.USERS),
        at,
        signing_after=made.signing if own else None,
    )
    if own:
        signed_in.sign_with(made.signing)


def change_roles(
    signed_in: SignedInStore, name: str, roles: Iterable[Role], *, at: datetime
) -> None:
    """Give a person other roles.

    Raises
    ------
    ValueError
        If there is no such person, or no owner would be left.
    """
    store = signed_in.allowed_store(Action.USERS)
    known = all_users(signed_in)
    roles = set(roles)
    if name not in known or not known[name].roles:
        raise ValueError(_("no user {name!r}").format(name=name))
    owners = {u.name for u in known.values() if Role.OWNER in u.roles}
    if owners == {name} and Role.OWNER not in roles:
        raise ValueError(
            _("{name} is the only owner; make another one first").format(name=name)
        )
    author = signed_in.author(Action.USERS)
    slot = KeySlots(store.layout).read().slots.get(name)
    write_user(store, name, roles, author, at)
    if roles and isinstance(slot, KeySlot):
        fresh = resealed(name, slot, roles, signed_in.allowed_key(Action.USERS))
        set_slot(store, name, fresh, author, at)


def reset_password(
    signed_in: SignedInStore, name: str, password: str, *, at: datetime
) -> None:
    """Give a person who forgot it a new password, to be changed at once.

    Raises
    ------
    ValueError
        If there is no such person, or the password will not do.
    """
    store = signed_in.allowed_store(Action.USERS)
    known = all_users(signed_in).get(name)
    if known is None or not known.roles:
        raise ValueError(_("no user {name!r}").format(name=name))
    checked_password(name, password)
    store.append_own("reset", {"name": name}, author=signed_in.user.name, at=at)
    _put_password(signed_in, store, name, password, known.roles, at)
    signed_in.forget_attempts(name)


def change_data_key(
    signed_in: SignedInStore, folder: Path, password: str, *, at: datetime
) -> SetUp:
    """Copy the store under a new data key, so that someone who left is shut out.

    Only the one signed in can open the copy; everyone else is given a password with
    `reset_password`. The old folder, its recovery key and its backups stay readable
    for those who could read them: remove them once the copy is in use.

    Raises
    ------
    WrongPasswordError
        If it is not the password of the one signed in.
    FileExistsError
        If something is in the folder.
    StoreError
        If the store lies on a server: move it to a file first (`restore`).
    """
    signed_in.check_password(password)
    store = signed_in.allowed_store(Action.USERS)
    if store.layout.database_url:
        raise StoreError(_("the store is on a server; restore it into a folder first"))
    old, fresh = signed_in.allowed_key(Action.USERS), new_key()
    author = signed_in.author(Action.USERS)
    name, people = author.name, all_users(signed_in)
    with (
        built_folder(folder) as building,
        restore(store.layout.folder, building, old, fresh_key=fresh) as copy,
    ):
        made = made_slot(name, password, people[name].roles, fresh)
        set_slot(copy, name, made.slot, author, at, signing_after=made.signing)
        author = Author(name, made.signing)
        for other in people.keys() - {name}:
            drop_slot(copy, other, author, at)
        recovery_key = _put_recovery(copy, fresh, author, at)
        copy.append_own("new_data_key", {"name": name}, author=name, at=at)
        return SetUp(recovery_key, verification_key(copy))


def remove_user(signed_in: SignedInStore, name: str, *, at: datetime) -> None:
    """Remove a person's roles and wrapped key; what the person wrote stays.

    Raises
    ------
    ValueError
        As `change_roles`.
    """
    store = signed_in.allowed_store(Action.USERS)
    author = signed_in.author(Action.USERS)
    change_roles(signed_in, name, (), at=at)
    drop_slot(store, name, author, at)


def all_users(signed_in: SignedInStore) -> dict[str, User]:
    """Return everyone who is or was a user, for the owner."""
    return store_register(signed_in.allowed_store(Action.USERS)).users


def change_password(signed_in: SignedInStore, old: str, new: str) -> None:
    """Give oneself a new password; nothing is encrypted anew.

    Raises
    ------
    WrongPasswordError
        If `old` does not fit.
    ValueError
        If `new` is too weak.
    """
    signed_in.check_password(old)
    checked_password(signed_in.user.name, new)
    signed_in.put_password(old, new)


def switch_on_totp(signed_in: SignedInStore, password: str) -> str:
    """Switch on the second factor for the one signed in.

    Returns
    -------
    str
        An ``otpauth:`` URI for the authenticator app, to be shown once.

    Raises
    ------
    WrongPasswordError
    """
    signed_in.check_password(password)
    secret = pyotp.random_base32()
    signed_in.log_signed(TOTP, {"name": signed_in.user.name, "secret": secret})
    return pyotp.TOTP(secret).provisioning_uri(
        name=signed_in.user.name, issuer_name="vein-imaging"
    )


def switch_off_totp(signed_in: SignedInStore, name: str, *, password: str = "") -> None:
    """Switch off one's own second factor, or that of one who lost the device.

    Parameters
    ----------
    name : str
        Oneself, with one's password; anybody else needs an owner.
    password : str

    Raises
    ------
    NotAllowedError
        If it is another's, and the one signed in is not an owner.
    WrongPasswordError
        If it is one's own, and the password does not fit.
    """
    if name == signed_in.user.name:
        signed_in.check_password(password)
    else:
        signed_in.allowed_store(Action.USERS)
    signed_in.log_signed(TOTP, {"name": name, "secret": ""})


def lift_wait(signed_in: SignedInStore, name: str) -> None:
    """Let a person try again at once, at every place, after too many wrong passwords.

    Raises
    ------
    NotAllowedError
        If the one signed in is not an owner.
    """
    signed_in.allowed_store(Action.USERS)
    signed_in.forget_attempts(name)
    signed_in.log_own("lifted", {"name": name})


def recover(
    folder: Path, recovery_key: str, name: str, password: str, *, at: datetime
) -> str:
    """Give an owner a new password with the printed recovery key.

    The second factor is switched off and the recovery key replaced; all of it is
    logged.

    Returns
    -------
    str
        The new recovery key, to be printed in the old one's place.

    Raises
    ------
    WrongPasswordError
        If it is not this store's recovery key.
    ForgedSlotError
        If it is an earlier one, put back into `users.json`.
    ValueError
        If there is no such owner, or the password will not do.
    """
    layout = find_store(folder)
    opened = KeySlots(layout).open_with_recovery(recovery_key)
    with open_store(folder, opened.data_key) as store:
        register = store_register(store)
        user = register.users.get(name)
        if user is None or Role.OWNER not in user.roles:
            raise ValueError(_("{name!r} is no owner of this store").format(name=name))
        checked_password(name, password)
        if register.bound:
            refuse_forged(register, opened)
        else:
            adopt_slots(store, at)
        store.append_own("recovery", {"name": name}, author=name, at=at)
        author = Author(RECOVERY, opened.signing)
        if isinstance(opened.slot, Wrap):
            own = made_slot(RECOVERY, recovery_key, (), opened.data_key)
            set_slot(store, RECOVERY, own.slot, author, at)
        made = made_slot(name, password, user.roles, opened.data_key)
        set_slot(store, name, made.slot, author, at)
        if user.totp_secret:
            write_signed(store, TOTP, {"name": name, "secret": ""}, author, at)
        Attempts(layout, Clocks()).lift(name)
        # last: if it breaks off before, the printed key still opens the store
        fresh = _put_recovery(store, opened.data_key, author, at)
    return fresh

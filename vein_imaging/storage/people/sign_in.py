"""Who signs in: the password opens the data key, and the code is the second factor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from vein_imaging.storage.entries.ledger import (
    Draft,
    Entry,
    StoredEvent,
    append_entry,
    head,
)
from vein_imaging.storage.entries.ledger_tree import add_tiles
from vein_imaging.storage.errors import (
    ForgedSlotError,
    NoSuchStoreError,
    WrongPasswordError,
)
from vein_imaging.storage.files.layout import StoreLayout
from vein_imaging.storage.people.attempts import Attempts
from vein_imaging.storage.people.clocks import Clocks
from vein_imaging.storage.people.key_slots import (
    RECOVERY,
    KeySlots,
    OpenedSlot,
    Wrap,
    fingerprint,
    made_slot,
)
from vein_imaging.storage.people.register import ADOPTED, Register, read_register
from vein_imaging.storage.people.slot_changes import Author, set_slot, slot_problems
from vein_imaging.storage.people.users import LOGIN, matching_step
from vein_imaging.storage.store import Store
from vein_imaging.storage.upkeep.kept_checkpoints import missing_checkpoints
from vein_imaging.words import translate as _

__all__ = [
    "adopt_slots",
    "entered",
    "refuse_forged",
    "set_anew",
    "unlocked",
    "unlocked_key",
    "warnings_of",
]


def unlocked(
    layout: StoreLayout, attempts: Attempts, name: str, password: str
) -> OpenedSlot:
    """Return what the password opens; the try stays counted until `succeeded`.

    Raises
    ------
    WrongPasswordError, TooManyAttemptsError
    """
    attempts.begin(name)
    try:
        return KeySlots(layout).open(name, password)
    except NoSuchStoreError:
        attempts.succeeded(name)  # no guess was made
        raise


def unlocked_key(
    layout: StoreLayout, name: str, password: str, clocks: Clocks | None = None
) -> bytes:
    """Return the data key, or remember that the password was wrong.

    Raises
    ------
    WrongPasswordError, TooManyAttemptsError
    """
    attempts = Attempts(layout, clocks or Clocks())
    opened = unlocked(layout, attempts, name, password)
    attempts.succeeded(name)
    return bytes(opened.data_key)


def entered(
    store: Store,
    attempts: Attempts,
    opened: OpenedSlot,
    code: str,
    clocks: Clocks,
    places: Sequence[str] = (),
) -> Register:
    """Check slot and second factor; write the sign-in, and the failures before it.

    Parameters
    ----------
    places : sequence of str
        Folders that keep a checkpoint now.

    Raises
    ------
    WrongPasswordError
        If the code does not fit, or the person is no user any more.
    ForgedSlotError
        If the slot is not the one that the ledger knows.
    """
    name, now = opened.name, clocks.now()
    with store.writing() as connection:
        register = read_register(connection, store.vault)
        user = register.users.get(name)
        step = 0 if user and not user.totp_secret else None
        if user and user.totp_secret:
            step = matching_step(user, code, now)
        if not register.bound:
            register.take(_adopt(connection, store, name, now))
        forged = fingerprint(name, opened.slot) != register.fingerprints.get(name)
        welcome = user is not None and user.roles and step is not None
        if welcome and forged:
            refusal = Entry("store.slot_refused", {"name": name})
            append_entry(connection, store.vault, Draft(refusal, now, name))
        elif welcome:
            if failures := attempts.untold(name):
                body = {"failures": failures, "of_this_user": attempts.hashed(name)}
                failed = Entry("store.failed_logins", body)
                append_entry(connection, store.vault, Draft(failed, now, name))
            used = {"name": name, "totp_step": step, "checkpoints": list(places)}
            entry = Entry(LOGIN, used)
            append_entry(connection, store.vault, Draft(entry, now, name))
            add_tiles(connection, head(connection).seq)
    if not welcome:
        raise WrongPasswordError(_("User and password do not fit"))
    if forged:
        refuse_forged(register, opened)
    attempts.succeeded(name, told=True)
    return register


def refuse_forged(register: Register, opened: OpenedSlot) -> None:
    """Raise unless the ledger knows the slot that a password opened.

    Raises
    ------
    ForgedSlotError
    """
    name = opened.name
    if fingerprint(name, opened.slot) != register.fingerprints.get(name):
        raise ForgedSlotError(
            _(
                "The slot of {name} in users.json is not the one that was set: "
                "somebody changed the file, or put an older one back. An owner can set "
                "a new password (user reset {name}), the last owner with the recovery "
                "key"
            ).format(name=name)
        )


def adopt_slots(store: Store, at: datetime) -> None:
    """Write down the slots of a store of an earlier release, as they stand now."""
    with store.writing() as connection:
        _adopt(connection, store, RECOVERY, at)


def _adopt(
    connection: Connection, store: Store, author: str, at: datetime
) -> StoredEvent:
    """Do what `adopt_slots` does.

    A slot that stands under two names was copied by hand: neither is taken up.
    """
    slots = KeySlots(store.layout).read().slots
    old = {name: slot for name, slot in slots.items() if isinstance(slot, Wrap)}
    known = Counter(slot.wrapped for slot in old.values())
    marks = {
        name: fingerprint(name, slot)
        for name, slot in old.items()
        if known[slot.wrapped] == 1
    }
    adopted = Entry(ADOPTED, {"fingerprints": marks})
    return append_entry(connection, store.vault, Draft(adopted, at, author))


def set_anew(
    store: Store, register: Register, opened: OpenedSlot, password: str, clocks: Clocks
) -> OpenedSlot:
    """Bring the slot that was opened to this release's form, and the file in step."""
    name, slots = opened.name, KeySlots(store.layout)
    if isinstance(opened.slot, Wrap):
        roles = register.users[name].roles
        fresh = made_slot(name, password, roles, opened.data_key)
        author = Author(name, fresh.signing)
        set_slot(store, name, fresh.slot, author, clocks.now())
        return replace(opened, slot=fresh.slot, signing=fresh.signing)
    if opened.slot != slots.read().slots.get(name):
        slots.settle(name, opened.slot, by=name, signing=opened.signing)
    return opened


def warnings_of(
    store: Store, register: Register, folders: Sequence[Path]
) -> tuple[str, ...]:
    """Return what to say at sign-in: of people's slots, and of missing checkpoints."""
    file = KeySlots(store.layout).read()
    return (
        *missing_checkpoints(store, folders, register.places),
        *(f"users.json: {what}" for what in slot_problems(file, register)),
        *(
            _("entry {seq}: {what}").format(seq=seq, what=what)
            for seq, what in register.refused
        ),
    )

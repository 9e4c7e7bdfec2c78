"""Changing who gets in: the ledger's signed entry and the file, in step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from vein_imaging.storage.entries.canonical import Body
from vein_imaging.storage.entries.ledger import Draft, Entry
from vein_imaging.storage.errors import LockedError
from vein_imaging.storage.people.key_slots import (
    KeySlot,
    KeySlots,
    SlotFile,
    fingerprint,
)
from vein_imaging.storage.people.register import (
    SLOT,
    Register,
    append_signed,
    read_register,
    store_register,
)
from vein_imaging.storage.people.users import USER
from vein_imaging.storage.store import Store
from vein_imaging.words import translate as _

__all__ = [
    "Author",
    "drop_slot",
    "people_problems",
    "set_slot",
    "slot_problems",
    "write_signed",
    "write_user",
]


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes something about people, and the key it is signed with."""

    name: str
    signing: Ed25519PrivateKey


def _refuse_stale(store: Store, author: Author) -> None:
    """Raise where the author's password was changed elsewhere since signing in.

    What is signed with the earlier key would not count.
    """
    known = store_register(store).keys.get(author.name)
    own = author.signing.public_key().public_bytes_raw().hex()
    if known not in (None, own):
        raise LockedError(
            _("The password of {name} was changed elsewhere: sign in again").format(
                name=author.name
            )
        )


def write_signed(
    store: Store, kind: str, body: Body, author: Author, at: datetime
) -> None:
    """Write an entry about people, signed.

    Raises
    ------
    LockedError
        If the author's password was changed elsewhere since signing in.
    """
    _refuse_stale(store, author)
    draft = Draft(Entry(kind, body), at, author.name)
    with store.writing() as connection:
        append_signed(connection, store.vault, draft, author.signing)


def write_user(
    store: Store, name: str, roles: Iterable[str], author: Author, at: datetime
) -> None:
    """Write a person's roles."""
    body = {"name": name, "roles": sorted(str(role) for role in roles)}
    write_signed(store, USER, body, author, at)


def set_slot(
    store: Store,
    name: str,
    slot: KeySlot,
    author: Author,
    at: datetime,
    *,
    signing_after: Ed25519PrivateKey | None = None,
) -> None:
    """Give a person a slot, or another one.

    Parameters
    ----------
    signing_after : Ed25519PrivateKey
        The author's key from then on, where the author's own slot is replaced.
    """
    _refuse_stale(store, author)
    mark = fingerprint(name, slot)
    body = {"name": name, "fingerprint": mark, "verifies": slot.verifies}
    KeySlots(store.layout).put(
        name,
        slot,
        lambda: write_signed(store, SLOT, body, author, at),
        by=author.name,
        signing=author.signing,
        signing_after=signing_after,
    )


def drop_slot(store: Store, name: str, author: Author, at: datetime) -> None:
    """Take a person's slot away; the ledger says so first."""
    body = {"name": name, "fingerprint": "", "verifies": ""}
    write_signed(store, SLOT, body, author, at)
    KeySlots(store.layout).remove(name, by=author.name, signing=author.signing)


def people_problems(store: Store) -> Iterator[tuple[str, str]]:
    """Yield what `verify` finds wrong about people: where, and what."""
    with store.reading() as connection:
        register = read_register(connection, store.vault, seals=True)
    for seq, what in register.refused:
        yield _("entry {seq}").format(seq=seq), what
    if register.bound and store.layout.users_file.exists():
        for what in slot_problems(KeySlots(store.layout).read(), register):
            yield "users.json", what


def slot_problems(file: SlotFile, register: Register) -> Iterator[str]:
    """Yield how the file of slots differs from what the ledger knows of it."""
    for name in sorted({*file.slots, *file.pending, *register.fingerprints}):
        wanted = register.fingerprints.get(name)
        marks = {fingerprint(name, slot) for slot in file.of(name)}
        if wanted is None and name in file.slots:
            yield _(
                "the slot of {name} was put there past the program: the ledger knows "
                "none"
            ).format(name=name)
        elif wanted is not None and not marks:
            yield _("the slot of {name} was removed past the program").format(name=name)
        elif wanted is not None and wanted not in marks:
            yield _(
                "the slot of {name} is not the one that was set: somebody changed the "
                "file, or put an older one back"
            ).format(name=name)
    if register.keys and not _is_signed(file, register):
        yield _(
            "its last change is not signed by who made it: somebody changed the file "
            "past the program"
        )


def _is_signed(file: SlotFile, register: Register) -> bool:
    key = register.keys.get(file.change.by if file.change else "")
    if file.change is None or key is None:
        return False
    from cryptography.exceptions import InvalidSignature

    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
    try:
        public.verify(bytes.fromhex(file.change.signature), file.signed_bytes())
    except InvalidSignature:
        return False
    return True

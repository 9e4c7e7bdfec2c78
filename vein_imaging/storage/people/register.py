"""The register of people, computed from the ledger: roles, key slots, second factors.

Once a store has a person's key, what changes people counts only if it is signed with
the key of someone who might: an owner, the person, or the holder of the printed
recovery key. Whoever has the data key can append an entry in anybody's name; without
that person's password it changes nothing here, and `verify` names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from sqlalchemy import Connection, select

from vein_imaging.storage.database.schema import event
from vein_imaging.storage.entries.canonical import Body, canonical
from vein_imaging.storage.entries.ledger import (
    Draft,
    Entry,
    StoredEvent,
    append_entry,
    head,
    read_entries,
)
from vein_imaging.storage.entries.signatures import SEAL
from vein_imaging.storage.files.keys import Vault
from vein_imaging.storage.people.key_slots import RECOVERY
from vein_imaging.storage.people.roles import Role
from vein_imaging.storage.people.users import LOGIN, LOGOUT, TOTP, USER, User
from vein_imaging.storage.store import Store
from vein_imaging.words import translate as _

__all__ = [
    "ADOPTED",
    "SLOT",
    "Register",
    "append_signed",
    "read_register",
    "store_register",
    "users",
]

SLOT = "store.slot"
"""A key slot was set, by its fingerprint, or removed."""
ADOPTED = "store.slots"
"""The slots of a store of release 0.1.0, as they stood at the first sign-in since."""


_RECENT = 1000
"""Sign-ins and sign-outs that are read: a month of a large clinic's. A code is good for
90 seconds, so no earlier one could be used again; and years of them would take seconds
at each sign-in."""


@dataclass(slots=True)
class Register:
    """People as last written.

    Attributes
    ----------
    users : dict of str to User
    fingerprints : dict of str to str
        Of each slot that should be in `users.json`.
    keys : dict of str to str
        What each person signs with (Ed25519, hex).
    adopted : set of str
        Whose slot of release 0.1.0 has not been replaced yet.
    places : set of str
        Folders that kept a checkpoint when somebody signed in or out.
    refused : list of (int, str)
        Entries that do not count, and why.
    """

    users: dict[str, User] = field(default_factory=dict)
    fingerprints: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    adopted: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)
    refused: list[tuple[int, str]] = field(default_factory=list)

    @property
    def bound(self) -> bool:
        """Whether the ledger knows slots: before, anybody's entry counted."""
        return bool(self.fingerprints)

    def take(self, entry: StoredEvent) -> None:
        """Fold one entry, or note why it does not count."""
        name = str(entry.body.get("name", ""))
        if entry.kind in (LOGIN, LOGOUT):
            self._take_login(entry, name)
        elif entry.kind == SEAL:
            self._check_seal(entry)
        elif entry.kind == ADOPTED:
            self._adopt(entry)
        elif entry.kind == SLOT:
            self._take_slot(entry, name)
        elif self.bound and not self._may_change(entry, name):
            self._refuse(entry, name)
        elif entry.kind == USER:
            roles = entry.body["roles"]
            assert isinstance(roles, list)
            known = self.users.get(name, User(name, frozenset()))
            self.users[name] = replace(known, roles=frozenset(map(Role, roles)))
        else:
            known = self.users.get(name, User(name, frozenset()))
            self.users[name] = replace(known, totp_secret=str(entry.body["secret"]))

    def _take_login(self, entry: StoredEvent, name: str) -> None:
        places = entry.body.get("checkpoints", [])
        if isinstance(places, list):
            self.places.update(map(str, places))
        if entry.kind == LOGIN:
            known = self.users.get(name, User(name, frozenset()))
            step = max(known.totp_step, int(str(entry.body.get("totp_step", 0))))
            self.users[name] = replace(known, totp_step=step)

    def _check_seal(self, entry: StoredEvent) -> None:
        key = self.keys.get(entry.author)
        if key is not None and not _is_signed_by(entry, key):
            self.refused.append(
                (
                    entry.seq,
                    _(
                        "the signature of entry {signed} in the name of {author} was "
                        "made without {author}'s password"
                    ).format(signed=entry.body.get("entry"), author=entry.author),
                )
            )

    def _adopt(self, entry: StoredEvent) -> None:
        slots = entry.body.get("fingerprints")
        if self.bound or not isinstance(slots, Mapping):
            self._refuse(entry, "")
            return
        self.fingerprints = {str(name): str(mark) for name, mark in slots.items()}
        self.adopted = set(self.fingerprints)

    def _take_slot(self, entry: StoredEvent, name: str) -> None:
        mark, key = str(entry.body["fingerprint"]), str(entry.body.get("verifies", ""))
        first = not self.bound or name in self.adopted
        own_first = first and entry.author == name and _is_signed_by(entry, key)
        if not own_first and not self._may_change(entry, name):
            self._refuse(entry, name)
            return
        self.adopted.discard(name)
        self.fingerprints.pop(name, None)
        if mark:  # who left keeps a key: what was signed with it stays signed
            self.fingerprints[name], self.keys[name] = mark, key

    def _may_change(self, entry: StoredEvent, name: str) -> bool:
        author = entry.author
        roles = self.users.get(author, User(author, frozenset())).roles
        of_own = author == name and entry.kind != USER
        allowed = of_own or Role.OWNER in roles or author == RECOVERY
        return allowed and _is_signed_by(entry, self.keys.get(author, ""))

    def _refuse(self, entry: StoredEvent, name: str) -> None:
        self.refused.append(
            (
                entry.seq,
                _(
                    "changes {name} in the name of {author}, without {author}'s "
                    "password: it does not count. Somebody who has the data key "
                    "wrote it"
                ).format(name=name or _("everyone"), author=entry.author),
            )
        )


def _signed_bytes(kind: str, seq: int, author: str, body: Body) -> bytes:
    unsigned = {key: value for key, value in body.items() if key != "signature"}
    about = {"kind": kind, "entry": seq, "author": author, "body": unsigned}
    return b"vein-imaging people\n" + canonical(about)


def _is_signed_by(entry: StoredEvent, key: str) -> bool:
    signed = _signed_bytes(entry.kind, entry.seq, entry.author, entry.body)
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(bytes.fromhex(str(entry.body.get("signature", ""))), signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def append_signed(
    connection: Connection,
    vault: Vault,
    draft: Draft,
    signing: Ed25519PrivateKey,
) -> StoredEvent:
    """Append an entry that its author signs, bound to its place in the ledger.

    Parameters
    ----------
    connection : the only writer
    draft : Draft
    signing : Ed25519PrivateKey
        The author's.
    """
    kind, body = draft.entry.kind, draft.entry.body
    seq = head(connection).seq + 1
    signature = signing.sign(_signed_bytes(kind, seq, draft.author, body)).hex()
    entry = Entry(kind, {**body, "signature": signature})
    return append_entry(connection, vault, replace(draft, entry=entry))


def read_register(
    connection: Connection, vault: Vault, *, seals: bool = False
) -> Register:
    """Fold the ledger's entries about people.

    Parameters
    ----------
    seals : bool
        Whether to check the signatures of sessions too, whose patients are not erased.
    """
    came_or_left = event.c.kind.in_((LOGIN, LOGOUT))
    newest = select(event.c.seq).where(came_or_left).order_by(event.c.seq.desc())
    before = connection.execute(newest.offset(_RECENT).limit(1)).scalar() or 0
    kinds = [USER, TOTP, SLOT, ADOPTED, *([SEAL] if seals else [])]
    about = event.c.kind.in_(kinds) | (came_or_left & (event.c.seq > before))
    register = Register()
    for entry in read_entries(connection, vault, about, skip_erased=seals):
        register.take(entry)
    return register


def store_register(store: Store) -> Register:
    """Return the register of a store as it stands now."""
    with store.reading() as connection:
        return read_register(connection, store.vault)


def users(connection: Connection, vault: Vault) -> dict[str, User]:
    """Return everyone who is or was a user."""
    return read_register(connection, vault).users

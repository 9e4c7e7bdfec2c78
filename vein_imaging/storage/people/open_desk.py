"""Who sits at the open store, and whether they may, still, at this moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from vein_imaging.storage.entries.canonical import Body
from vein_imaging.storage.errors import LockedError, NotAllowedError
from vein_imaging.storage.files.keys import wipe
from vein_imaging.storage.people.register import users
from vein_imaging.storage.people.roles import Action, may
from vein_imaging.storage.people.users import User, changed_since
from vein_imaging.storage.store import Guard, Store
from vein_imaging.words import translate as _

__all__ = ["LeftError", "OpenDesk", "RefusedError"]


class RefusedError(NotAllowedError):
    """A refusal that is still to be logged: raised inside a transaction."""

    def __init__(self, message: str, action: Action) -> None:
        super().__init__(message)
        self.action = action


class LeftError(LockedError):
    """The person was removed while the desk was open."""


@dataclass(slots=True)
class OpenDesk:
    """What is forgotten when the desk locks.

    Attributes
    ----------
    store : Store
    data_key : bytearray
        Overwritten by `close`.
    user : User
    known_to : int
        Sequence number of the last change of anybody's roles that was read.
    signing : Ed25519PrivateKey
        What the person changes about people is signed with it.
    seen_reads : set of (what, patient id)
        Logged since signing in.
    """

    store: Store
    data_key: bytearray
    user: User
    known_to: int
    signing: Ed25519PrivateKey
    seen_reads: set[tuple[str, str]] = field(default_factory=set)

    def refuse_unless(self, connection: Connection, action: Action) -> None:
        """Raise unless the person may, as the ledger stands in this transaction.

        Raises
        ------
        LeftError, RefusedError
        """
        changed = changed_since(connection, self.known_to)
        if changed:
            self.user = users(connection, self.store.vault)[self.user.name]
            self.known_to = changed
        if not self.user.roles:
            raise LeftError(_("{name} is no user any more").format(name=self.user.name))
        if not may(self.user.roles, action):
            roles = ", ".join(sorted(self.user.roles)) or "none"
            raise RefusedError(
                _("{name} ({roles}) may not: {action}. Ask the owner").format(
                    name=self.user.name, roles=roles, action=action
                ),
                action,
            )

    def guard(self, action: Action) -> Guard:
        """Return what a write asks inside its own transaction."""
        return lambda connection: self.refuse_unless(connection, action)

    def log(self, kind: str, body: Body, at: datetime, patient_id: str = "") -> None:
        """Write one of the store's own entries."""
        name = self.user.name
        self.store.append_own(kind, body, author=name, at=at, patient_id=patient_id)

    def close(self) -> None:
        """Close the store and overwrite the keys."""
        self.store.close()
        wipe(self.data_key)

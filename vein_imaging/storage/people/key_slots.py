"""The file with everyone's way to the data key: `users.json`.

A slot is sealed to a key that the person's password gives, and bound to the person's
name and roles: copied under another name it opens nothing. Nothing else guards the data
key: there is no stored password hash to compare with, so a modified program can open no
more than this one.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Annotated, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap
from pydantic import Field, TypeAdapter, ValidationError

from vein_imaging.durable import write_durably
from vein_imaging.storage.entries.canonical import canonical, canonical_flat
from vein_imaging.storage.errors import NoSuchStoreError, WrongPasswordError
from vein_imaging.storage.files.held_file import HeldFile
from vein_imaging.storage.files.keys import derived
from vein_imaging.storage.files.layout import StoreLayout
from vein_imaging.storage.people import passwords
from vein_imaging.storage.people.passwords import opening_key, recovery_secret
from vein_imaging.words import translate as _

__all__ = [
    "RECOVERY",
    "KeySlot",
    "KeySlots",
    "MadeSlot",
    "OpenedSlot",
    "SlotFile",
    "Wrap",
    "fingerprint",
    "made_slot",
    "resealed",
]

RECOVERY = "recovery key"
"""Whose slot the printed key opens; no user can have this name, for it has a blank."""

# RFC 9180 with the parts that its section 7 names first for each.
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)

_Memory = Annotated[int, Field(ge=0, le=1024 * 1024)]
_Few = Annotated[int, Field(ge=0, le=16)]
"""Bounded, so that a forged file cannot ask for all memory."""
_Key = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


@dataclass(frozen=True, slots=True)
class Wrap:
    """A slot as release 0.1.0 wrote it: bound to nothing. Replaced at sign-in."""

    salt: Annotated[str, Field(pattern="^([0-9a-f]{32})?$")]
    wrapped: Annotated[str, Field(pattern="^[0-9a-f]{80}$")]
    memory_kib: _Memory
    passes: _Few
    lanes: _Few


@dataclass(frozen=True, slots=True)
class KeySlot:
    """One person's slot, with the costs of its password, so that they can grow.

    Attributes
    ----------
    public : hex of 32 bytes
        X25519; the data key is sealed to it, so that an owner can seal it anew, for
        other roles, without the person's password.
    verifies : hex of 32 bytes
        Ed25519; what the person changes about people is signed with it.
    roles : list of str
        As the slot was sealed for.
    sealed : hex
        The data key.
    """

    salt: Annotated[str, Field(pattern="^([0-9a-f]{32})?$")]
    memory_kib: _Memory
    passes: _Few
    lanes: _Few
    public: _Key
    verifies: _Key
    roles: tuple[str, ...]
    sealed: Annotated[str, Field(pattern="^[0-9a-f]{160}$")]


@dataclass(frozen=True, slots=True)
class SlotChange:
    """Who changed the file last, signed over all of it with that person's key."""

    by: str
    signature: Annotated[str, Field(pattern="^[0-9a-f]{128}$")]


@dataclass(slots=True)
class SlotFile:
    """What the file holds.

    Attributes
    ----------
    pending : dict of str to KeySlot
        Written before the ledger's entry and moved to `slots` after it: whichever of
        the two the ledger knows is the one that counts.
    """

    format: Literal[2]
    slots: dict[str, KeySlot | Wrap]
    pending: dict[str, KeySlot] = field(default_factory=dict)
    change: SlotChange | None = None

    def signed_bytes(self) -> bytes:
        """Return what the last change's signature is over."""
        unsigned = asdict(self)
        unsigned["change"] = self.change.by if self.change else ""
        return b"vein-imaging users\n" + canonical(unsigned)

    def of(self, name: str) -> list[KeySlot | Wrap]:
        """Return the slots that a person's password may open."""
        found = [self.slots.get(name), self.pending.get(name)]
        return [slot for slot in found if slot is not None]


_FILE: TypeAdapter[SlotFile | dict[str, Wrap]] = TypeAdapter(
    Annotated[SlotFile | dict[str, Wrap], Field(union_mode="left_to_right")]
)


@dataclass(slots=True)
class OpenedSlot:
    """What a password opened."""

    name: str
    slot: KeySlot | Wrap
    data_key: bytearray
    signing: Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class MadeSlot:
    """A slot for a new password, and what its holder signs with."""

    slot: KeySlot
    signing: Ed25519PrivateKey


def fingerprint(name: str, slot: KeySlot | Wrap) -> str:
    """Return the SHA-256 by which the ledger knows a slot, in hex."""
    return hashlib.sha256(canonical({"name": name, **asdict(slot)})).hexdigest()


def _bound_to(name: str, slot: KeySlot) -> bytes:
    costs = f"{slot.memory_kib} {slot.passes} {slot.lanes}"
    roles = ",".join(slot.roles)
    about = {"name": name, "roles": roles, "salt": slot.salt, "costs": costs}
    return canonical_flat({"use": "vein-imaging key slot", **about})


def _agreement(opening: bytes) -> X25519PrivateKey:
    seed = derived(opening, "vein-imaging slot agreement")
    return X25519PrivateKey.from_private_bytes(seed)


def _signing(opening: bytes) -> Ed25519PrivateKey:
    seed = derived(opening, "vein-imaging slot signatures")
    return Ed25519PrivateKey.from_private_bytes(seed)


def resealed(
    name: str, slot: KeySlot, roles: Iterable[str], data_key: bytes | bytearray
) -> KeySlot:
    """Seal the data key anew to the same password, for these roles."""
    slot = replace(slot, roles=tuple(sorted(roles)), sealed="00" * 80)
    public = X25519PublicKey.from_public_bytes(bytes.fromhex(slot.public))
    sealed = _SUITE.encrypt(bytes(data_key), public, info=_bound_to(name, slot))
    return replace(slot, sealed=sealed.hex())


def made_slot(
    name: str, secret: str, roles: Iterable[str], data_key: bytes | bytearray
) -> MadeSlot:
    """Make a slot for a new password, or for a new recovery key.

    Parameters
    ----------
    name : str
        `RECOVERY` takes `secret` for a recovery key.
    secret : str
    roles : iterable of str
    data_key : 32 bytes
    """
    if name == RECOVERY:
        salt, costs = "", (0, 0, 0)  # 256 random bits need no slow hash
        opening = recovery_secret(secret)
    else:
        salt, costs = secrets.token_hex(16), passwords.ARGON2ID_COST
        opening = opening_key(secret, salt, *costs)
    signing = _signing(opening)
    public = _agreement(opening).public_key().public_bytes_raw().hex()
    verifies = signing.public_key().public_bytes_raw().hex()
    empty = KeySlot(salt, *costs, public, verifies, (), "00" * 80)
    return MadeSlot(resealed(name, empty, roles, data_key), signing)


class KeySlots:
    """The file, read and changed.

    Parameters
    ----------
    layout : StoreLayout
    """

    def __init__(self, layout: StoreLayout) -> None:
        self._file = layout.users_file
        self._held = HeldFile(layout.users_file)

    def read(self) -> SlotFile:
        """Return everyone's slots.

        Raises
        ------
        NoSuchStoreError
            If the file is missing or damaged.
        """
        try:
            found = _FILE.validate_json(self._file.read_bytes(), strict=True)
        except FileNotFoundError as error:
            raise NoSuchStoreError(
                _(
                    "{file} is missing: nobody can sign in. Restore it from a backup"
                ).format(file=self._file)
            ) from error
        except ValidationError as error:
            raise self._damaged() from error
        return found if isinstance(found, SlotFile) else SlotFile(2, {**found})

    def _damaged(self) -> NoSuchStoreError:
        return NoSuchStoreError(
            _("{file} is damaged: nobody can sign in. Restore it from a backup").format(
                file=self._file
            )
        )

    @contextmanager
    def _changing(self, by: str, signing: Ed25519PrivateKey) -> Iterator[SlotFile]:
        """Read, let the caller edit, sign, write back; whole or not at all."""
        file = self.read() if self._file.exists() else SlotFile(2, {})
        yield file
        file.change = SlotChange(by, "00" * 64)
        file.change = SlotChange(by, signing.sign(file.signed_bytes()).hex())
        text = json.dumps(asdict(file), indent=1)
        write_durably(self._file, text.encode())

    def put(
        self,
        name: str,
        slot: KeySlot,
        told: Callable[[], object],
        *,
        by: str,
        signing: Ed25519PrivateKey,
        signing_after: Ed25519PrivateKey | None = None,
    ) -> None:
        """Give a person a slot, or another one.

        Parameters
        ----------
        told : function
            Writes the ledger's entry about it. If the power goes before, the earlier
            slot counts; if it goes after, the new one.
        by, signing
            Whose change it is.
        signing_after : Ed25519PrivateKey
            That person's key from then on, where it is their own slot.
        """
        with self._held.held():
            with self._changing(by, signing) as file:
                file.pending[name] = slot
            told()
            with self._changing(by, signing_after or signing) as file:
                file.slots[name] = file.pending.pop(name)

    def settle(
        self, name: str, slot: KeySlot, *, by: str, signing: Ed25519PrivateKey
    ) -> None:
        """Finish a change that broke off after the ledger's entry."""
        with self._held.held(), self._changing(by, signing) as file:
            file.pending.pop(name, None)
            file.slots[name] = slot

    def remove(self, name: str, *, by: str, signing: Ed25519PrivateKey) -> None:
        """Remove a person's slot."""
        with self._held.held(), self._changing(by, signing) as file:
            file.slots.pop(name, None)
            file.pending.pop(name, None)

    def open(self, name: str, password: str) -> OpenedSlot:
        """Return what a password opens.

        Raises
        ------
        WrongPasswordError
            If user and password do not fit; which of the two is not told, and both
            take the same time.
        """
        slots = self.read().of(name) if name != RECOVERY else []
        for slot in slots or [_nobody()]:
            costs = (slot.memory_kib, slot.passes, slot.lanes)
            try:
                opening = opening_key(password, slot.salt, *costs)
            except ValueError as error:  # costs that Argon2id does not know
                raise self._damaged() from error
            if opened := _opened(name, slot, opening):
                return opened
        raise WrongPasswordError(_("User and password do not fit"))

    def open_with_recovery(self, recovery_key: str) -> OpenedSlot:
        """Return what the printed recovery key opens.

        Raises
        ------
        WrongPasswordError
            If it is not this store's.
        """
        secret = recovery_secret(recovery_key)
        for slot in self.read().of(RECOVERY):
            if opened := _opened(RECOVERY, slot, secret):
                return opened
        raise WrongPasswordError(_("User and password do not fit"))


def _nobody() -> Wrap:
    """Return what is opened in place of a user who does not exist: as slow, no key."""
    return Wrap("00" * 16, "00" * 40, *passwords.ARGON2ID_COST)


def _opened(name: str, slot: KeySlot | Wrap, opening: bytes) -> OpenedSlot | None:
    try:
        if isinstance(slot, Wrap):
            data_key = aes_key_unwrap(opening, bytes.fromhex(slot.wrapped))
        else:
            info = _bound_to(name, slot)
            box = bytes.fromhex(slot.sealed)
            data_key = _SUITE.decrypt(box, _agreement(opening), info=info)
    except (InvalidUnwrap, InvalidTag, ValueError):
        return None
    return OpenedSlot(name, slot, bytearray(data_key), _signing(opening))

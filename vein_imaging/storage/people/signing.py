"""A signature: over exactly the entries so far, sealed in the same transaction."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from vein_imaging.domain.session import Meaning, Signed
from vein_imaging.storage.entries.admission import digest_of, find_written
from vein_imaging.storage.entries.ledger import (
    Draft,
    Entry,
    StoredEvent,
    append_entry,
)
from vein_imaging.storage.errors import StoreError
from vein_imaging.storage.people.open_desk import OpenDesk
from vein_imaging.storage.people.roles import Action

__all__ = ["SEAL", "Meaning", "sign_session", "signature_problem"]

SEAL = "store.signature"


def sign_session(
    desk: OpenDesk,
    session_id: str,
    at: datetime,
    *,
    meaning: Meaning = "performed",
    entry_id: str = "",
) -> StoredEvent:
    """Write a signature and its seal; the password was checked before.

    Parameters
    ----------
    desk : OpenDesk
        Of the signer.
    session_id : str
    at : datetime
    meaning : "performed" or "reviewed"
    entry_id : str
        Made before the first try; one that is there is not written again.

    Raises
    ------
    StoreError
        If there is nothing to sign.
    NotAllowedError
        If the person may not sign (any more).
    """
    store, author = desk.store, desk.user.name
    with store.writing() as connection:
        desk.refuse_unless(connection, Action.SIGN)
        so_far = store.index.of_session(connection, session_id)
        if entry_id and (written := find_written(entry_id, so_far)) is not None:
            return written
        if not so_far:
            raise StoreError("the session holds nothing: there is nothing to sign")
        signature = Signed(
            entry_id=entry_id or uuid.uuid4().hex,
            signer=author,
            at=at,
            meaning=meaning,
            entries=len(so_far),
            digest=digest_of(one.hash for one in so_far),
        )
        signed = store.append_in(
            connection, session_id, signature, author, at, so_far, signing=True
        )
        body = {"entry": signed.seq, "hash": signed.hash.hex(), "by": "password"}
        seal = Draft(Entry(SEAL, body), at, author, signed.patient_id)
        append_entry(connection, store.vault, seal)
    return signed


def signature_problem(
    signed: StoredEvent,
    before: Sequence[bytes],
    seal: StoredEvent | None,
) -> str | None:
    """Return what is wrong with a signature, or None.

    Parameters
    ----------
    signed : StoredEvent
    before : sequence of bytes
        Hashes of the session's entries before it, in their order.
    seal : StoredEvent, optional
        The entry behind it, where it is one of the kind of a seal.
    """
    sealed = seal is not None and (
        seal.body.get("entry") == signed.seq
        and seal.body.get("hash") == signed.hash.hex()
        and seal.author == signed.author
    )
    if not sealed:
        return "a signature that was not made with a password"
    digest = signed.body.get("digest")
    if not digest:  # release 0.1.0 took any name and said not what was signed
        return None
    if signed.body.get("signer") != signed.author:
        return f"{signed.author} signed for {signed.body.get('signer')}"
    if digest != digest_of(before):
        return "a signature over other entries than those that stand before it"
    return None

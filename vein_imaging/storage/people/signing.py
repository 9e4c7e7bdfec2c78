"""A signature: over exactly the entries so far, sealed in the same transaction."""

from __future__ import annotations

import uuid
from datetime import datetime

from vein_imaging.domain.session import Meaning, Signed
from vein_imaging.storage.entries.admission import digest_of, find_written
from vein_imaging.storage.entries.ledger import (
    Draft,
    Entry,
    StoredEvent,
)
from vein_imaging.storage.entries.signatures import SEAL
from vein_imaging.storage.errors import StoreError
from vein_imaging.storage.people.open_desk import OpenDesk
from vein_imaging.storage.people.register import append_signed
from vein_imaging.storage.people.roles import Action

__all__ = ["Meaning", "sign_session"]


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
        append_signed(connection, store.vault, seal, desk.signing)
    return signed

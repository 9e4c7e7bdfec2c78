"""What a session takes up: no entry twice, no signature but by its signer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from vein_imaging.domain.session import Amended, Event, Signed, Voided
from vein_imaging.storage.entries.canonical import Body
from vein_imaging.storage.entries.ledger import Entry, StoredEvent
from vein_imaging.storage.entries.reading import accepted_event
from vein_imaging.storage.errors import (
    EntryIdTakenError,
    NotAllowedError,
    StoreReadOnlyError,
)

__all__ = [
    "admitted",
    "amends",
    "digest_of",
    "entry_id_of",
    "find_written",
    "refuse_over_newer",
]

# What the check and the clock add to an intended entry; the rest is the intention.
_ADDED = frozenset({"at", "id", "findings", "limits_version", "weight", "started"})


def amends(entry: Entry) -> str:
    """Return the kind of the change that an amendment makes; else an empty text."""
    change = entry.body.get("change") if entry.kind == Amended.kind else None
    return str(change.get("kind")) if isinstance(change, Mapping) else ""


def entry_id_of(kind: str, body: Body) -> str | None:
    """Return the id a person's entry was given before the first try.

    Of an amendment, that of the change within it.
    """
    change = body.get("change") if kind == Amended.kind else None
    inner = change.get("body") if isinstance(change, Mapping) else body
    found = inner.get("entry_id") if isinstance(inner, Mapping) else None
    return found if isinstance(found, str) else None


def _intention(kind: str, body: Body) -> tuple[str, object]:
    change = body.get("change") if kind == Amended.kind else None
    if isinstance(change, Mapping) and isinstance(change.get("body"), Mapping):
        return _intention(str(change["kind"]), change["body"])
    return kind, _without_added(body)


def _without_added(value: object) -> object:
    if isinstance(value, Mapping):
        return {k: _without_added(v) for k, v in value.items() if k not in _ADDED}
    if isinstance(value, list | tuple):
        return [_without_added(one) for one in value]
    return value


def find_written(
    entry_id: str, entries: Iterable[StoredEvent], *, wanted: Entry | None = None
) -> StoredEvent | None:
    """Return the entry that was written under this id, or None.

    Parameters
    ----------
    entry_id : str
    entries : iterable of StoredEvent
        Of the session.
    wanted : Entry, optional
        What is to be written under it now.

    Raises
    ------
    EntryIdTakenError
        If the id stands for something else than `wanted`.
    """
    for one in entries:
        if entry_id_of(one.kind, one.body) != entry_id:
            continue
        if wanted is not None and _intention(one.kind, one.body) != _intention(
            wanted.kind, wanted.body
        ):
            raise EntryIdTakenError(
                f"entry id {entry_id!r} stands for another entry ({one.seq},"
                f" {one.kind}): nothing was written. Leave the id out, or give the"
                " same values as the first time"
            )
        return one
    return None


def digest_of(hashes: Iterable[bytes]) -> str:
    """Return the SHA-256 of entries' hashes in their order, in hex: what is signed."""
    return hashlib.sha256(b"".join(hashes)).hexdigest()


def _refuse_void_of_anothers_signature(
    event: Event, author: str, entries: Iterable[StoredEvent]
) -> None:
    """Refuse to void a signature for anyone but its signer.

    Raises
    ------
    NotAllowedError
    """
    change = event.change if isinstance(event, Amended) else event
    if not isinstance(change, Voided):
        return
    for one in entries:
        signed = one.kind == Signed.kind and one.body.get("entry_id") == change.voids
        if signed and one.author != author:
            raise NotAllowedError(
                f"{author} may not void the signature of {one.author}. Ask its signer"
            )


def refuse_over_newer(warnings: Sequence[str]) -> None:
    """Refuse to write to a record that holds entries of a newer release.

    Raises
    ------
    StoreReadOnlyError
    """
    if warnings:
        raise StoreReadOnlyError(f"Nothing was written. {warnings[0]}")


def admitted(
    entry: Entry,
    author: str,
    of_session: Sequence[StoredEvent],
    *,
    signing: bool = False,
) -> StoredEvent | None:
    """Refuse what a session cannot take up; return the entry if it is there already.

    Parameters
    ----------
    entry : Entry
    author : str
    of_session : sequence of StoredEvent
        As they stand in this transaction.
    signing : bool
        Whether `sign` asks, which has seen the password.

    Raises
    ------
    ValueError
        If it is of a kind of the store's own.
    InvalidBodyError, EntryIdTakenError, NotAllowedError
    """
    if entry.kind.startswith("store."):
        raise ValueError(f"kind {entry.kind!r}: 'store.' is the store's own")
    read = accepted_event(entry)
    if isinstance(read, Signed) and not signing:
        raise NotAllowedError("A signature is made by `sign`, with the password")
    entry_id = entry_id_of(entry.kind, entry.body) or read.entry_id
    written = find_written(entry_id, of_session, wanted=entry)
    if written is None:
        _refuse_void_of_anothers_signature(read, author, of_session)
    return written

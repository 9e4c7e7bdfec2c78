"""The chain: entries appended and read inside a transaction of the caller.

``hash = SHA-256(prev || canonical header)``, and the header holds the SHA-256 of the
sealed content: an entry cannot change, move or go without breaking all that follow.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Row, insert, select

from vein_imaging.domain.session import Event, event_from_body
from vein_imaging.storage.database.schema import (
    GENESIS,
    TILE_ENTRIES,
    event,
    patient_key,
)
from vein_imaging.storage.entries.canonical import (
    Body,
    canonical,
    canonical_flat,
    parsed,
)
from vein_imaging.storage.entries.ledger_tree import add_tiles
from vein_imaging.storage.errors import PatientErasedError, StoreDamagedError
from vein_imaging.storage.files.keys import Vault, derived, new_key, opened, sealed
from vein_imaging.words import translate as _

__all__ = [
    "CLINIC",
    "CREATED",
    "Draft",
    "Entry",
    "Head",
    "StoredEvent",
    "append_entry",
    "commitment_of",
    "commitment_salt",
    "entry_hash",
    "entry_of",
    "has_key",
    "hashed_header",
    "head",
    "header_of",
    "key_of",
    "make_key",
    "newest_written",
    "read_entries",
]

CLINIC = ""
"""The patient id of entries about no patient."""

CREATED = "store.created"
"""The kind of a ledger's first entry."""

_NEWEST = "newest entry"  # where a connection keeps what it wrote last

# Two machines' clocks may differ by so much without anyone having set one back.
CLOCK_TOLERANCE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be written: a kind and a JSON body without floats."""

    kind: str
    body: Body


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry with all that the caller decides about it."""

    entry: Entry
    at: datetime
    author: str
    patient_id: str = CLINIC
    session_id: str = ""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One entry of the ledger, opened.

    Attributes
    ----------
    seq : int
        Its sequence number, from 1; the order of the truth, whatever clocks say.
    at : datetime
        UTC, by the writer's clock.
    latest_at : datetime
        UTC, the latest `at` seen up to here: time that cannot be set back.
    hash : 32 bytes
    """

    seq: int
    at: datetime
    latest_at: datetime
    author: str
    patient_id: str
    session_id: str
    kind: str
    body: dict[str, object]
    hash: bytes

    @property
    def value(self) -> Event:
        """The entry as an event of `vein_imaging.domain.session`.

        Raises
        ------
        TypeError, ValueError
            If it is not one of its kinds.
        """
        return event_from_body(self.kind, self.body)

    @property
    def clock_set_back(self) -> bool:
        """Whether the writer's clock stood well before an earlier entry's time."""
        return self.latest_at - self.at > CLOCK_TOLERANCE


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry's sequence number, hash and time; 0 is the empty ledger."""

    seq: int
    hash: bytes
    latest_at: datetime | None


def utc_text(at: datetime) -> str:
    """Spell a moment in UTC with microseconds, so that text order is time order.

    Raises
    ------
    ValueError
        If it has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError(
            f"{at!r} has no time zone; give an aware datetime, such as"
            " datetime.now(timezone.utc)"
        )
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def head(connection: Connection) -> Head:
    """Return the newest entry's sequence number, hash and time."""
    newest = connection.execute(
        select(event.c.seq, event.c.hash, event.c.latest_at)
        .order_by(event.c.seq.desc())
        .limit(1)
    ).first()
    if newest is None:
        return Head(0, GENESIS, None)
    return Head(newest.seq, newest.hash, datetime.fromisoformat(newest.latest_at))


def newest_written(connection: Connection) -> Head | None:
    """Return the last entry that this connection wrote and has not told of."""
    found: Head | None = connection.info.pop(_NEWEST, None)
    return found


def header_of(row: Row[tuple[object, ...]]) -> dict[str, object]:
    """Return a row's plain columns as the dict whose canonical form is bound to it."""
    return {
        "seq": row.seq,
        "at": row.at,
        "latest_at": row.latest_at,
        "author": row.author,
        "patient_id": row.patient_id,
        "session_id": row.session_id,
        "kind": row.kind,
    }


def hashed_header(
    header: Body, content: bytes, commitment: bytes | None
) -> dict[str, object]:
    """Return what, behind the hash before it, an entry's own hash is of."""
    hashed = {**header, "content_sha256": hashlib.sha256(content).hexdigest()}
    return {**hashed, "commitment": commitment.hex()} if commitment else hashed


def entry_hash(
    prev: bytes, header: Body, content: bytes, commitment: bytes | None = None
) -> bytes:
    """Return the SHA-256 that chains an entry to the one before it.

    Parameters
    ----------
    prev : 32 bytes
    header : the columns of `header_of`
    content : bytes
        Sealed; only its SHA-256 enters, so the chain outlives a destroyed key.
    commitment : 32 bytes, optional
        As `commitment_of` gives it; entries of release 0.1.0 have none.
    """
    hashed = canonical_flat(hashed_header(header, content, commitment))
    return hashlib.sha256(prev + hashed).digest()


def commitment_salt(key: bytes, header: Body) -> bytes:
    """Return the secret behind an entry's commitment; it tells nothing of any other.

    Handed out with the body, it lets anyone check the commitment. Once the patient's
    key is destroyed, nobody can test what the body was.
    """
    committing_key = derived(key, "vein-imaging commitments")
    return hmac.digest(committing_key, canonical_flat(header), "sha256")


def commitment_of(salt: bytes, plain: bytes) -> bytes:
    """Return the SHA-256 that binds a body: salt, then the body's canonical bytes."""
    return hashlib.sha256(salt + plain).digest()


def make_key(connection: Connection, vault: Vault, patient_id: str) -> None:
    """Give a new patient (or the clinic) a key."""
    wrapped = vault.wrap(patient_id, new_key())
    connection.execute(
        insert(patient_key).values(patient_id=patient_id, wrapped=wrapped)
    )


def has_key(connection: Connection, patient_id: str) -> bool:
    """Whether there is such a patient, not erased."""
    of_patient = select(patient_key.c.patient_id).where(
        patient_key.c.patient_id == patient_id
    )
    return connection.execute(of_patient).first() is not None


def key_of(connection: Connection, vault: Vault, patient_id: str) -> bytes:
    """Return a patient's key as it stands in this transaction.

    Raises
    ------
    PatientErasedError
        If there is none any more.
    """
    wrapped = connection.execute(
        select(patient_key.c.wrapped).where(patient_key.c.patient_id == patient_id)
    ).scalar_one_or_none()
    if wrapped is None:
        vault.forget(patient_id)
        raise PatientErasedError(
            _(
                "patient {patient_id} has no key: erased on lawful request, or never "
                "here"
            ).format(patient_id=patient_id)
        )
    return vault.unwrap(patient_id, wrapped)


def append_entry(connection: Connection, vault: Vault, draft: Draft) -> StoredEvent:
    """Write one entry after the newest, in the caller's write transaction.

    Raises
    ------
    InvalidBodyError
        If the body has no canonical form.
    PatientErasedError
        If the patient has no key.
    """
    newest = head(connection)
    at = utc_text(draft.at)
    latest_at = max(at, utc_text(newest.latest_at)) if newest.latest_at else at
    header: dict[str, object] = {
        "seq": newest.seq + 1,
        "at": at,
        "latest_at": latest_at,
        "author": draft.author,
        "patient_id": draft.patient_id,
        "session_id": draft.session_id,
        "kind": draft.entry.kind,
    }
    plain = canonical(draft.entry.body)
    key = key_of(connection, vault, draft.patient_id)
    content = sealed(key, plain, canonical_flat(header))
    commitment = commitment_of(commitment_salt(key, header), plain)
    own_hash = entry_hash(newest.hash, header, content, commitment)
    row = {**header, "content": content, "prev": newest.hash, "hash": own_hash}
    connection.execute(insert(event).values(**row, commitment=commitment))
    connection.info[_NEWEST] = Head(newest.seq + 1, own_hash, None)
    if not (newest.seq + 1) % TILE_ENTRIES:
        add_tiles(connection, newest.seq + 1)
    return StoredEvent(
        newest.seq + 1,
        datetime.fromisoformat(at),
        datetime.fromisoformat(latest_at),
        draft.author,
        draft.patient_id,
        draft.session_id,
        draft.entry.kind,
        parsed(plain),
        own_hash,
    )


def entry_of(row: Row[tuple[object, ...]], key: bytes) -> StoredEvent:
    """Open one row with its patient's key.

    Raises
    ------
    StoreDamagedError
        If the content is not what was written there; the message names the entry.
    """
    try:
        plain = opened(key, row.content, canonical_flat(header_of(row)))
    except StoreDamagedError as error:
        raise StoreDamagedError(
            _(
                "entry {seq} ({kind}, session {session_id}): {error}. Run "
                "`vein-imaging verify`"
            ).format(
                seq=row.seq,
                kind=row.kind,
                session_id=row.session_id or "-",
                error=error,
            )
        ) from error
    return StoredEvent(
        row.seq,
        datetime.fromisoformat(row.at),
        datetime.fromisoformat(row.latest_at),
        row.author,
        row.patient_id,
        row.session_id,
        row.kind,
        parsed(plain),
        row.hash,
    )


def read_entries(
    connection: Connection,
    vault: Vault,
    *conditions: ColumnElement[bool],
    skip_erased: bool = False,
) -> Iterator[StoredEvent]:
    """Yield the entries that meet all conditions, opened, in the ledger's order.

    Parameters
    ----------
    skip_erased : bool
        Pass over the entries of erased patients instead of raising.

    Raises
    ------
    PatientErasedError
        At an entry whose patient's key is gone.
    StoreDamagedError
        At an entry that does not open.
    """
    # One joined query: a query a patient would take seconds for a whole clinic.
    with_keys = event.outerjoin(
        patient_key, event.c.patient_id == patient_key.c.patient_id
    )
    rows = connection.execute(
        select(event, patient_key.c.wrapped)
        .select_from(with_keys)
        .where(*conditions)
        .order_by(event.c.seq)
    )
    for row in rows:
        if row.wrapped is not None:
            yield entry_of(row, vault.unwrap(row.patient_id, row.wrapped))
        elif not skip_erased:
            raise PatientErasedError(
                _("patient {patient_id} was erased on request").format(
                    patient_id=row.patient_id
                )
            )

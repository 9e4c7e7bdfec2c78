"""What a check is given, what it gives, and what an entry is made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from vein_imaging.domain.session import Event, Session, event_to_body, fold
from vein_imaging.storage.entries.ledger import Entry, StoredEvent

__all__ = [
    "CheckedAppend",
    "F",
    "HasSeverity",
    "PatientHistory",
    "Proposal",
    "SessionHead",
    "entry_for",
    "named_images",
]


class HasSeverity(Protocol):
    """A finding of a check; `severity` "stop" refuses the entry."""

    @property
    def severity(self) -> str:
        """One of "stop", "warn", "note"."""
        ...


F = TypeVar("F", bound=HasSeverity)


@dataclass(frozen=True, slots=True)
class PatientHistory:
    """All that was written about a patient, as it stands inside the transaction.

    Attributes
    ----------
    events : tuple of StoredEvent
        Every session of the patient, in the ledger's order.
    latest_at : datetime
        UTC, the latest time ever written, or the new entry's: setting a clock back
        does not bring an old day's allowance back.
    """

    events: tuple[StoredEvent, ...]
    latest_at: datetime

    def sessions(self) -> dict[str, Session]:
        """Return the patient's sessions, folded, by session id, the oldest first."""
        logs: dict[str, list[Event]] = {}
        for event in self.events:
            logs.setdefault(event.session_id, []).append(event.value)
        return {session_id: fold(log) for session_id, log in logs.items()}


@dataclass(frozen=True, slots=True)
class CheckedAppend(Generic[F]):
    """The outcome of a check: what was written, or None, and every finding."""

    event: StoredEvent | None
    findings: tuple[F, ...]


Proposal = Event | Entry | Callable[[tuple[F, ...]], Event | Entry]
"""What is to be written: an event, or a function that makes it of the findings."""


@dataclass(frozen=True, slots=True)
class SessionHead:
    """A session's beginning."""

    session_id: str
    patient_id: str
    started_at: datetime
    author: str


def entry_for(event: Event | Entry) -> Entry:
    """Return the kind and body that are written for an event of the domain."""
    if isinstance(event, Entry):
        return event
    return Entry(event.kind, event_to_body(event))


_SHA256 = re.compile("[0-9a-f]{64}")


def named_images(value: object) -> Iterator[str]:
    """Yield every stored picture that a body names: an `image_id` is its SHA-256."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            if key == "image_id" and isinstance(part, str) and _SHA256.fullmatch(part):
                yield part
            else:
                yield from named_images(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from named_images(part)

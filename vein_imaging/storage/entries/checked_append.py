"""What a check is given, what it gives, and what an entry is made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Generic, Protocol, TypeVar

from vein_imaging.domain.session import Event, Session, event_to_body
from vein_imaging.storage.entries.ledger import Entry, StoredEvent
from vein_imaging.storage.entries.reading import Unread, read_sessions

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


@dataclass(frozen=True)  # no slots: it keeps what was read
class PatientHistory:
    """All that was written about a patient, as it stands inside the transaction.

    Attributes
    ----------
    events : tuple of StoredEvent
        Every session of the patient, in the ledger's order.
    latest_at : datetime
        UTC, the latest time written by a clock that nobody has called wrong, or the
        new entry's: setting a clock back does not bring an old day's allowance back.
    """

    events: tuple[StoredEvent, ...]
    latest_at: datetime

    @cached_property
    def _read(self) -> tuple[Mapping[str, Session], tuple[Unread, ...]]:
        return read_sessions(self.events)

    def sessions(self) -> Mapping[str, Session]:
        """Return the patient's sessions, folded, by session id, the oldest first."""
        return self._read[0]

    @property
    def unread(self) -> tuple[Unread, ...]:
        """The entries that this release cannot read; they count nowhere."""
        return self._read[1]

    @property
    def newer(self) -> tuple[str, ...]:
        """A warning for each entry that a newer release may have written."""
        return tuple(one.warning for one in self.unread if one.newer)


@dataclass(frozen=True, slots=True)
class CheckedAppend(Generic[F]):
    """The outcome of a check: what was written, or None, and every finding.

    `repeated`: it stood there already, under the same entry id; nothing was checked and
    nothing written again.
    """

    event: StoredEvent | None
    findings: tuple[F, ...]
    repeated: bool = False


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

"""Entries read as events of the domain, also where some of them cannot be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vein_imaging.domain.session import Event, Session, fold
from vein_imaging.domain.session.body import event_from_body, is_of_its_kind
from vein_imaging.storage.entries.ledger import Entry, StoredEvent
from vein_imaging.storage.errors import InvalidBodyError

__all__ = ["Unread", "accepted_event", "read_sessions"]


@dataclass(frozen=True, slots=True)
class Unread:
    """An entry that this release cannot read.

    Attributes
    ----------
    seq : int
    kind, why : str
    newer : bool
        Whether a newer release may have written it. Otherwise it was never readable:
        release 0.1.0 took any body.
    """

    seq: int
    kind: str
    why: str
    newer: bool

    @property
    def warning(self) -> str:
        """One sentence for the person who opens the record."""
        if self.newer:
            return (
                f"Entry {self.seq} ({self.kind}) was written by a newer release and"
                " is not shown. The record opens to be read only; install that"
                " release to go on with it."
            )
        return (
            f"Entry {self.seq} ({self.kind}) cannot be read and is not counted:"
            f" {self.why}. Look at it with `session show`."
        )


def accepted_event(entry: Entry) -> Event:
    """Read an entry as it will be read back, before it is accepted.

    Raises
    ------
    InvalidBodyError
        If this release could not read it back; nothing is written then.
    """
    try:
        return event_from_body(entry.kind, entry.body)
    except (TypeError, ValueError, KeyError) as error:
        raise InvalidBodyError(
            f"not accepted, because it could not be read back: {error}"
        ) from error


def read_sessions(
    entries: Iterable[StoredEvent],
) -> tuple[Mapping[str, Session], tuple[Unread, ...]]:
    """Fold a patient's entries into sessions; name those that cannot be read.

    Parameters
    ----------
    entries : iterable of StoredEvent
        In the ledger's order.

    Returns
    -------
    sessions : mapping of session id to Session
        The oldest first.
    unread : tuple of Unread
    """
    logs: dict[str, list[Event]] = {}
    places: dict[str, list[int]] = {}
    unread: list[Unread] = []
    for entry in entries:
        log = logs.setdefault(entry.session_id, [])
        try:
            log.append(entry.value)
            places.setdefault(entry.session_id, []).append(entry.seq)
        except (TypeError, ValueError, KeyError) as error:
            newer = is_of_its_kind(entry.kind, entry.body)
            unread.append(Unread(entry.seq, entry.kind, str(error), newer))
    sessions = {
        session_id: fold(log, places.get(session_id, ()))
        for session_id, log in logs.items()
    }
    return sessions, tuple(unread)

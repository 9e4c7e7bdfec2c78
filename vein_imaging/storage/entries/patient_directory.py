"""The clinic's patients, folded from the ledger and found by a fragment of a name."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from sqlalchemy import Connection

from vein_imaging.storage.database.schema import event
from vein_imaging.storage.entries.ledger import CLINIC, read_entries
from vein_imaging.storage.files.keys import Vault

__all__ = ["ERASED", "PATIENT", "PatientDirectory", "PatientRecord"]

PATIENT = "store.patient"
ERASED = "store.erased"


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """A patient as last written.

    Attributes
    ----------
    patient_id : str
        Random; says nothing about the person.
    facts : dict
        `name` and whatever else the clinic wrote (`born`, `number`, ...).
    """

    patient_id: str
    facts: dict[str, object]

    @property
    def name(self) -> str:
        """The name, or an empty text where none was written."""
        return str(self.facts.get("name", ""))


def _plain(text: str) -> str:
    """Fold case and accents, so that "Muller" finds "Müller"."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(c for c in apart if not unicodedata.combining(c)).casefold()


class PatientDirectory:
    """All patients in memory: ten thousand are a few MB, and no index holds a name.

    `refresh` reads only what was written since the last time, by anyone.
    """

    def __init__(self) -> None:
        self._seen_seq = 0
        self._patients: dict[str, PatientRecord] = {}
        self._searched: dict[str, str] = {}

    def refresh(self, connection: Connection, vault: Vault) -> None:
        """Take up the patients written, changed or erased since the last refresh."""
        fresh = read_entries(
            connection,
            vault,
            event.c.kind.in_((PATIENT, ERASED)),
            event.c.seq > self._seen_seq,
            skip_erased=True,
        )
        for entry in fresh:
            self._seen_seq = entry.seq
            if entry.kind == ERASED and entry.patient_id == CLINIC:
                gone = str(entry.body["patient_id"])
                self._patients.pop(gone, None)
                self._searched.pop(gone, None)
            else:
                known = self._patients.get(entry.patient_id)
                facts = {**(known.facts if known else {}), **entry.body}
                self._patients[entry.patient_id] = PatientRecord(
                    entry.patient_id, facts
                )
                self._searched[entry.patient_id] = _plain(
                    f"{facts.get('name', '')}\n{facts.get('number', '')}"
                )

    def find(self, fragment: str = "") -> tuple[PatientRecord, ...]:
        """Return the patients whose name or number holds every word of `fragment`.

        In the order of their names; case and accents do not matter.
        """
        words = _plain(fragment).split()
        found = (
            self._patients[patient_id]
            for patient_id, text in self._searched.items()
            if all(word in text for word in words)
        )
        return tuple(sorted(found, key=lambda one: self._searched[one.patient_id]))

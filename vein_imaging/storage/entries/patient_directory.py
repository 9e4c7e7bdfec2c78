"""The clinic's patients, folded from the ledger and found by a fragment of a name."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from sqlalchemy import Connection

from vein_imaging.domain.moments import date_from_text
from vein_imaging.storage.database.schema import event
from vein_imaging.storage.entries.canonical import Body
from vein_imaging.storage.entries.ledger import CLINIC, read_entries
from vein_imaging.storage.errors import InvalidBodyError
from vein_imaging.storage.files.keys import Vault

__all__ = [
    "ERASED",
    "PATIENT",
    "PatientDirectory",
    "PatientRecord",
    "checked_facts",
    "plain_letters",
]

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

    @property
    def born(self) -> str:
        """The birth date, or an empty text where none was written."""
        return str(self.facts.get("born", ""))

    @property
    def number(self) -> str:
        """The clinic's number, or an empty text where none was written."""
        return str(self.facts.get("number", ""))


def checked_facts(facts: Body) -> Body:
    """Return a patient's facts, or say which cannot be read back.

    Raises
    ------
    InvalidBodyError
        If `name` or `number` is no text, or `born` no date.
    """
    for key in ("name", "number", "born"):
        value = facts.get(key, "")
        if not isinstance(value, str):
            raise InvalidBodyError(f"{key}: got {value!r}, wanted text")
    if born := facts.get("born"):
        try:
            date_from_text(str(born), "born")
        except ValueError as error:
            raise InvalidBodyError(str(error)) from error
    return facts


# Letters that no decomposition takes apart, as people type them on a plain keyboard.
_PLAIN = str.maketrans(
    {
        **{"ł": "l", "ø": "o", "\u0131": "i", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t"},
        **{"þ": "th", "æ": "ae", "œ": "oe", "ŋ": "n"},
        # One name, typed with whichever apostrophe lay nearest, or with none.
        **dict.fromkeys("'\u2019\u2018\u201b\u02bc\u02bb\u2032"),
        **dict.fromkeys("\u0060\u00b4\uff07"),
    }
)
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})


def plain_letters(text: str) -> str:
    """Fold case, accents, apostrophes and what cannot be seen: "Muller" finds "Müller".

    Parameters
    ----------
    text : str

    Returns
    -------
    str
    """
    # Case first: a dotted capital I falls apart into a letter and a dot.
    apart = unicodedata.normalize("NFKD", text.translate(_PLAIN).casefold())
    seen = (c for c in apart if not unicodedata.combining(c))
    kept = (c for c in seen if unicodedata.category(c) != "Cf")
    return "".join(kept).translate(_PLAIN)


def _searched(facts: Body) -> str:
    parts = [str(facts.get(key, "")) for key in ("name", "number", "born")]
    composed = unicodedata.normalize("NFC", parts[0].casefold())
    written_out = plain_letters(composed.translate(_GERMAN))
    found_by = [plain_letters(part) for part in parts]
    if written_out != found_by[0]:
        found_by.append(written_out)
    return "\n".join(found_by)


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
                self._searched[entry.patient_id] = _searched(facts)

    def one(self, patient_id: str) -> PatientRecord:
        """Return a patient who is known to be there."""
        return self._patients[patient_id]

    def find(self, fragment: str = "") -> tuple[PatientRecord, ...]:
        """Return those whose name, number or birth date holds every word of `fragment`.

        In the order of their names; case, accents and apostrophes do not matter.
        """
        words = plain_letters(fragment).split()
        found = (
            self._patients[patient_id]
            for patient_id, text in self._searched.items()
            if all(word in text for word in words)
        )
        return tuple(sorted(found, key=lambda one: self._searched[one.patient_id]))

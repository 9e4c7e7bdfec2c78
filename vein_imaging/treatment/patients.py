"""The clinic's patients: added once each, found by however their name is typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from vein_imaging.domain.moments import date_from_text
from vein_imaging.storage import PatientRecord
from vein_imaging.storage.entries.patient_directory import plain_letters

__all__ = ["PERSONAL", "LooksLikeError", "checked_person", "lookalikes"]

PERSONAL = ("name", "number", "born", "sex", "phone", "email", "address")
"""What is kept of a person."""

_LONGEST_LIFE_YEARS = 130  # nobody has lived longer: a slip of the pen


class LooksLikeError(Exception):
    """There are patients of the same name, number or birth date.

    Parameters
    ----------
    others : tuple of (PatientRecord, what is the same)
    """

    def __init__(self, others: tuple[tuple[PatientRecord, str], ...]) -> None:
        super().__init__(
            "; ".join(
                f"{one.name or 'no name'}, born {one.born or 'not known'}"
                f" ({one.patient_id}) has the same {what}"
                for one, what in others
            )
        )
        self.others = others


def checked_person(facts: Mapping[str, str], today: date) -> dict[str, str]:
    """A person's facts, tidied; said clearly where one is wrong.

    Parameters
    ----------
    facts : mapping
        Of `PERSONAL`; empty text is left out.
    today : date

    Raises
    ------
    ValueError
        If a key is unknown, the name is empty, or the birth date is none, lies ahead
        or more than 130 years back.
    """
    for key in facts:
        if key not in PERSONAL:
            raise ValueError(f"{key}: got an unknown key, wanted {', '.join(PERSONAL)}")
    kept = {key: " ".join(text.split()) for key, text in facts.items() if text.strip()}
    if "name" in facts and not any(c.isalnum() for c in facts["name"]):
        raise ValueError(f"name: got {facts['name']!r}, wanted the patient's name")
    if "born" in kept:
        born = date_from_text(kept["born"], "born")
        if not 0 <= today.year - born.year <= _LONGEST_LIFE_YEARS or born > today:
            raise ValueError(f"born: got {born}, wanted a date of birth before today")
    return kept


def lookalikes(
    facts: Mapping[str, str], known: Iterable[PatientRecord]
) -> tuple[tuple[PatientRecord, str], ...]:
    """Patients who share a name, a number or a birth date, and which of them.

    Parameters
    ----------
    facts : mapping
    known : iterable of PatientRecord
    """

    def folded(text: object) -> str:
        return " ".join(sorted(plain_letters(str(text)).replace(",", " ").split()))

    found = []
    for one in known:
        same = [
            said
            for key, said in (
                ("number", "number"),
                ("name", "name"),
                ("born", "birth date"),
            )
            if facts.get(key) and folded(facts[key]) == folded(one.facts.get(key, ""))
        ]
        if same:
            found.append((one, " and ".join(same)))
    return tuple(found)

"""What cannot be read back is refused; what a newer release wrote is left alone."""

from __future__ import annotations

from typing import Any

import pytest

from vein_imaging.storage import Entry
from vein_imaging.storage.entries.ledger import Draft, append_entry
from vein_imaging.storage.errors import InvalidBodyError
from vein_imaging.storage.people.roles import Action
from vein_imaging.treatment import Given, RecordError
from vein_imaging.treatment.typed_injection import EntryText

SMALL = EntryText("asclera", "0.5", "liquid", "", "0.1", batch="L1")


def put(clinic: Any, visit: Any, kind: str, body: dict[str, object]) -> None:
    """Write as release 0.1.0 or a newer one would, without reading it first."""
    with clinic.sign_in("olga") as owner:
        store = owner.allowed_store(Action.VERIFY)
        draft = Draft(
            Entry(kind, body),
            clinic.now,
            "anna",
            visit.head.patient_id,
            visit.head.session_id,
        )
        with store.writing() as connection:
            append_entry(connection, store.vault, draft)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("injected", {"junk": 1}),
        ("annotated", {"entry_id": "n", "text": ""}),
        ("screened", {"entry_id": "s", "screening": {"answers": [["nonsense", "no"]]}}),
        ("of no release", {"entry_id": "x"}),
        ("injected", {"entry_id": "i", "limits_version": "v", "injection": {}}),
    ],
)
def test_a_malformed_entry_is_refused(
    clinic: Any, kind: str, body: dict[str, object]
) -> None:
    visit = clinic.visit()
    with pytest.raises(InvalidBodyError, match="could not be read back"):
        visit._signed_in.append(visit.head.session_id, Entry(kind, body))
    with clinic.sign_in("olga") as owner:
        store = owner.allowed_store(Action.VERIFY)
        with pytest.raises(InvalidBodyError):
            store.append(
                visit.head.session_id, Entry(kind, body), author="x", at=clinic.now
            )


@pytest.mark.parametrize("facts", [{"name": 5}, {"born": "yesterday"}, {"number": []}])
def test_a_malformed_patient_is_refused(clinic: Any, facts: dict[str, object]) -> None:
    with pytest.raises(InvalidBodyError):
        clinic.sign_in("anna").add_patient(facts)


def test_junk_that_an_earlier_release_took_locks_nobody_out(clinic: Any) -> None:
    visit = clinic.visit()
    put(clinic, visit, "injected", {"junk": 1})
    again = clinic.work().reopen(visit.head.session_id)
    (warning,) = again.warnings
    assert "cannot be read and is not counted" in warning
    assert isinstance(again.log.record(SMALL), Given)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("laser", {"entry_id": "l", "joules": "3"}),
        ("annotated", {"entry_id": "n", "text": "x", "language": "fr"}),
    ],
)
def test_what_a_newer_release_wrote_opens_to_be_read_only_with_a_warning(
    clinic: Any, kind: str, body: dict[str, object]
) -> None:
    visit = clinic.visit()
    visit.log.record(SMALL)
    put(clinic, visit, kind, body)
    again = clinic.work().reopen(visit.head.session_id)
    (warning,) = again.warnings
    assert "newer release" in warning
    assert len(again.session.entries) == 1
    with pytest.raises(RecordError, match="newer release"):
        again.log.record(SMALL)
    with pytest.raises(RecordError, match="newer release"):
        again.note("x")

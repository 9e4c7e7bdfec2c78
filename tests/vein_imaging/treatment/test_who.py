"""The author is who signed in; rights are asked at every write and every read."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from vein_imaging.storage.errors import LockedError, NotAllowedError
from vein_imaging.treatment import AtWork, Given, RecordError, Visit
from vein_imaging.treatment.photographs import Circumstances
from vein_imaging.treatment.typed_injection import EntryText

SMALL = EntryText("asclera", "0.5", "liquid", "", "0.1", batch="L1")
HOW = Circumstances("white", "standing", "left")


def test_the_author_is_who_signed_in(clinic: Any) -> None:
    visit = clinic.visit("anna")
    visit.log.record(SMALL)
    assert {one.author for one in visit.record.history.events} == {"anna"}


def test_nothing_of_the_floor_takes_an_author() -> None:
    for owner in (AtWork, Visit):
        for name, method in inspect.getmembers(owner, inspect.isfunction):
            given = inspect.signature(method).parameters
            assert "author" not in given, f"{owner.__name__}.{name}"


def test_a_removed_users_open_window_records_nothing(clinic: Any) -> None:
    visit = clinic.visit("bert")
    assert isinstance(visit.log.record(SMALL), Given)
    clinic.remove("bert")
    with pytest.raises(RecordError, match="no user any more"):
        visit.log.record(SMALL)
    assert visit._signed_in.locked
    again = clinic.work("anna").reopen(visit.head.session_id)
    assert len(again.session.entries) == 1


def test_a_removed_users_open_window_reads_nothing(clinic: Any) -> None:
    visit = clinic.visit("bert")
    clinic.remove("bert")
    with pytest.raises(LockedError, match="no user any more"):
        visit.record.read()


def test_one_removed_between_the_click_and_the_write_writes_nothing(
    clinic: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rights are asked inside the transaction, not before it."""
    visit = clinic.visit("bert")
    before = len(visit.record.history.events)
    from vein_imaging.storage.people import signed_in

    real = signed_in.SignedInStore._may_write

    def then_removed(self: Any, kind: str) -> Any:
        allowed = real(self, kind)
        clinic.remove("bert")
        return allowed

    monkeypatch.setattr(signed_in.SignedInStore, "_may_write", then_removed)
    with pytest.raises(RecordError, match="no user any more"):
        visit.log.record(SMALL)
    monkeypatch.undo()
    again = clinic.work("anna").reopen(visit.head.session_id)
    assert len(again.record.history.events) == before


def test_an_assistant_opens_a_visit_and_does_what_assistants_may(clinic: Any) -> None:
    session_id = clinic.visit("anna").head.session_id
    visit = clinic.work("ben").reopen(session_id)
    import numpy as np

    visit.photographs.take(np.zeros((4, 4), np.uint8), HOW, None)
    visit.note("hosiery measured")
    assert isinstance(visit.log.plan(SMALL), Given)
    with pytest.raises(RecordError, match=r"ben \(assistant\) may not: record"):
        visit.log.record(SMALL)
    with pytest.raises(NotAllowedError, match="may not: sign"):
        visit.sign("four unrelated words")
    with clinic.sign_in("olga") as owner:
        denied = [e.body["action"] for e in owner.log() if e.kind == "store.denied"]
    assert denied == ["record", "sign"]


def test_an_auditor_reads_and_writes_nothing(clinic: Any) -> None:
    session_id = clinic.visit("anna").head.session_id
    visit = clinic.work("carl").reopen(session_id)
    assert visit.log.check(SMALL) is not None
    refused = pytest.raises(RecordError, match=r"carl \(auditor\) may not")
    with refused:
        visit.note("x")
    with refused:
        visit.log.plan(SMALL)
    with refused:
        visit.log.record(SMALL)


def test_what_the_window_reads_is_logged(clinic: Any) -> None:
    made = clinic.visit("anna")
    clinic.work("carl").reopen(made.head.session_id)
    with clinic.sign_in("olga") as owner:
        reads = [
            e.body["what"]
            for e in owner.log()
            if e.kind == "store.read" and e.author == "carl"
        ]
    assert "record" in reads

"""Written, not recorded, or not known yet; and never twice."""

from __future__ import annotations

from typing import Any

import pytest

from vein_imaging.storage.errors import StoreDamagedError, StoreUnreachableError
from vein_imaging.storage.people import signed_in
from vein_imaging.treatment import Given, NotKnownYetError, RecordError
from vein_imaging.treatment.typed_injection import EntryText

SMALL = EntryText("asclera", "0.5", "liquid", "", "0.1", batch="L1")


def test_the_same_entry_tried_again_is_written_once(clinic: Any) -> None:
    visit = clinic.visit()
    first = visit.log.record(SMALL, entry_id="mine")
    clinic.pass_time(seconds=30)
    again = visit.log.record(SMALL, entry_id="mine")
    assert isinstance(first, Given) and isinstance(again, Given)
    assert again.recorded.repeated and again.recorded.entry == first.recorded.entry
    assert len(visit.session.entries) == 1


def test_an_id_that_stands_for_something_else_is_refused(clinic: Any) -> None:
    visit = clinic.visit()
    visit.log.record(SMALL, entry_id="mine")
    other = EntryText("asclera", "0.5", "liquid", "", "0.3", batch="L1")
    with pytest.raises(RecordError, match="stands for another entry"):
        visit.log.record(other, entry_id="mine")
    with pytest.raises(RecordError, match="stands for another entry"):
        visit.note("x", entry_id="mine")
    assert len(visit.session.entries) == 1


def test_patients_and_sessions_are_made_once_as_well(clinic: Any) -> None:
    work = clinic.work()
    made = work.add_patient({"name": "Anna Probe"}, entry_id="p")
    assert work.add_patient({"name": "Anna Probe"}, entry_id="p") == made
    first = work.start_session(made.patient_id, entry_id="s")
    again = work.start_session(made.patient_id, entry_id="s")
    assert again.head == first.head
    assert len(work.sessions(made.patient_id)) == 1


def breaking_off(monkeypatch: pytest.MonkeyPatch, *, after: bool) -> None:
    """Let the connection break before the entry is written, or after its commit."""
    real = signed_in.SignedInStore.check_and_append

    def broken(self: Any, *args: Any, **kwargs: Any) -> None:
        if after:
            real(self, *args, **kwargs)
        raise StoreUnreachableError("the server went away")

    monkeypatch.setattr(signed_in.SignedInStore, "check_and_append", broken)


def test_what_was_committed_before_the_answer_was_lost_is_told_as_recorded(
    clinic: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It said NOTHING WAS RECORDED, and the second click doubled the dose."""
    visit = clinic.visit()
    with monkeypatch.context() as patch:
        breaking_off(patch, after=True)
        given = visit.log.record(SMALL)
    assert isinstance(given, Given) and given.recorded.repeated
    assert len(visit.session.entries) == 1


def test_what_was_never_written_is_told_so_after_it_was_looked_for(
    clinic: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = clinic.visit()
    with monkeypatch.context() as patch:
        breaking_off(patch, after=False)
        with pytest.raises(RecordError, match="went away") as told:
            visit.log.record(SMALL)
    assert not isinstance(told.value, NotKnownYetError)
    assert visit.session.entries == ()
    with clinic.sign_in("olga") as owner:
        (settled,) = [e for e in owner.log() if e.kind == "store.settled"]
    assert settled.body["found"] is False


def test_while_nothing_answers_it_is_not_known_yet_and_then_found_out(
    clinic: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object, **__: object) -> None:
        raise StoreUnreachableError("the server does not answer")

    visit = clinic.visit()
    with monkeypatch.context() as patch:
        breaking_off(patch, after=True)
        patch.setattr(signed_in, "settle_entry", silent)
        with pytest.raises(NotKnownYetError, match="NOT KNOWN YET") as unknown:
            visit.log.record(SMALL)
    again = visit.log.record(SMALL, entry_id=unknown.value.entry_id)
    assert isinstance(again, Given) and again.recorded.repeated
    assert len(visit.session.entries) == 1


def test_a_failed_flush_is_settled_before_anything_is_said(
    clinic: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit fails; what it left in the log must not come back to life later."""
    visit = clinic.visit()
    from sqlalchemy.engine import Connection

    real = Connection._commit_impl
    failed: list[bool] = []

    def fails_once(self: Any) -> None:
        if not failed:
            failed.append(True)
            raise StoreDamagedError("disk i/o error")
        real(self)

    monkeypatch.setattr(Connection, "_commit_impl", fails_once)
    with pytest.raises(RecordError, match="disk i/o error") as told:
        visit.log.record(SMALL)
    assert failed and not isinstance(told.value, NotKnownYetError)
    assert visit.session.entries == ()
    assert clinic.work("bert").reopen(visit.head.session_id).session.entries == ()


def test_no_message_of_the_database_says_what_is_not_known_there() -> None:
    from vein_imaging.storage import errors

    meanings = [*errors._SQLITE.values(), *errors._POSTGRESQL.values()]
    assert not [text for _, text in meanings if "othing was written" in text]


def test_what_is_stored_is_no_failure_where_it_cannot_be_read_again(
    clinic: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signature was called failed when the server went away just after it."""

    def silent(*_: object, **__: object) -> None:
        raise StoreUnreachableError("the server does not answer")

    visit = clinic.visit()
    visit.log.record(SMALL)
    with monkeypatch.context() as patch:
        patch.setattr(signed_in.SignedInStore, "history", silent)
        visit.sign("four unrelated words")
    assert visit.session.is_signed
    with monkeypatch.context() as patch:
        breaking_off(patch, after=True)
        patch.setattr(signed_in.SignedInStore, "history", silent)
        visit.note("late", reason="forgotten")
    assert len(visit.session.amendments) == 1

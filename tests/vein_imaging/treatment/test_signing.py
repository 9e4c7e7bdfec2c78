"""A signature is made by its signer, with the password, over exactly what stands."""

from __future__ import annotations

from typing import Any

import pytest

from vein_imaging.domain.session import Signed
from vein_imaging.storage.errors import (
    NotAllowedError,
    StoreError,
    WrongPasswordError,
)
from vein_imaging.storage.people.roles import Action
from vein_imaging.storage.upkeep.verify import verify_store
from vein_imaging.treatment import Given, Needs, RecordError
from vein_imaging.treatment.typed_injection import EntryText

PASSWORD = "four unrelated words"
SMALL = EntryText("asclera", "0.5", "liquid", "", "0.1", batch="L1")


def problems(clinic: Any) -> list[str]:
    with clinic.sign_in("olga") as owner:
        seen = verify_store(owner.allowed_store(Action.VERIFY))
    return [str(one) for one in seen.problems]


def test_a_signature_needs_the_signers_own_password_and_has_a_meaning(
    clinic: Any,
) -> None:
    visit = clinic.visit()
    visit.log.record(SMALL)
    so_far = len(visit.record.history.events)
    with pytest.raises(WrongPasswordError):
        visit.sign("not the password")
    assert not visit.session.is_signed
    visit.sign(PASSWORD, meaning="reviewed")
    (signed,) = visit.session.signatures
    assert (signed.signer, signed.meaning) == ("anna", "reviewed")
    assert signed.entries == so_far
    assert problems(clinic) == []


def test_a_signature_made_otherwise_is_refused(clinic: Any) -> None:
    visit = clinic.visit()
    forged = Signed(entry_id="s", signer="anna", at=clinic.now)
    with pytest.raises(WrongPasswordError, match="use `sign`"):
        visit._signed_in.append(visit.head.session_id, forged)
    with clinic.sign_in("olga") as owner:
        store = owner.allowed_store(Action.VERIFY)
        with pytest.raises(NotAllowedError, match="made by `sign`"):
            store.append(visit.head.session_id, forged, author="anna", at=clinic.now)


def test_verify_names_a_signature_that_was_put_in_otherwise(
    clinic: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = clinic.visit()
    forged = Signed(entry_id="s", signer="anna", at=clinic.now)
    with clinic.sign_in("olga") as owner:
        store = owner.allowed_store(Action.VERIFY)
        with store.writing() as connection:
            store.append_in(
                connection,
                visit.head.session_id,
                forged,
                "anna",
                clinic.now,
                signing=True,
            )
    (problem,) = problems(clinic)
    assert "a signature that was not made with a password" in problem


def test_verify_names_a_signature_over_other_entries(clinic: Any) -> None:
    visit = clinic.visit()
    visit.log.record(SMALL)
    from vein_imaging.storage.people import signing

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signing, "digest_of", lambda hashes: "00" * 32)
        visit.sign(PASSWORD)
    (problem,) = problems(clinic)
    assert "over other entries" in problem


def test_an_empty_session_is_not_signed(clinic: Any) -> None:
    signed_in = clinic.sign_in("anna")
    session_id = signed_in.start_session(signed_in.add_patient({"name": "N"}))
    with pytest.raises(StoreError, match="nothing to sign"):
        signed_in.sign(session_id, PASSWORD)


def test_a_change_after_it_asks_and_becomes_an_amendment(clinic: Any) -> None:
    visit = clinic.visit()
    visit.log.record(SMALL)
    visit.sign(PASSWORD)
    answer = visit.log.record(SMALL)
    assert isinstance(answer, Needs) and answer.signed
    with pytest.raises(RecordError, match="signed"):
        visit.note("forgotten")
    assert isinstance(visit.log.record(SMALL, reason="forgotten"), Given)
    assert visit.record.history.events[-1].kind == "amended"
    assert len(visit.session.entries) == 2
    assert visit.session.irregularities == ()
    assert problems(clinic) == []


def test_one_who_did_not_know_that_it_was_signed_is_asked_all_the_same(
    clinic: Any,
) -> None:
    mine = clinic.visit("anna")
    other = clinic.work("bert").reopen(mine.head.session_id)
    mine.log.record(SMALL)
    mine.sign(PASSWORD)
    answer = other.log.record(SMALL)
    assert isinstance(answer, Needs) and answer.signed
    assert other.session.is_signed


def test_only_the_signer_voids_a_signature(clinic: Any) -> None:
    visit = clinic.visit("anna")
    visit.sign(PASSWORD)
    signature = visit.session.signatures[0].entry_id
    other = clinic.work("bert").reopen(visit.head.session_id)
    with pytest.raises(RecordError, match="may not void the signature of anna"):
        other.log.void(signature, "I did it")
    visit.log.void(signature, "signed too early")
    assert not visit.session.is_signed
    assert problems(clinic) == []


def test_signing_twice_with_one_id_signs_once(clinic: Any) -> None:
    visit = clinic.visit()
    first = visit.sign(PASSWORD, entry_id="mine")
    assert visit.sign(PASSWORD, entry_id="mine") == first
    assert len(visit.session.signatures) == 1

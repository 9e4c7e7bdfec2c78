"""Who signs in from the window, who has no place there, and in what words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vein_imaging.storage.errors import (
    NotAllowedError,
    StoreError,
    WrongPasswordError,
)
from vein_imaging.storage.people import clinic as clinic_module
from vein_imaging.storage.people.roles import Role
from vein_imaging.treatment import Action, AtWork, sign_in_to_work, why_no_store
from vein_imaging.treatment.rights import why_not

PASSWORD = "four unrelated words"


def signed_in(clinic: Any, name: str) -> AtWork:
    return sign_in_to_work(clinic.folder, name, PASSWORD, clocks=clinic.clocks)


@pytest.mark.parametrize("name", ["anna", "ben"])
def test_clinicians_and_assistants_sign_in(clinic: Any, name: str) -> None:
    work = signed_in(clinic, name)
    assert work.name == name
    work.leave()
    assert work.locked


def test_an_auditor_is_sent_to_the_command_line(clinic: Any) -> None:
    with pytest.raises(NotAllowedError, match="carl is auditor: the record is read"):
        signed_in(clinic, "carl")


def test_an_owner_is_told_that_no_patients_are_seen_here(clinic: Any) -> None:
    with pytest.raises(NotAllowedError, match="olga is owner and sees no patients"):
        signed_in(clinic, "olga")


def test_a_wrong_password_is_said_in_plain_words(clinic: Any) -> None:
    with pytest.raises(WrongPasswordError, match="User and password do not fit"):
        sign_in_to_work(clinic.folder, "anna", "wrong", clocks=clinic.clocks)


def test_a_zone_that_is_not_known_here_is_a_sentence_and_nothing_stays_open(
    clinic: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a newer release wrote it, or a computer lacks the zone's file."""

    def unknown(text: str) -> None:
        raise ValueError(f"timezone: got {text!r}, wanted an IANA name")

    monkeypatch.setattr(clinic_module, "zone_from_text", unknown)
    with pytest.raises(StoreError, match="cannot be used here: timezone") as told:
        signed_in(clinic, "anna")
    assert "store clinic REGION TIMEZONE" in str(told.value)
    monkeypatch.undo()
    with clinic.sign_in("olga") as owner:
        newest = [e for e in owner.log() if e.author == "anna"][-1]
    assert newest.kind == "store.logout"


def test_a_folder_that_is_no_store_is_said(clinic: Any, tmp_path: Path) -> None:
    assert why_no_store(clinic.folder) == ""
    assert "holds no store" in why_no_store(tmp_path / "elsewhere")


def test_what_an_assistant_may_not_is_said_in_words(clinic: Any) -> None:
    work = signed_in(clinic, "ben")
    assert work.why_not(Action.PREPARE) == ""
    assert work.why_not(Action.RECORD) == (
        "Injections and findings are recorded by a clinician; ben is assistant"
    )
    visit = work.reopen(clinic.visit().head.session_id)
    assert "signed by a clinician" in visit.why_not(Action.SIGN)
    work.leave()


def test_asking_why_not_is_no_refusal_in_the_log(clinic: Any) -> None:
    work = signed_in(clinic, "ben")
    work.why_not(Action.RECORD)
    work.leave()
    with clinic.sign_in("olga") as owner:
        assert "store.denied" not in {e.kind for e in owner.log()}


def test_every_action_that_a_role_lacks_has_words() -> None:
    for role in Role:
        for action in Action:
            said = why_not("ben", frozenset({role}), action)
            assert said == "" or said.endswith(f"ben is {role}")

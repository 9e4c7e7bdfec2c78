"""Guessing is slow; nobody is kept from work by it."""

from __future__ import annotations

import errno
import json
import threading
from datetime import UTC, datetime, timedelta

import pytest

from vein_imaging.domain.session import Annotated
from vein_imaging.storage.errors import (
    NotAllowedError,
    TooManyAttemptsError,
    WrongPasswordError,
)
from vein_imaging.storage.files.layout import find_store
from vein_imaging.storage.people.administration import (
    lift_wait,
    recover,
    switch_off_totp,
    switch_on_totp,
)
from vein_imaging.storage.people.attempts import Attempts
from vein_imaging.storage.people.passwords import checked_password, opening_key
from vein_imaging.storage.people.roles import Role
from vein_imaging.storage.people.sign_in import unlocked_key

from .conftest import ANTON, NOON, OLGA, Clinic

CARLA = "granite lantern oboe"


def attempts(clinic: Clinic, place: str = "here", boot: str = "one") -> Attempts:
    layout = find_store(clinic.folder)
    return Attempts(layout, clinic.clocks, place=lambda: place, boot=lambda: boot)


def fail(clinic: Clinic, times: int, name: str = "olga") -> None:
    for _ in range(times):
        with pytest.raises(WrongPasswordError):
            clinic.sign_in(name, "wrong")


def test_nobody_waits_longer_than_two_minutes(clinic: Clinic) -> None:
    for _ in range(30):
        fail(clinic, 1)
        clinic.pass_s(121)
    clinic.olga().lock()
    for _ in range(12):
        fail(clinic, 1)
        clinic.pass_s(119)
    with pytest.raises(TooManyAttemptsError, match="in 1 s"):
        clinic.olga()
    clinic.pass_s(1)
    clinic.olga().lock()


def test_one_wrong_try_every_quarter_of_an_hour_keeps_nobody_out(
    clinic: Clinic,
) -> None:
    for _ in range(32):  # eight hours
        fail(clinic, 1)
        clinic.pass_s(15 * 60)
        clinic.olga().lock()


def test_guesses_at_another_computer_make_nobody_wait_here(clinic: Clinic) -> None:
    there = attempts(clinic, "another computer")
    for _ in range(3):
        there.begin("olga")
    with pytest.raises(TooManyAttemptsError):
        there.begin("olga")
    clinic.olga().lock()


def test_guesses_at_sign_in_keep_nobody_from_signing_in_an_open_session(
    clinic: Clinic,
) -> None:
    clinic.add("carla", CARLA, Role.CLINICIAN)
    with clinic.sign_in("carla", CARLA) as carla:
        session_id = carla.start_session(carla.add_patient({"name": "Probe"}))
        carla.append(session_id, Annotated(entry_id="n", text="x"))
        for _ in range(3):
            with pytest.raises(WrongPasswordError):
                clinic.sign_in("carla", "wrong")
        with pytest.raises(TooManyAttemptsError):
            clinic.sign_in("carla", CARLA)
        carla.sign(session_id, CARLA)


def test_a_clock_that_was_ahead_makes_nobody_wait_until_its_date(
    clinic: Clinic,
) -> None:
    here = attempts(clinic)
    clinic.now += timedelta(days=400)
    for _ in range(3):
        here.begin("olga")
    clinic.now = NOON
    started_anew = attempts(clinic, boot="two")
    with pytest.raises(TooManyAttemptsError, match="in 1 s"):
        started_anew.begin("olga")
    clinic.pass_s(1)
    started_anew.begin("olga")


def test_a_clock_set_ahead_does_not_shorten_the_wait(clinic: Clinic) -> None:
    here = attempts(clinic)
    for _ in range(3):
        here.begin("olga")
    clinic.now += timedelta(days=1)
    with pytest.raises(TooManyAttemptsError):
        here.begin("olga")


def test_yesterdays_mistakes_do_not_count(clinic: Clinic) -> None:
    fail(clinic, 3)
    clinic.pass_s(24 * 3600)
    fail(clinic, 3)
    with pytest.raises(TooManyAttemptsError, match="in 1 s"):
        clinic.olga()


def test_an_owner_lifts_the_wait_and_the_log_says_so(clinic: Clinic) -> None:
    fail(clinic, 3, "anton")
    with pytest.raises(TooManyAttemptsError):
        clinic.anton()
    with clinic.olga() as olga:
        lift_wait(olga, "anton")
        assert [e.body for e in olga.log() if e.kind == "store.lifted"] == [
            {"name": "anton"}
        ]
    with clinic.anton() as anton, pytest.raises(NotAllowedError):
        lift_wait(anton, "olga")


def test_the_recovery_key_lifts_the_wait(clinic: Clinic) -> None:
    fail(clinic, 3)
    recover(clinic.folder, clinic.recovery_key, "olga", CARLA, at=NOON)
    clinic.sign_in("olga", CARLA).lock()


def test_twelve_tries_at_once_count_twelve(clinic: Clinic) -> None:
    layout, outcomes = find_store(clinic.folder), list[str]()
    start = threading.Barrier(12)

    def guess() -> None:
        start.wait(timeout=30)
        try:
            unlocked_key(layout, "olga", "wrong", clinic.clocks)
        except WrongPasswordError as refused:
            outcomes.append(type(refused).__name__)

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes) == 9 * ["TooManyAttemptsError"] + 3 * ["WrongPasswordError"]
    clinic.pass_s(1)
    with clinic.olga() as olga:
        (told,) = [e for e in olga.log() if e.kind == "store.failed_logins"]
    (failures,) = told.body["failures"].values()  # type: ignore[attr-defined]
    assert len(failures) == 12


def test_a_wrong_code_counts_like_a_wrong_password(clinic: Clinic) -> None:
    with clinic.olga() as olga:
        switch_on_totp(olga, OLGA)
    for _ in range(3):
        with pytest.raises(WrongPasswordError):
            clinic.sign_in("olga", OLGA, "000000")
    with pytest.raises(TooManyAttemptsError):
        clinic.sign_in("olga", OLGA, "000000")


def test_anybody_switches_off_their_own_second_factor_by_password(
    clinic: Clinic,
) -> None:
    import pyotp

    with clinic.anton() as anton:
        uri = switch_on_totp(anton, ANTON)
        totp = pyotp.parse_uri(uri)
    assert isinstance(totp, pyotp.TOTP)
    clinic.pass_s(60)
    with clinic.sign_in("anton", ANTON, totp.at(clinic.now)) as anton:
        with pytest.raises(WrongPasswordError):
            switch_off_totp(anton, "anton", password="wrong")
        with pytest.raises(NotAllowedError):
            switch_off_totp(anton, "olga")
        switch_off_totp(anton, "anton", password=ANTON)
    clinic.anton().lock()


def test_the_list_of_release_0_1_0_is_read_and_told(clinic: Clinic) -> None:
    hashed = attempts(clinic).hashed("olga")
    at = datetime(2026, 11, 25, 11, tzinfo=UTC).isoformat()
    old = {hashed: [[at], [at, at]]}
    (clinic.folder / "attempts.json").write_text(json.dumps(old))
    with clinic.olga() as olga:
        (told,) = [e for e in olga.log() if e.kind == "store.failed_logins"]
    assert told.body["failures"] == {hashed: [at, at]}


@pytest.mark.parametrize(
    "common",
    [
        "passwordpassword",
        "123456789012345",
        "qwertyuiopasdfgh",
        "aaaaaaaaaaaaaaaa",
        "iloveyouiloveyou",
        "password12345678",
        "letmeinletmein1",
        "Password1Password1",
        "vein-imaging2026",
    ],
)
def test_a_password_that_is_tried_first_is_refused(common: str) -> None:
    with pytest.raises(ValueError, match="tried first"):
        checked_password("anna", common)


@pytest.mark.parametrize(
    "good", [OLGA, ANTON, CARLA, "x" * 20 + " harpsichord quarry elm " + "y" * 80]
)
def test_unrelated_words_are_a_good_password(good: str) -> None:
    assert checked_password("anna", good) == good


def test_two_threads_derive_a_key_at_once() -> None:
    keys = list[bytes]()

    def derive() -> None:
        keys.extend(opening_key("word", "00" * 16, 1024, 2, 4) for _ in range(20))

    threads = [threading.Thread(target=derive, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive(), "two Argon2id calls wait for each other"
    assert len(set(keys)) == 1


def test_a_disk_that_cannot_be_written_still_gives_the_key_to_the_right_password(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("vein_imaging.storage.people.attempts.write_durably", refuse)
    layout = find_store(clinic.folder)
    assert len(unlocked_key(layout, "olga", OLGA, clinic.clocks)) == 32
    monkeypatch.setattr("filelock.FileLock._acquire", refuse)
    assert len(unlocked_key(layout, "olga", OLGA, clinic.clocks)) == 32
    with pytest.raises(WrongPasswordError):
        unlocked_key(layout, "olga", "wrong", clinic.clocks)

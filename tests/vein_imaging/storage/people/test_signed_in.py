from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest

from vein_imaging.domain.injection import injection_from_json
from vein_imaging.domain.quantity import Weight
from vein_imaging.domain.screening import Screening
from vein_imaging.domain.session import (
    Amended,
    Annotated,
    Corrected,
    Injected,
    Photographed,
    Planned,
    Screened,
    Signed,
    Voided,
    Weighed,
)
from vein_imaging.storage import PatientHistory, StoreError, open_store
from vein_imaging.storage.errors import (
    LockedError,
    NoSuchStoreError,
    NotAllowedError,
    TooManyAttemptsError,
    WrongPasswordError,
)
from vein_imaging.storage.people.administration import (
    add_user,
    all_users,
    change_data_key,
    change_password,
    change_roles,
    recover,
    remove_user,
    reset_password,
    set_up,
    switch_off_totp,
    switch_on_totp,
)
from vein_imaging.storage.people.clinic import ClinicSettings
from vein_imaging.storage.people.roles import ROLES, Action, Role
from vein_imaging.storage.people.signed_in import Clocks, SignedInStore, sign_in

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
OLGA = "correct horse battery"
ANNA = "four unrelated words"

PNG = b"\x89PNG\r\n\x1a\n"
SHOT = injection_from_json(
    {
        "at": NOON.isoformat(),
        "product": "asclera",
        "concentration_percent": "0.5",
        "form": "liquid",
        "volume_ml": "0.1",
    }
)


def note() -> Annotated:
    return Annotated(entry_id=uuid.uuid4().hex, text="x")


def injected() -> Injected:
    return Injected(entry_id=uuid.uuid4().hex, injection=SHOT, limits_version="v")


def photographed(sha256: str) -> Photographed:
    return Photographed(
        entry_id=sha256, image_id=sha256, at=NOON, light="white", pose="standing"
    )


@dataclass
class Time:
    """Both clocks, moved by hand."""

    now: datetime = NOON
    idle_s: float = 0.0
    clocks: Clocks = field(init=False)

    def __post_init__(self) -> None:
        self.clocks = Clocks(lambda: self.now, lambda: self.idle_s)

    def pass_s(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.idle_s += seconds


@dataclass
class Practice:
    folder: Path
    time: Time
    recovery_key: str

    def sign_in(self, name: str, password: str, code: str = "") -> SignedInStore:
        return sign_in(self.folder, name, password, code=code, clocks=self.time.clocks)

    def olga(self) -> SignedInStore:
        return self.sign_in("olga", OLGA)


@pytest.fixture
def practice(folder: Path) -> Practice:
    time = Time()
    done = set_up(folder, "olga", OLGA, at=time.now)
    return Practice(folder, time, done.recovery_key)


@pytest.fixture
def with_anna(practice: Practice) -> Practice:
    with practice.olga() as clinic:
        add_user(clinic, "anna", ANNA, [Role.CLINICIAN], at=NOON)
    return practice


@pytest.fixture
def anna(with_anna: Practice) -> Iterator[SignedInStore]:
    with with_anna.sign_in("anna", ANNA) as clinic:
        yield clinic


def kinds(clinic: SignedInStore) -> list[str]:
    return [entry.kind.removeprefix("store.") for entry in clinic.log()]


def test_every_entry_carries_who_wrote_it(anna: SignedInStore) -> None:
    patient_id = anna.add_patient({"name": "Probe"})
    session_id = anna.start_session(patient_id)
    assert anna.append(session_id, note()).author == "anna"


@pytest.mark.parametrize(
    ("name", "password"),
    [("olga", "wrong"), ("nobody", OLGA), ("recovery key", ""), ("", ""), ("olga", "")],
)
def test_who_does_not_fit_is_refused_in_the_same_words(
    practice: Practice, name: str, password: str
) -> None:
    with pytest.raises(WrongPasswordError) as refused:
        practice.sign_in(name, password)
    assert str(refused.value) == "User and password do not fit"


def test_an_unknown_user_costs_the_same_derivation(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vein_imaging.storage.people import key_slots, passwords

    costs: list[tuple[int, int, int]] = []

    def counted(password: str, salt: str, *cost: int) -> bytes:
        costs.append(cost)  # type: ignore[arg-type]
        return passwords.opening_key(password, salt, *cost)

    monkeypatch.setattr(key_slots, "opening_key", counted)
    for name in ("olga", "nobody"):
        with pytest.raises(WrongPasswordError):
            practice.sign_in(name, "wrong")
    assert len(costs) == 2
    assert costs[0] == costs[1]


@pytest.mark.parametrize("name", ["olga", "nobody"])
def test_wrong_passwords_slow_down_alike_for_users_and_others(
    practice: Practice, name: str
) -> None:
    waits: list[float] = []
    for _ in range(10):
        with pytest.raises(WrongPasswordError) as refused:
            practice.sign_in(name, "wrong")
        waited = 0.0
        while isinstance(refused.value, TooManyAttemptsError):
            practice.time.pass_s(1)
            waited += 1
            with pytest.raises(WrongPasswordError) as refused:
                practice.sign_in(name, "wrong")
        waits.append(waited)
    assert waits == [0, 0, 0, 1, 2, 4, 8, 16, 32, 64]


def test_the_right_password_waits_too_and_a_clock_set_back_does_not_help(
    practice: Practice,
) -> None:
    for _ in range(3):
        with pytest.raises(WrongPasswordError):
            practice.sign_in("olga", "wrong")
    with pytest.raises(TooManyAttemptsError, match="in 1 s"):
        practice.olga()
    practice.time.now -= timedelta(days=365)
    with pytest.raises(TooManyAttemptsError):
        practice.olga()
    practice.time.pass_s(1)
    practice.olga().lock()


def test_failures_are_told_in_the_log_at_the_next_sign_in(practice: Practice) -> None:
    for name in ("olga", "nobody"):
        with pytest.raises(WrongPasswordError):
            practice.sign_in(name, "wrong")
    with practice.olga() as clinic:
        (told,) = [e for e in clinic.log() if e.kind == "store.failed_logins"]
    failures = told.body["failures"]
    assert isinstance(failures, dict)
    assert sorted(len(times) for times in failures.values()) == [1, 1]
    assert told.body["of_this_user"] in failures
    with practice.olga() as clinic:
        assert kinds(clinic).count("failed_logins") == 1


def test_an_idle_desk_locks_and_forgets(
    anna: SignedInStore, with_anna: Practice
) -> None:
    patient_id = anna.add_patient({"name": "Probe"})
    with_anna.time.pass_s(599)
    anna.touch()
    with_anna.time.pass_s(599)
    assert not anna.locked
    with_anna.time.pass_s(1)
    assert anna.locked
    for action in (
        lambda: anna.patients(),
        lambda: anna.start_session(patient_id),
        lambda: anna.check_password(ANNA),
        lambda: anna.user,
    ):
        with pytest.raises(LockedError, match="sign in again"):
            action()
    with with_anna.olga() as clinic:
        assert kinds(clinic)[-2:] == ["logout", "login"]
        assert clinic.log()[-2].body["why"] == "left alone"


def test_touching_a_locked_desk_does_not_open_it(
    anna: SignedInStore, with_anna: Practice
) -> None:
    with_anna.time.pass_s(601)
    anna.touch()
    assert anna.locked


def test_signing_needs_the_password_again(anna: SignedInStore) -> None:
    session_id = anna.start_session(anna.add_patient({"name": "Probe"}))
    first = anna.append(session_id, note())
    with pytest.raises(WrongPasswordError, match="use `sign`"):
        anna.append(session_id, Signed(entry_id="s", signer="anna", at=NOON))
    with pytest.raises(WrongPasswordError, match="do not fit"):
        anna.sign(session_id, "wrong")
    assert anna.events(session_id) == (first,)
    signed = anna.sign(session_id, ANNA)
    assert anna.events(session_id) == (first, signed)


def test_a_signature_names_what_was_signed(
    anna: SignedInStore, with_anna: Practice
) -> None:
    session_id = anna.start_session(anna.add_patient({"name": "Probe"}))
    first = anna.append(session_id, note())
    signed = anna.sign(session_id, ANNA, meaning="reviewed")
    assert signed.value == Signed(
        entry_id=signed.value.entry_id,
        signer="anna",
        at=NOON,
        meaning="reviewed",
        entries=1,
        digest=hashlib.sha256(first.hash).hexdigest(),
    )
    with with_anna.olga() as clinic:
        (entry,) = [e for e in clinic.log() if e.kind == "store.signature"]
    assert {**entry.body, "signature": ""} == {
        "entry": signed.seq,
        "hash": signed.hash.hex(),
        "by": "password",
        "signature": "",
    }


def test_reading_is_logged_once_a_thing_and_sign_in(
    anna: SignedInStore, with_anna: Practice
) -> None:
    patient_id = anna.add_patient({"name": "Probe"})
    session_id = anna.start_session(patient_id)
    for _ in range(3):
        anna.events(session_id)
        anna.sessions(patient_id)
        anna.patients("pro")
    with with_anna.olga() as clinic:
        entries = clinic.log()
    reads = [e for e in entries if e.kind == "store.read"]
    searches = [e.body for e in entries if e.kind == "store.search"]
    assert [(e.author, e.patient_id, e.body["what"]) for e in reads] == [
        ("anna", patient_id, f"session {session_id}"),
        ("anna", patient_id, "sessions"),
    ]
    assert searches == [{"found": 1, "first": [patient_id]}]


def test_the_log_names_no_patient(anna: SignedInStore, with_anna: Practice) -> None:
    anna.add_patient({"name": "Käthe Probe", "number": "P-17"})
    anna.patients("käthe")
    with with_anna.olga() as clinic:
        shown = repr(clinic.log()).casefold()
    for secret in ("käthe", "kathe", "probe", "p-17"):
        assert secret not in shown


def test_a_password_changes_without_encrypting_anew(with_anna: Practice) -> None:
    ledger = with_anna.folder / "ledger.db"
    new = "a wholly different one"
    with with_anna.sign_in("anna", ANNA) as clinic:
        before = ledger.read_bytes()[4096:8192]
        with pytest.raises(WrongPasswordError):
            change_password(clinic, "wrong", new)
        with pytest.raises(ValueError, match="at least 15"):
            change_password(clinic, ANNA, "short")
        change_password(clinic, ANNA, new)
    assert ledger.read_bytes()[4096:8192] == before
    with pytest.raises(WrongPasswordError):
        with_anna.sign_in("anna", ANNA)
    with_anna.sign_in("anna", new).lock()


@pytest.mark.parametrize("weak", ["short", "a" * 14, "xx Anna and her dog"])
def test_a_weak_password_is_refused(practice: Practice, weak: str) -> None:
    with practice.olga() as clinic, pytest.raises(ValueError, match="password"):
        add_user(clinic, "anna", weak, [Role.CLINICIAN], at=NOON)
    with pytest.raises(WrongPasswordError):
        practice.sign_in("anna", weak)


@pytest.mark.parametrize("name", ["", "a", "Anna", "an na", "../x", "recovery key"])
def test_a_name_that_will_not_do_is_refused(practice: Practice, name: str) -> None:
    with practice.olga() as clinic, pytest.raises(ValueError, match="no user name"):
        add_user(clinic, name, ANNA, [Role.CLINICIAN], at=NOON)


def test_one_who_left_opens_nothing_and_stays_in_the_log(with_anna: Practice) -> None:
    with with_anna.olga() as clinic:
        remove_user(clinic, "anna", at=NOON)
        assert all_users(clinic)["anna"].roles == frozenset()
        with pytest.raises(ValueError, match="not used again"):
            add_user(clinic, "anna", ANNA, [Role.OWNER], at=NOON)
    with pytest.raises(WrongPasswordError):
        with_anna.sign_in("anna", ANNA)


def test_one_whose_roles_are_gone_is_refused_even_with_a_wrapped_key(
    with_anna: Practice,
) -> None:
    users = (with_anna.folder / "users.json").read_bytes()
    with with_anna.olga() as clinic:
        remove_user(clinic, "anna", at=NOON)
    (with_anna.folder / "users.json").write_bytes(users)
    with pytest.raises(WrongPasswordError):
        with_anna.sign_in("anna", ANNA)


def test_the_last_owner_stays(with_anna: Practice) -> None:
    with with_anna.olga() as clinic:
        with pytest.raises(ValueError, match="only owner"):
            remove_user(clinic, "olga", at=NOON)
        change_roles(clinic, "anna", [Role.OWNER, Role.CLINICIAN], at=NOON)
        remove_user(clinic, "olga", at=NOON)
    with pytest.raises(WrongPasswordError):
        with_anna.olga()


def test_the_recovery_key_gives_an_owner_a_new_password_once(
    practice: Practice,
) -> None:
    new = "found it in the safe"
    typed = practice.recovery_key.lower().replace("-", " ")
    fresh = recover(practice.folder, typed, "olga", new, at=NOON)
    assert fresh != practice.recovery_key
    with pytest.raises(WrongPasswordError):
        practice.olga()
    with practice.sign_in("olga", new) as clinic:
        assert "recovery" in kinds(clinic)
    for used_or_wrong in (practice.recovery_key, fresh[:-1], "", fresh[::-1]):
        with pytest.raises(WrongPasswordError):
            recover(practice.folder, used_or_wrong, "olga", new, at=NOON)
    with pytest.raises(ValueError, match="no owner"):
        recover(practice.folder, fresh, "anna", new, at=NOON)


def test_the_second_factor_is_asked_for_and_no_code_works_twice(
    practice: Practice,
) -> None:
    with practice.olga() as clinic:
        uri = switch_on_totp(clinic, OLGA)
    totp = pyotp.parse_uri(uri)
    assert isinstance(totp, pyotp.TOTP)
    for wrong in ("", "000000", totp.at(NOON - timedelta(minutes=5))):
        with pytest.raises(WrongPasswordError) as refused:
            practice.sign_in("olga", OLGA, wrong)
        assert str(refused.value) == "User and password do not fit"
        practice.time.pass_s(60)
    code = totp.at(practice.time.now)
    practice.sign_in("olga", OLGA, code).lock()
    with pytest.raises(WrongPasswordError):
        practice.sign_in("olga", OLGA, code)
    practice.time.pass_s(30)
    with practice.sign_in("olga", OLGA, totp.at(practice.time.now)) as clinic:
        with pytest.raises(WrongPasswordError):
            switch_off_totp(clinic, "olga", password="wrong")
        switch_off_totp(clinic, "olga", password=OLGA)
    practice.olga().lock()


ACTIONS: dict[str, tuple[Action, Callable[[SignedInStore, str, str], object]]] = {
    "find patients": (Action.READ, lambda c, p, s: c.patients()),
    "read sessions": (Action.READ, lambda c, p, s: c.sessions(p)),
    "read entries": (Action.READ, lambda c, p, s: c.events(s)),
    "add patient": (Action.PREPARE, lambda c, p, s: c.add_patient({})),
    "change patient": (Action.PREPARE, lambda c, p, s: c.change_patient(p, {})),
    "start session": (Action.PREPARE, lambda c, p, s: c.start_session(p)),
    "plan": (
        Action.PREPARE,
        lambda c, p, s: c.check_and_append(
            s,
            "planned",
            Planned(entry_id="p", injection=SHOT, limits_version="v"),
            check=lambda history: (),
        ),
    ),
    "store picture": (
        Action.CAPTURE,
        lambda c, p, s: c.put_image(s, PNG),
    ),
    "photograph": (
        Action.CAPTURE,
        lambda c, p, s: c.append(s, photographed(c.put_image(s, PNG))),
    ),
    "record injection": (
        Action.RECORD,
        lambda c, p, s: c.append(s, injected()),
    ),
    "weigh": (
        Action.PREPARE,
        lambda c, p, s: c.append(
            s, Weighed(entry_id="w", weight=Weight.from_text("70"), at=NOON)
        ),
    ),
    "screen": (
        Action.RECORD,
        lambda c, p, s: c.append(s, Screened(entry_id="s", screening=Screening())),
    ),
    "correct": (
        Action.RECORD,
        lambda c, p, s: c.append(
            s, Corrected(entry_id="c", corrects="i", injection=SHOT, reason="r")
        ),
    ),
    "void": (
        Action.RECORD,
        lambda c, p, s: c.append(s, Voided(entry_id="v", voids="i", reason="r")),
    ),
    "amend": (
        Action.RECORD,
        lambda c, p, s: c.append(s, Amended(entry_id="a", reason="r", change=note())),
    ),
    "sign": (Action.SIGN, lambda c, p, s: c.sign(s, ANNA)),
    "set the clinic's limits": (
        Action.LIMITS,
        lambda c, p, s: c.set_clinic(ClinicSettings("UK", "Europe/London")),
    ),
    "export": (Action.EXPORT, lambda c, p, s: c.allowed_store(Action.EXPORT)),
    "verify": (Action.VERIFY, lambda c, p, s: c.allowed_store(Action.VERIFY)),
    "read the log": (Action.READ_LOG, lambda c, p, s: c.log()),
    "users": (Action.USERS, lambda c, p, s: all_users(c)),
    "limits": (Action.LIMITS, lambda c, p, s: c.allowed_store(Action.LIMITS)),
    "back up": (Action.BACKUP, lambda c, p, s: c.allowed_key(Action.BACKUP)),
    "erase": (Action.ERASE, lambda c, p, s: c.allowed_store(Action.ERASE)),
}


@pytest.mark.parametrize("role", list(Role))
def test_every_role_against_every_action(practice: Practice, role: Role) -> None:
    with practice.olga() as clinic:
        store = clinic.allowed_store(Action.USERS)
        patient_id = store.add_patient({"name": "Probe"}, author="olga", at=NOON)
        session_id = store.start_session(patient_id, author="olga", at=NOON)
        store.append(session_id, injected(), author="olga", at=NOON)
        add_user(clinic, "anna", ANNA, [role], at=NOON)
    refused = []
    with practice.sign_in("anna", ANNA) as clinic:
        for action, act in ACTIONS.values():
            if action in ROLES[role]:
                act(clinic, patient_id, session_id)
            else:
                with pytest.raises(NotAllowedError, match=f"may not: {action}"):
                    act(clinic, patient_id, session_id)
                refused.append(str(action))
    assert {action for action, _ in ACTIONS.values()} == set(Action)
    with practice.olga() as clinic:
        denied = [e.body["action"] for e in clinic.log() if e.kind == "store.denied"]
    assert denied == refused


def test_the_table_of_roles_is_the_one_in_the_handbook() -> None:
    page = Path(__file__).parents[4] / "docs" / "storage.md"
    assert role_table() in page.read_text("utf-8")


def role_table() -> str:
    lines = ["| | " + " | ".join(Role) + " |", "|---" * (len(Role) + 1) + "|"]
    for action in Action:
        marks = ["yes" if action in ROLES[role] else "" for role in Role]
        lines.append(f"| {action} | " + " | ".join(marks) + " |")
    return "\n".join(lines)


def test_a_kind_that_is_not_the_one_announced_is_refused(anna: SignedInStore) -> None:
    session_id = anna.start_session(anna.add_patient({"name": "Probe"}))

    def check(history: PatientHistory) -> list[Stop]:
        return []

    with pytest.raises(ValueError, match="wanted a 'planned'"):
        anna.check_and_append(session_id, "planned", note(), check=check)
    assert anna.events(session_id) == ()


@dataclass(frozen=True)
class Stop:
    severity: str = "stop"


def test_a_lost_or_damaged_key_file_is_named(practice: Practice) -> None:
    file = practice.folder / "users.json"
    file.write_text("{")
    with pytest.raises(NoSuchStoreError, match=r"users\.json is damaged"):
        practice.olga()
    file.unlink()
    with pytest.raises(NoSuchStoreError, match="Restore it"):
        practice.olga()


def test_an_older_copy_put_back_is_said_at_sign_in(
    practice: Practice, tmp_path: Path
) -> None:
    import shutil

    folders = [tmp_path / "safe"]
    shutil.copytree(practice.folder, tmp_path / "older")
    enter = {"clocks": practice.time.clocks, "checkpoint_folders": folders}
    sign_in(practice.folder, "olga", OLGA, **enter).lock()  # type: ignore[arg-type]
    with sign_in(practice.folder, "olga", OLGA, **enter) as clinic:  # type: ignore[arg-type]
        assert clinic.warnings == ()
    kept = next(folders[0].glob("*.checkpoint")).read_text()
    shutil.rmtree(practice.folder)
    (tmp_path / "older").rename(practice.folder)
    with sign_in(practice.folder, "olga", OLGA, **enter) as clinic:  # type: ignore[arg-type]
        (warning,) = clinic.warnings
        assert "an older copy was put back" in warning
    assert next(folders[0].glob("*.checkpoint")).read_text() == kept


def test_setting_up_over_something_is_refused(practice: Practice) -> None:
    with pytest.raises(FileExistsError):
        set_up(practice.folder, "eve", "some longer password", at=NOON)


def test_a_weak_first_password_makes_no_store(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 15"):
        set_up(tmp_path / "clinic", "olga", "short", at=NOON)
    assert list(tmp_path.iterdir()) == []


def test_the_data_key_of_the_users_opens_the_store(practice: Practice) -> None:
    with practice.olga() as clinic:
        key = clinic.allowed_key(Action.BACKUP)
    with open_store(practice.folder, key) as store:
        assert store.head().seq == 6
    with pytest.raises(StoreError):
        open_store(practice.folder, bytes(32))


def test_an_owner_gives_a_forgotten_password_anew(with_anna: Practice) -> None:
    new = "something else entirely"
    with with_anna.olga() as clinic:
        with pytest.raises(ValueError, match="no user"):
            reset_password(clinic, "nobody", new, at=NOON)
        with pytest.raises(ValueError, match="at least 15"):
            reset_password(clinic, "anna", "short", at=NOON)
        reset_password(clinic, "anna", new, at=NOON)
    with pytest.raises(WrongPasswordError):
        with_anna.sign_in("anna", ANNA)
    with_anna.sign_in("anna", new).lock()


def test_a_new_data_key_shuts_out_who_knew_the_old_one(
    with_anna: Practice, tmp_path: Path
) -> None:
    with with_anna.sign_in("anna", ANNA) as anna:
        session_id = anna.start_session(anna.add_patient({"name": "Probe"}))
        written = anna.append(session_id, note())
    with with_anna.olga() as clinic:
        old_key = clinic.allowed_key(Action.USERS)
        change_data_key(clinic, tmp_path / "new", OLGA, at=NOON)
    with pytest.raises(StoreError):
        open_store(tmp_path / "new", old_key)
    moved = Practice(tmp_path / "new", with_anna.time, "")
    with pytest.raises(WrongPasswordError):
        moved.sign_in("anna", ANNA)
    with pytest.raises(WrongPasswordError):
        recover(moved.folder, with_anna.recovery_key, "olga", ANNA, at=NOON)
    with moved.olga() as clinic:
        reset_password(clinic, "anna", ANNA, at=NOON)
    with moved.sign_in("anna", ANNA) as anna:
        assert anna.events(session_id) == (written,)


def test_a_set_up_that_breaks_off_leaves_no_store_without_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("pulled out")

    monkeypatch.setattr("vein_imaging.storage.people.key_slots.write_durably", fail)
    with pytest.raises(OSError, match="pulled out"):
        set_up(tmp_path / "clinic", "olga", OLGA, at=NOON)
    assert list(tmp_path.iterdir()) == []


def test_one_who_is_removed_is_locked_out_of_the_window_that_is_open(
    anna: SignedInStore, with_anna: Practice
) -> None:
    anna.patients()
    with with_anna.olga() as clinic:
        change_roles(clinic, "anna", [Role.AUDITOR], at=NOON)
    with pytest.raises(NotAllowedError, match="auditor"):
        anna.add_patient({"name": "Probe"})
    with with_anna.olga() as clinic:
        remove_user(clinic, "anna", at=NOON)
    with pytest.raises(LockedError, match="no user any more"):
        anna.patients()
    assert anna.locked

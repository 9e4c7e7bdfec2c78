"""Nobody becomes somebody else with a text editor, nor with the data key."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from vein_imaging.domain.session import Annotated
from vein_imaging.storage import Entry, Store, open_store
from vein_imaging.storage.entries.canonical import Body
from vein_imaging.storage.entries.ledger import Draft
from vein_imaging.storage.errors import (
    ForgedSlotError,
    LockedError,
    NotAllowedError,
    StoreError,
    WrongPasswordError,
)
from vein_imaging.storage.people.administration import (
    add_user,
    change_password,
    change_roles,
    recover,
    remove_user,
    reset_password,
)
from vein_imaging.storage.people.key_slots import KeySlots, fingerprint, made_slot
from vein_imaging.storage.people.register import SLOT, append_signed
from vein_imaging.storage.people.roles import Action, Role
from vein_imaging.storage.people.signing import sign_session
from vein_imaging.storage.people.slot_changes import (
    Author,
    people_problems,
)
from vein_imaging.storage.people.users import USER

from .conftest import ANTON, NOON, OLGA, Clinic

OTHER = "copper thistle meridian"
OWNER_ANTON = ("anton", ["owner"])


def edit(clinic: Clinic, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the file as with a text editor."""
    file = clinic.folder / "users.json"
    users = json.loads(file.read_text())
    change(users)
    file.write_text(json.dumps(users))


def verified(clinic: Clinic, key: bytes) -> list[str]:
    with open_store(clinic.folder, key) as store:
        return [f"{where}: {what}" for where, what in people_problems(store)]


@pytest.fixture
def data_key(clinic: Clinic) -> bytes:
    with clinic.olga() as olga:
        return olga.allowed_key(Action.USERS)


def test_ones_own_slot_under_anothers_name_opens_nothing(
    clinic: Clinic, data_key: bytes
) -> None:
    whole = (clinic.folder / "users.json").read_bytes()
    edit(clinic, lambda users: users["slots"].update(olga=users["slots"]["anton"]))
    with pytest.raises(WrongPasswordError):
        clinic.sign_in("olga", ANTON)
    assert any(
        "slot of olga is not the one" in one for one in verified(clinic, data_key)
    )
    with clinic.anton() as anton:
        assert any("slot of olga" in one for one in anton.warnings)
        with pytest.raises(NotAllowedError):
            anton.require(Action.ERASE)
    (clinic.folder / "users.json").write_bytes(whole)
    assert verified(clinic, data_key) == []
    clinic.pass_s(1)
    with clinic.olga() as olga:
        failed = [e for e in olga.log() if e.kind == "store.failed_logins"]
        assert failed, "the try is told to the owner"


def test_a_removed_users_old_slot_opens_nothing(
    clinic: Clinic, data_key: bytes
) -> None:
    before = json.loads((clinic.folder / "users.json").read_text())
    with clinic.olga() as olga:
        remove_user(olga, "anton", at=NOON)
    old = before["slots"]["anton"]
    for name in ("anton", "olga"):
        edit(clinic, lambda users, name=name: users["slots"].update({name: old}))  # type: ignore[misc]
        with pytest.raises(WrongPasswordError):
            clinic.sign_in(name, ANTON)
        clinic.pass_s(2)
    assert len(verified(clinic, data_key)) >= 2


def test_an_older_slot_put_back_is_refused_and_logged(
    clinic: Clinic, data_key: bytes
) -> None:
    before = json.loads((clinic.folder / "users.json").read_text())
    with clinic.anton() as anton:
        change_password(anton, ANTON, OTHER)
    edit(clinic, lambda users: users["slots"].update(anton=before["slots"]["anton"]))
    with pytest.raises(ForgedSlotError, match="put an older one back"):
        clinic.anton()
    with clinic.olga() as olga:
        assert "store.slot_refused" in [entry.kind for entry in olga.log()]
        assert any("slot of anton" in one for one in olga.warnings)
        reset_password(olga, "anton", ANTON, at=NOON)
    clinic.anton().lock()
    assert verified(clinic, data_key) == []


def test_more_roles_in_the_file_open_nothing(clinic: Clinic) -> None:
    edit(clinic, lambda users: users["slots"]["anton"].update(roles=["owner"]))
    with pytest.raises(WrongPasswordError):
        clinic.anton()


def test_a_whole_older_file_put_back_is_named(clinic: Clinic, data_key: bytes) -> None:
    shutil.copy(clinic.folder / "users.json", clinic.folder.parent / "older")
    clinic.add("berta", OTHER, Role.CLINICIAN)
    shutil.copy(clinic.folder.parent / "older", clinic.folder / "users.json")
    assert verified(clinic, data_key) == [
        "users.json: the slot of berta was removed past the program"
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda users: users["change"].update(by="anton"),
        lambda users: users["change"].update(signature="00" * 64),
        lambda users: users.update(change=None),
        lambda users: users["slots"]["olga"].update(lanes=5),
    ],
)
def test_a_file_that_is_not_signed_by_who_changed_it_is_named(
    clinic: Clinic, data_key: bytes, change: Callable[[dict[str, Any]], object]
) -> None:
    edit(clinic, change)
    found = verified(clinic, data_key)
    assert any("not signed by who made it" in one for one in found)


def test_roles_change_without_the_persons_password(clinic: Clinic) -> None:
    with clinic.olga() as olga:
        change_roles(olga, "anton", [Role.CLINICIAN], at=NOON)
    slot = KeySlots(open_layout(clinic)).read().slots["anton"]
    assert getattr(slot, "roles", None) == ("clinician",)
    with clinic.anton() as anton:
        anton.require(Action.SIGN)


def open_layout(clinic: Clinic) -> Any:
    from vein_imaging.storage.files.layout import find_store

    return find_store(clinic.folder)


# --- with the data key in hand, which every user's password opens ----------------


def forged_author(clinic: Clinic, name: str) -> Author:
    """Anton, who can program: he has his own key and writes another's name."""
    opened = KeySlots(open_layout(clinic)).open("anton", ANTON)
    return Author(name, opened.signing)


def forge(store: Store, kind: str, body: Body, author: Author) -> None:
    """Append an entry with whatever key there is, past what the program asks."""
    with store.writing() as connection:
        draft = Draft(Entry(kind, body), NOON, author.name)
        append_signed(connection, store.vault, draft, author.signing)


def test_an_entry_that_makes_one_an_owner_does_not_count_without_an_owners_password(
    clinic: Clinic, data_key: bytes
) -> None:
    with open_store(clinic.folder, data_key) as store:
        body = {"name": "anton", "roles": ["owner"]}
        forge(store, USER, body, forged_author(clinic, "olga"))
        store.append_own("user", body, author="olga", at=NOON)
        forge(store, USER, body, forged_author(clinic, "anton"))
    with clinic.anton() as anton, pytest.raises(NotAllowedError):
        anton.require(Action.ERASE)
    found = verified(clinic, data_key)
    assert len(found) == 3
    assert "changes anton in the name of olga, without olga's password" in found[0]
    with clinic.olga() as olga:
        assert sum("does not count" in one for one in olga.warnings) == 3


def test_a_slot_set_in_an_owners_name_does_not_count_without_that_password(
    clinic: Clinic, data_key: bytes
) -> None:
    made = made_slot("olga", OTHER, ["owner"], data_key)
    with open_store(clinic.folder, data_key) as store:
        for name in ("olga", "anton"):
            forged = forged_author(clinic, name)
            mark = fingerprint("olga", made.slot)
            body = {"fingerprint": mark, "verifies": made.slot.verifies}
            forge(store, SLOT, {"name": "olga", **body}, forged)
        KeySlots(store.layout).put(
            "olga", made.slot, lambda: None, by="olga", signing=made.signing
        )
    with pytest.raises(ForgedSlotError):
        clinic.sign_in("olga", OTHER)
    found = verified(clinic, data_key)
    assert sum("it does not count" in one for one in found) == 2


def test_a_signed_entry_counts_at_its_own_place_only(
    clinic: Clinic, data_key: bytes
) -> None:
    with clinic.olga() as olga:
        change_roles(olga, "anton", [Role.OWNER], at=NOON)
        change_roles(olga, "anton", [Role.ASSISTANT], at=NOON)
        promoted = next(
            e
            for e in olga.log()
            if e.kind == USER and (e.body["name"], e.body["roles"]) == OWNER_ANTON
        )
    with open_store(clinic.folder, data_key) as store:
        store.append_own("user", promoted.body, author="olga", at=NOON)
    with clinic.anton() as anton, pytest.raises(NotAllowedError):
        anton.require(Action.ERASE)


def test_a_signature_in_anothers_name_is_named(clinic: Clinic, data_key: bytes) -> None:
    clinic.add("carla", OTHER, Role.CLINICIAN)
    with clinic.sign_in("carla", OTHER) as carla:
        session_id = carla.start_session(carla.add_patient({"name": "Probe"}))
        carla.append(session_id, Annotated(entry_id="n", text="x"))
        carla.sign(session_id, OTHER)
        forger = carla.allowed_store(Action.VERIFY)
        assert [where for where, _ in people_problems(forger)] == []
        opened = KeySlots(open_layout(clinic)).open("anton", ANTON)
        desk = carla._open_desk()  # as anton's program would make it
        desk.signing = opened.signing
        sign_session(desk, session_id, NOON, meaning="reviewed")
    (found,) = verified(clinic, data_key)
    assert "in the name of carla was made without carla's password" in found


def test_a_window_whose_password_was_changed_elsewhere_changes_nobody(
    clinic: Clinic, data_key: bytes
) -> None:
    with clinic.olga() as one, clinic.olga() as other:
        change_password(other, OLGA, OTHER)
        with pytest.raises(LockedError, match="changed elsewhere"):
            change_roles(one, "anton", [Role.CLINICIAN], at=NOON)
        with pytest.raises(LockedError, match="changed elsewhere"):
            reset_password(one, "anton", OTHER, at=NOON)
    assert verified(clinic, data_key) == []
    clinic.anton().lock()


# --- what breaks off, and what runs beside ---------------------------------------


@pytest.mark.parametrize("after", ["before the ledger", "after the ledger"])
def test_a_change_that_breaks_off_locks_nobody_out(
    clinic: Clinic, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, writes = KeySlots.put, []

    def broken(self: KeySlots, name: str, slot: Any, told: Any, **given: Any) -> None:
        def stop() -> None:
            writes.append(name)
            if after == "after the ledger":
                told()
            raise OSError("the power went")

        real(self, name, slot, stop, **given)

    with clinic.anton() as anton:
        monkeypatch.setattr(KeySlots, "put", broken)
        with pytest.raises(OSError, match="the power went"):
            change_password(anton, ANTON, OTHER)
        monkeypatch.undo()
    counts, not_any_more = (
        (OTHER, ANTON) if after == "after the ledger" else (ANTON, OTHER)
    )
    with pytest.raises(StoreError):
        clinic.sign_in("anton", not_any_more)
    clinic.pass_s(2)
    clinic.sign_in("anton", counts).lock()
    with clinic.sign_in("anton", counts) as anton:
        assert anton.warnings == () or after == "before the ledger"


def test_two_windows_that_edit_at_once_lose_nothing(clinic: Clinic) -> None:
    import threading

    with clinic.olga() as one, clinic.olga() as other:
        people = [(one, "berta", OTHER), (other, "carla", "granite lantern oboe")]
        threads = [
            threading.Thread(
                target=add_user,
                args=(who, name, word, [Role.ASSISTANT]),
                kwargs={"at": NOON},
            )
            for who, name, word in people
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for _, name, password in people:
        clinic.sign_in(name, password).lock()


def test_the_recovery_key_still_makes_an_owner_and_signs_it(
    clinic: Clinic, data_key: bytes
) -> None:
    again = recover(clinic.folder, clinic.recovery_key, "olga", OTHER, at=NOON)
    clinic.sign_in("olga", OTHER).lock()
    assert verified(clinic, data_key) == []
    recover(clinic.folder, again, "olga", OLGA, at=NOON)
    with clinic.olga() as olga:
        assert olga.warnings == ()
    with pytest.raises(WrongPasswordError):
        recover(clinic.folder, clinic.recovery_key, "olga", OTHER, at=NOON)


def test_an_earlier_recovery_slot_put_back_is_refused(clinic: Clinic) -> None:
    before = json.loads((clinic.folder / "users.json").read_text())
    recover(clinic.folder, clinic.recovery_key, "olga", OTHER, at=NOON)
    name = "recovery key"
    edit(clinic, lambda users: users["slots"].update({name: before["slots"][name]}))
    with pytest.raises(ForgedSlotError, match="put an older one back"):
        recover(clinic.folder, clinic.recovery_key, "olga", OLGA, at=NOON)
    clinic.sign_in("olga", OTHER).lock()


@pytest.mark.parametrize("slots_set", [0, 1])
def test_a_recovery_that_breaks_off_leaves_the_printed_key_good(
    clinic: Clinic, slots_set: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, done = KeySlots.put, list[str]()

    def broken(self: KeySlots, name: str, *args: Any, **given: Any) -> None:
        if len(done) == slots_set:
            raise OSError("the power went")
        done.append(name)
        real(self, name, *args, **given)

    monkeypatch.setattr(KeySlots, "put", broken)
    with pytest.raises(OSError, match="the power went"):
        recover(clinic.folder, clinic.recovery_key, "olga", OTHER, at=NOON)
    monkeypatch.undo()
    recover(clinic.folder, clinic.recovery_key, "olga", OTHER, at=NOON)
    clinic.sign_in("olga", OTHER).lock()


def test_a_fingerprint_tells_names_apart(clinic: Clinic) -> None:
    slot = KeySlots(open_layout(clinic)).read().slots["anton"]
    assert fingerprint("anton", slot) != fingerprint("olga", slot)

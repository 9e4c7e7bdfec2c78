"""The commands about the store: every role against each of them, and what they say."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from vein_imaging.cli import main
from vein_imaging.domain.session import Annotated
from vein_imaging.storage import create_store, key_from_file, new_key
from vein_imaging.storage.people.administration import add_user, set_up
from vein_imaging.storage.people.clinic import ClinicSettings
from vein_imaging.storage.people.roles import ROLES, Action, Role
from vein_imaging.storage.people.signed_in import sign_in

PASSWORD = "some unrelated words"
NOTE = {"entry_id": "e1", "text": "hello"}
OWNER = "owners unrelated words"


@dataclass
class Desk:
    folder: Path
    patient_id: str
    session_id: str
    tmp: Path
    user: str = "anna"
    password: str = PASSWORD

    def __call__(self, *arguments: str, typed: str = "") -> Result:
        environment = {
            "VEIN_IMAGING_STORE": str(self.folder),
            "VEIN_IMAGING_USER": self.user,
            "VEIN_IMAGING_PASSWORD": self.password,
        }
        return CliRunner().invoke(main, arguments, env=environment, input=typed)


@pytest.fixture(autouse=True, scope="module")
def quick_passwords() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vein_imaging.storage.people.passwords.ARGON2ID_COST", (32, 1, 4))
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[Role, Desk]:
    """A store for each role of anna, to be copied."""
    desks, at = {}, datetime.now(UTC)
    for role in Role:
        folder = tmp_path_factory.mktemp(role) / "clinic"
        set_up(folder, "olga", OWNER, roles=list(Role), at=at)
        with sign_in(folder, "olga", OWNER) as clinic:
            clinic.set_clinic(ClinicSettings("US", "Europe/London"))
            patient_id = clinic.add_patient({"name": "Käthe Probe", "number": "P-17"})
            session_id = clinic.start_session(patient_id)
            clinic.append(session_id, Annotated(entry_id="e1", text="hello"))
            add_user(clinic, "anna", PASSWORD, [role], at=at)
        desks[role] = Desk(folder, patient_id, session_id, folder.parent)
    return desks


@pytest.fixture
def desk(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    made: dict[Role, Desk],
) -> Desk:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    original = made[getattr(request, "param", Role.OWNER)]
    shutil.copytree(original.folder, tmp_path / "clinic")
    return replace(original, folder=tmp_path / "clinic", tmp=tmp_path)


NEW = f"{PASSWORD}!\n{PASSWORD}!\n"
COMMANDS: dict[str, tuple[Action | None, Callable[[Desk], Result]]] = {
    "store backup": (Action.BACKUP, lambda d: d("store", "backup", str(d.tmp / "b"))),
    "store checkpoint": (Action.VERIFY, lambda d: d("store", "checkpoint")),
    "store erase-patient": (
        Action.ERASE,
        lambda d: d("store", "erase-patient", d.patient_id, "--reason", "r", "--yes"),
    ),
    "store export-patient": (
        Action.EXPORT,
        lambda d: d("store", "export-patient", d.patient_id, str(d.tmp / "out")),
    ),
    "store orphans": (Action.BACKUP, lambda d: d("store", "orphans")),
    "store clinic": (
        Action.LIMITS,
        lambda d: d("store", "clinic", "UK", "Europe/London"),
    ),
    "store clock": (
        Action.PREPARE,
        lambda d: d("store", "clock", "--right", "--reason", "looked"),
    ),
    "user add": (
        Action.USERS,
        lambda d: d("user", "add", "bert", "auditor", typed=NEW),
    ),
    "user lift": (Action.USERS, lambda d: d("user", "lift", "olga")),
    "user list": (Action.USERS, lambda d: d("user", "list")),
    "user log": (Action.READ_LOG, lambda d: d("user", "log")),
    "user remove": (Action.USERS, lambda d: d("user", "remove", "olga")),
    "user reset": (
        Action.USERS,
        lambda d: d("user", "reset", "olga", typed=NEW),
    ),
    "user new-key": (
        Action.USERS,
        lambda d: d("user", "new-key", str(d.tmp / "new"), typed=f"{PASSWORD}\n"),
    ),
    "user roles": (
        Action.USERS,
        lambda d: d("user", "roles", "olga", "owner", "auditor"),
    ),
    # open to whoever signs in, or holds what they ask for
    "user code": (None, lambda d: d("user", "code", "on", typed=f"{PASSWORD}\n")),
    "user password": (
        None,
        lambda d: d("user", "password", typed=f"{PASSWORD}\n{NEW}"),
    ),
    "verify": (None, lambda d: d("verify")),
    "store restore": (None, lambda d: d("store", "restore", str(d.tmp / "moved"))),
    "store backups": (None, lambda d: d("store", "backups", str(d.tmp))),
}
# These make a store, or ask for something else than a signed-in user.
ELSEWHERE = {"store create", "store migrate", "user recover", "user set-up"}


def test_the_table_holds_every_command_about_the_store() -> None:
    found = set()
    for name in ("store", "user", "verify"):
        command = main.get_command(click.Context(main), name)
        if isinstance(command, click.Group):
            shown = command.commands.items()
            found |= {f"{name} {sub}" for sub, one in shown if not one.hidden}
        else:
            found.add(name)
    assert found == COMMANDS.keys() | ELSEWHERE


@pytest.mark.parametrize("desk", list(Role), indirect=True, ids=list(Role))
@pytest.mark.parametrize("name", COMMANDS)
def test_every_role_against_every_command(
    desk: Desk, name: str, request: pytest.FixtureRequest
) -> None:
    role = request.node.callspec.params["desk"]
    action, run = COMMANDS[name]
    result = run(desk)
    if action is None or action in ROLES[role]:
        assert result.exit_code == 0, result.output
    else:
        assert result.exit_code == 1
        assert result.stderr == (
            f"Error: anna ({role}) may not: {action}. Ask the owner\n"
        )


def test_a_wrong_password_is_one_line_and_exit_1(desk: Desk) -> None:
    desk.password = "wrong"
    result = desk("patient", "find")
    assert result.exit_code == 1
    assert result.stderr == "Error: User and password do not fit\n"


def test_no_user_is_bad_usage(desk: Desk) -> None:
    desk.user, desk.password = "", ""
    result = desk("patient", "find")
    assert result.exit_code == 2
    assert "--user" in result.stderr


def test_verify_says_all_is_well_and_what_it_cannot_know(desk: Desk) -> None:
    result = desk("verify")
    assert "All is as it was written." in result.stdout
    report = json.loads(desk("verify", "--json").stdout)
    assert report["problems"] == []
    assert report["sessions"] == 1


def test_verify_names_what_is_wrong_and_exits_1(desk: Desk) -> None:
    file = desk.folder / "ledger.db"
    content = bytearray(file.read_bytes())
    content[5 * 4096 + 100] ^= 1
    file.write_bytes(content)
    result = desk("verify")
    assert result.exit_code == 1
    assert "WRONG" in result.stdout or "damaged" in result.stderr


def test_an_older_copy_is_said_at_each_command(desk: Desk) -> None:
    older = (desk.folder / "ledger.db").read_bytes()
    desk.user, desk.password = "olga", OWNER
    assert desk("patient", "find").exit_code == 0
    (desk.folder / "ledger.db").write_bytes(older)
    refused = desk("patient", "find")
    assert refused.exit_code == 1
    assert "an older copy was put back" in refused.stderr
    (desk.folder / "ledger.mark").unlink()
    assert "an older copy was put back" in desk("patient", "find").stderr
    result = desk("verify")
    assert result.exit_code == 1
    assert "an older copy was put back" in result.stdout


def test_patients_and_sessions_come_as_text_and_as_json(desk: Desk) -> None:
    desk.user, desk.password = "olga", OWNER
    assert "P-17" in desk("patient", "find", "kathe").stdout
    (patient,) = json.loads(desk("patient", "find", "--json").stdout)
    assert patient["name"] == "Käthe Probe"
    (session,) = json.loads(desk("session", "list", desk.patient_id, "--json").stdout)
    assert session["session_id"] == desk.session_id
    line = json.loads(desk("session", "show", desk.session_id, "--json").stdout)
    assert line["body"] == NOTE
    assert "hello" in desk("session", "show", desk.session_id).stdout


def test_the_log_shows_no_secret(desk: Desk) -> None:
    desk.user, desk.password = "olga", OWNER
    assert desk("user", "code", "on", typed=f"{OWNER}\n").exit_code == 0
    # no code is at hand here: the key file's way is closed as well, so read it raw
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "vein_imaging.storage.people.sign_in.matching_step", lambda *_: 10**9
        )
        shown = desk("user", "log", "--json").stdout
    assert "store_id" in shown
    for secret in ("checkpoint_seed", "secret"):
        assert secret not in shown


def test_setting_up_prints_the_recovery_key_once(tmp_path: Path) -> None:
    folder = tmp_path / "clinic"
    typed = f"{OWNER}\n{OWNER}\n"
    runner = CliRunner()
    made = runner.invoke(main, ["user", "set-up", str(folder), "olga"], input=typed)
    assert made.exit_code == 0
    (line,) = [x for x in made.stdout.splitlines() if x.startswith("Recovery key")]
    key = line.split()[-1]
    recover = ["user", "recover", "olga", "--store", str(folder)]
    again = runner.invoke(main, recover, input=f"{key}\n{NEW}")
    assert again.exit_code == 0, again.output
    used = runner.invoke(main, recover, input=f"{key}\n{NEW}")
    assert used.exit_code == 1


def test_a_program_uses_a_key_file_that_only_it_may_read(tmp_path: Path) -> None:
    runner, file, folder = CliRunner(), tmp_path / "key", tmp_path / "clinic"
    made = runner.invoke(
        main, ["store", "create", str(folder), "--key-file", str(file)]
    )
    assert made.exit_code == 0
    arguments = ["verify", "--store", str(folder), "--key-file", str(file)]
    assert runner.invoke(main, arguments).exit_code == 0
    file.chmod(0o644)
    refused = runner.invoke(main, arguments)
    assert refused.exit_code == 1
    assert "chmod 600" in refused.stderr


def test_a_path_without_a_store_is_one_line(tmp_path: Path) -> None:
    key = key_from_file(tmp_path / "key", create=True)
    assert key != new_key()
    arguments = ["--store", str(tmp_path / "no"), "--key-file", str(tmp_path / "key")]
    result = CliRunner().invoke(main, ["verify", *arguments])
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "holds no store" in result.stderr


def test_a_restored_store_is_whole(desk: Desk) -> None:
    desk.user, desk.password = "olga", OWNER
    generation = desk("store", "backup", str(desk.tmp / "disk")).stdout.strip()
    listed = desk("store", "backups", str(desk.tmp / "disk")).stdout.strip()
    assert listed == generation
    assert desk("verify", "--backup", "--store", generation).exit_code == 0
    desk.folder = Path(generation)
    moved = str(desk.tmp / "moved")
    assert desk("store", "restore", moved).exit_code == 0
    desk.folder = Path(moved)
    assert "Käthe" in desk("patient", "find").stdout


def test_a_store_of_a_file_needs_no_server_migration(tmp_path: Path) -> None:
    key = key_from_file(tmp_path / "key", create=True)
    create_store(tmp_path / "c", key, author="o", at=datetime.now(UTC)).close()
    arguments = ["--store", str(tmp_path / "c"), "--key-file", str(tmp_path / "key")]
    result = CliRunner().invoke(
        main, ["store", "migrate", *arguments, "--server-owner", "postgresql://x"]
    )
    assert result.exit_code == 1
    assert "not on a server" in result.stderr

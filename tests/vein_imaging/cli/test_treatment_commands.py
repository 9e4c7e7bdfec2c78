"""Patients and sessions on the command line: what is said, by whom, and refused."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import cv2
import jsonschema
import numpy as np
import pytest
from click.testing import CliRunner, Result

from vein_imaging.cli import main
from vein_imaging.storage.people.administration import (
    add_user,
    remove_user,
    set_up,
)
from vein_imaging.storage.people.clinic import ClinicSettings
from vein_imaging.storage.people.roles import Role
from vein_imaging.storage.people.signed_in import sign_in

DOCS = Path(__file__).parents[3] / "docs"
PASSWORD = "four unrelated words"
PEOPLE = {
    "anna": Role.CLINICIAN,
    "ben": Role.ASSISTANT,
    "carl": Role.AUDITOR,
    "rosa": Role.CLINICIAN,
}
SCHEMA = json.loads((DOCS / "commands.schema.json").read_text("utf-8"))
DOSE = ("--product", "asclera", "--percent", "0.5", "--form", "liquid")
SMALL = (*DOSE, "--ml", "0.1", "--batch", "L1")
LARGE = (*DOSE, "--ml", "0.4", "--batch", "L1")


@dataclass
class Desk:
    folder: Path
    tmp: Path
    user: str = "anna"
    patient_id: str = ""
    session_id: str = ""
    injection: str = ""
    made: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, typed: str = "") -> Result:
        environment = {
            "VEIN_IMAGING_STORE": str(self.folder),
            "VEIN_IMAGING_USER": self.user,
            "VEIN_IMAGING_PASSWORD": PASSWORD,
        }
        return CliRunner().invoke(main, arguments, env=environment, input=typed)

    def done(self, *arguments: str, typed: str = "") -> str:
        result = self(*arguments, typed=typed)
        assert result.exit_code == 0, (arguments, result.output)
        return result.stdout.strip()

    def json(self, *arguments: str, typed: str = "") -> Any:
        return json.loads(self.done(*arguments, "--json", typed=typed))


@pytest.fixture(autouse=True, scope="module")
def quick_passwords() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vein_imaging.storage.people.passwords.ARGON2ID_COST", (32, 1, 4))
        yield


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    folder, now = tmp_path / "clinic", datetime.now(UTC)
    set_up(folder, "olga", PASSWORD, at=now)
    with sign_in(folder, "olga", PASSWORD) as owner:
        owner.set_clinic(ClinicSettings("US", "Europe/London"))
        for name, role in PEOPLE.items():
            add_user(owner, name, PASSWORD, [role], at=now)
    return Desk(folder, tmp_path)


@pytest.fixture
def desk(empty: Desk) -> Desk:
    """A patient, screened, with one injection."""
    empty.patient_id = empty.done("patient", "add", "Anna Probe", "--number", "P-1")
    empty.session_id = empty.done("session", "start", empty.patient_id)
    empty.done("session", "screen", empty.session_id, *SCREENED)
    empty.injection = empty.done("session", "inject", empty.session_id, *SMALL)
    return empty


SCREENED = (
    *("--others-no", "--doppler", "normal", "--ceap-left", "C1"),
    *("--ceap-right", "C1", "--consent", "treatment", "--suitable"),
    *("--because", "spider veins only"),
)


def picture(desk: Desk) -> str:
    file = desk.tmp / "leg.png"
    noise = np.random.default_rng(1).integers(0, 256, (48, 64), np.uint8)
    cv2.imwrite(str(file), noise)
    return str(file)


PHOTO = ("--light", "white", "--pose", "standing", "--view", "left lateral")
# Every command, with what it answers where it is allowed.
COMMANDS: dict[str, Callable[[Desk], tuple[str, ...]]] = {
    "patient add": lambda d: (
        "patient",
        "add",
        "Bodo Beispiel",
        "--born",
        "1971-02-03",
    ),
    "patient find": lambda d: ("patient", "find", "probe"),
    "patient show": lambda d: ("patient", "show", d.patient_id),
    "patient change": lambda d: ("patient", "change", d.patient_id, "--phone", "123"),
    "patient report": lambda d: (
        *("patient", "report", d.patient_id, "--out", str(d.tmp / "course.pdf")),
    ),
    "session list": lambda d: ("session", "list", d.patient_id),
    "session start": lambda d: ("session", "start", d.patient_id, "--kit"),
    "session show": lambda d: ("session", "show", d.session_id),
    "session screen": lambda d: ("session", "screen", d.session_id, "--recheck"),
    "session weigh": lambda d: ("session", "weigh", d.session_id, "70.5"),
    "session plan": lambda d: ("session", "plan", d.session_id, *SMALL),
    "session inject": lambda d: ("session", "inject", d.session_id, *SMALL),
    "session correct": lambda d: (
        *("session", "correct", d.session_id, d.injection),
        *("--ml", "0.2", "--reason", "read wrongly"),
    ),
    "session void": lambda d: (
        *("session", "void", d.session_id, d.injection, "--reason", "not given"),
    ),
    "session note": lambda d: ("session", "note", d.session_id, "hosiery on"),
    "session photograph": lambda d: (
        *("session", "photograph", d.session_id, picture(d), *PHOTO),
    ),
    "session event": lambda d: (
        *("session", "event", d.session_id, "staining", "--grade", "1"),
    ),
    "session score": lambda d: (
        *("session", "score", d.session_id, "--photograph", "4"),
    ),
    "session aftercare": lambda d: ("session", "aftercare", d.session_id),
    "session report": lambda d: (
        *("session", "report", d.session_id, "--out", str(d.tmp / "page.html")),
    ),
    "session sheet": lambda d: (
        *("session", "sheet", d.session_id, "--out", str(d.tmp / "sheet.pdf")),
    ),
    "session calendar": lambda d: (
        *("session", "calendar", d.session_id, "--at", "10:30"),
        *("--out", str(d.tmp / "next.ics")),
    ),
    "session sign": lambda d: ("session", "sign", d.session_id),
}


def test_every_command_is_in_the_table() -> None:
    found = set()
    for name in ("patient", "session"):
        group = main.get_command(click.Context(main), name)
        assert isinstance(group, click.Group)
        found |= {f"{name} {sub}" for sub in group.commands}
    assert found == COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_answer_is_of_the_shape_in_the_docs(desk: Desk, name: str) -> None:
    arguments = COMMANDS[name](desk)
    result = desk(*arguments, "--json", typed=f"{PASSWORD}\n")
    assert result.exit_code == 0, result.output
    lines = result.stdout.strip()
    rows = (
        [json.loads(line) for line in lines.splitlines()]
        if name == "session show"
        else [json.loads(lines)]
    )
    definition = SCHEMA["$defs"][name]
    for row in rows:
        jsonschema.validate(row, {**definition, "$defs": SCHEMA["$defs"]})


# --- who may what ----------------------------------------------------------------


def refusals(desk: Desk) -> dict[str, dict[str, str]]:
    """Every command as an assistant, an auditor and a removed user."""
    table: dict[str, dict[str, str]] = {}
    for name, make in COMMANDS.items():
        table[name] = {}
        for user in ("ben", "carl", "rosa"):
            desk.user = user
            (desk.folder / "attempts.json").unlink(missing_ok=True)
            result = desk(*make(desk), typed=f"{PASSWORD}\n")
            said = result.stderr.strip().removeprefix("Error: ")
            refused = "refused" if result.exit_code == 1 else f"? {result.output}"
            if result.exit_code == 0:
                table[name][user] = "done"
            elif "may not: " in said:
                table[name][user] = said.partition("may not: ")[2].partition(".")[0]
            else:
                table[name][user] = "no user" if "do not fit" in said else refused
    return table


def as_page(table: dict[str, dict[str, str]]) -> str:
    rows = [
        "| command | an assistant | an auditor | a removed user |",
        "|---|---|---|---|",
    ]
    for name, by in table.items():
        cells = [
            "yes" if by[user] == "done" else f"no: {by[user]}"
            for user in ("ben", "carl", "rosa")
        ]
        rows.append(f"| `{name}` | {' | '.join(cells)} |")
    return "\n".join(rows)


def test_the_table_of_refusals_is_the_one_in_the_docs(desk: Desk) -> None:
    with sign_in(desk.folder, "olga", PASSWORD) as owner:
        remove_user(owner, "rosa", at=datetime.now(UTC))
    page = as_page(refusals(desk))
    assert page in (DOCS / "storage.md").read_text("utf-8"), page


# --- patients --------------------------------------------------------------------


@pytest.mark.parametrize(
    "again",
    [
        ("anna probe",),
        ("Somebody Else", "--number", "P-1"),
        ("Somebody Else", "--born", "1980-04-12"),
        ("Probe, Anna",),
    ],
)
def test_a_lookalike_is_asked_about(empty: Desk, again: tuple[str, ...]) -> None:
    first = ("patient", "add", "Anna Probe", "--number", "P-1", "--born", "1980-04-12")
    empty.done(*first)
    refused = empty("patient", "add", *again)
    assert refused.exit_code == 1
    assert "born 1980-04-12" in refused.stderr and "--another-person" in refused.stderr
    assert len(empty.json("patient", "find")) == 1
    empty.done("patient", "add", *again, "--another-person")
    assert len(empty.json("patient", "find")) == 2


def test_a_list_tells_two_of_one_name_apart(empty: Desk) -> None:
    for born in ("1980-04-12", "1951-01-31"):
        empty.done("patient", "add", "John Smith", "--born", born, "--another-person")
    lines = empty.done("patient", "find", "smith").splitlines()
    assert len(set(lines)) == 2
    assert all("born 19" in line for line in lines)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Máire O\u2019Brien", "O'Brien"),
        ("Máire O'Brien", "o\u2019brien"),
        ("Máire O\u02bcBrien", "obrien"),
        ("Łukasz Żółć", "lukasz zolc"),
        ("Øster, Åse", "oster ase"),
        ("Øster, Åse", "OESTER"),
        ("\u0130pek I\u015f\u0131k", "ipek isik"),
        ("Đặng Đình", "dang dinh"),
        ("Þórunn Æsir", "thorunn aesir"),
        ("Müller, Jürgen", "mueller"),
        ("Müller, Jürgen", "muller"),
        ("Анна Їжак", "їжак"),
    ],
)
def test_names_are_found_as_people_type_them(
    empty: Desk, name: str, typed: str
) -> None:
    empty.done("patient", "add", name)
    assert [one["name"] for one in empty.json("patient", "find", typed)] == [name]


@pytest.mark.parametrize(
    "wrong",
    [
        ("",),
        ("   ",),
        ("N", "--born", "12.4.1980"),
        ("N", "--born", "2980-04-12"),
        ("N", "--born", "1780-04-12"),
    ],
)
def test_a_patient_who_cannot_be_is_refused(
    empty: Desk, wrong: tuple[str, ...]
) -> None:
    result = empty("patient", "add", *wrong)
    assert result.exit_code == 1 and result.stderr.count("\n") == 1
    assert empty.json("patient", "find") == []


def test_what_release_0_1_0_called_store_patients_still_finds(desk: Desk) -> None:
    assert "Anna Probe" in desk.done("store", "patients", "probe")
    assert "patients" not in CliRunner().invoke(main, ["store", "--help"]).stdout


# --- doses -----------------------------------------------------------------------


def test_a_stop_is_not_recorded_without_a_reason(desk: Desk) -> None:
    result = desk("session", "inject", desk.session_id, *LARGE)
    assert result.exit_code == 1
    assert "per_injection_volume" in result.stdout
    assert "say why with --reason" in result.stderr.splitlines()[-1]
    before = desk.json("session", "list", desk.patient_id)[0]["injections"]
    reason = ("--reason", "given before it was checked")
    row = desk.json("session", "inject", desk.session_id, *LARGE, *reason)
    assert "per_injection_volume" in [one["rule"] for one in row["findings"]]
    after = desk.json("session", "list", desk.patient_id)[0]["injections"]
    assert (before, after) == (1, 2)


def test_a_contraindication_stops(desk: Desk) -> None:
    desk.done("session", "screen", desk.session_id, "--answer", "pregnancy=yes")
    result = desk("session", "inject", desk.session_id, *SMALL, "--json")
    assert result.exit_code == 1
    row = json.loads(result.stdout)
    assert row["recorded"] == "not recorded"
    assert "contraindication" in [one["rule"] for one in row["findings"]]


def test_trying_again_with_its_id_writes_once(desk: Desk) -> None:
    own = ("--entry-id", "my-own")
    first = desk.json("session", "inject", desk.session_id, *SMALL, *own)
    again = desk.json("session", "inject", desk.session_id, *SMALL, *own)
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert first["seq"] == again["seq"]
    other = desk("session", "inject", desk.session_id, *LARGE, *own, "--reason", "r")
    assert other.exit_code == 1 and "stands for another entry" in other.stderr


def test_a_plan_is_kept_with_its_stop_and_carried_out(desk: Desk) -> None:
    stopped = desk("session", "plan", desk.session_id, *LARGE)
    assert stopped.exit_code == 1 and "STOP" in stopped.stderr
    plan = desk.done("session", "plan", desk.session_id, *SMALL, "--site", "left calf")
    desk.done("session", "inject", desk.session_id, "--plan", plan)
    last = desk("session", "show", desk.session_id, "--json").stdout.splitlines()[-1]
    body = json.loads(last)["body"]
    assert body["plan_id"] == plan and body["injection"]["site"] == "left calf"


@pytest.mark.parametrize(
    "wrong",
    [
        ("--product", "asclera", "--percent", "0.5", "--ml", "0.1"),  # liquid? foam?
        (*DOSE, "--ml", "1,000"),
        (*DOSE,),
        (*DOSE, "--ml", "0.1", "--expires", "03/04/2027"),
    ],
)
def test_what_cannot_be_read_is_one_line(desk: Desk, wrong: tuple[str, ...]) -> None:
    result = desk("session", "inject", desk.session_id, *wrong)
    assert result.exit_code == 1 and result.stderr.count("\n") == 1
    assert desk.json("session", "list", desk.patient_id)[0]["injections"] == 1


def test_no_command_takes_a_date_that_the_clock_knows() -> None:
    """Sessions, injections, weights, scores are of now; births and vials are typed."""
    allowed = {"born", "expires_on"}
    for name in ("patient", "session"):
        group = main.get_command(click.Context(main), name)
        assert isinstance(group, click.Group)
        for sub, command in group.commands.items():
            for option in command.params:
                dated = any(word in str(option.name) for word in ("date", "_on", "_at"))
                assert not dated or option.name in allowed, f"{name} {sub}"


def test_after_the_signature_a_reason_is_asked(desk: Desk) -> None:
    row = desk.json("session", "sign", desk.session_id, typed=f"{PASSWORD}\n")
    assert row["meaning"] == "performed" and row["entries"] >= 3
    result = desk("session", "note", desk.session_id, "forgotten")
    assert result.exit_code == 1 and "signed" in result.stderr
    row = desk.json(
        "session", "note", desk.session_id, "forgotten", "--reason", "left out"
    )
    assert row["kind"] == "amended"
    wrong = desk("session", "sign", desk.session_id, typed="not the password\n")
    assert wrong.exit_code == 1 and "do not fit" in wrong.stderr


def test_without_a_word_on_the_clinic_no_session_begins(tmp_path: Path) -> None:
    folder = tmp_path / "clinic"
    set_up(folder, "anna", PASSWORD, roles=[Role.CLINICIAN], at=datetime.now(UTC))
    desk = Desk(folder, tmp_path)
    patient_id = desk.done("patient", "add", "Anna Probe")
    refused = desk("session", "start", patient_id)
    assert refused.exit_code == 1 and "store clinic" in refused.stderr
    where = ("--region", "UK", "--timezone", "Europe/London")
    row = desk.json("session", "start", patient_id, *where)
    assert row["region"] == "UK"


def test_the_report_holds_what_was_given_and_what_it_does_not_promise(
    desk: Desk,
) -> None:
    desk.done("session", "photograph", desk.session_id, picture(desk), *PHOTO)
    file = desk.tmp / "page.html"
    row = desk.json("session", "report", desk.session_id, "--out", str(file))
    page = file.read_text("utf-8")
    assert row == {
        "file": str(file),
        "sessions": 1,
        "injections": 1,
        "photographs": 1,
        "comparisons": [],
    }
    for said in ("Anna Probe", "Asclera", "0.1 mL", "a recording", "not signed"):
        assert said in page
    assert "does not diagnose" in page


def test_the_stores_own_key_never_records(desk: Desk) -> None:
    with sign_in(desk.folder, "olga", PASSWORD) as owner:
        from vein_imaging.storage.people.roles import Action

        key = owner.allowed_key(Action.BACKUP)
    file = desk.tmp / "key"
    file.write_text(key.hex())
    file.chmod(0o600)
    where = ("--store", str(desk.folder), "--key-file", str(file))
    runner = CliRunner()
    for arguments in (
        ("session", "note", desk.session_id, "x"),
        ("patient", "add", "N"),
        ("store", "erase-patient", desk.patient_id, "--reason", "r", "--yes"),
        ("store", "export-patient", desk.patient_id, str(desk.tmp / "out")),
    ):
        result = runner.invoke(main, [*arguments, *where])
        assert result.exit_code in (1, 2), result.output
        assert "--user" in result.stderr
    assert runner.invoke(main, ["verify", *where]).exit_code == 0
    backup = ["store", "backup", str(desk.tmp / "b"), *where]
    assert runner.invoke(main, backup).exit_code == 0


def test_faces_name_no_author() -> None:
    root = Path(__file__).parents[3] / "vein_imaging"
    faces = [
        *(root / "viewer").rglob("*.py"),
        *(root / "demo").rglob("*.py"),
        *(root / "cli" / "session").rglob("*.py"),
        root / "cli" / "patient.py",
        root / "cli" / "view.py",
    ]
    # A text may have a place for a name; no call passes one.
    naming = [
        f"{file.name}:{node.lineno}"
        for file in faces
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", "") != "format"
        and any(word.arg == "author" for word in node.keywords)
    ]
    assert naming == []

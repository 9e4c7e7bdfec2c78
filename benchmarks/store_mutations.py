"""Take one guard of the store out at a time: some test must fail each time.

    python benchmarks/store_mutations.py --out benchmarks/results/store_mutations.txt

Works on a copy; a mutation whose text is not found any more is an error.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

HANGS_AFTER_S = 900  # two windows that wait for each other
ROOT = Path(__file__).parents[1]
STORAGE = "vein_imaging/storage"

# what is taken out: file, text, what stands there instead
MUTATIONS: dict[str, tuple[str, str, str]] = {
    "flush of a file": ("../durable.py", "os.fsync(stream.fileno())", "pass"),
    "flush of a folder": ("../durable.py", "flush_folder(file.parent)", "pass"),
    "flush of a new folder": (
        "../durable.py",
        "flush_folder(folder.parent)",
        "pass",
    ),
    "rename instead of writing in place": (
        "../durable.py",
        "temporary.replace(file)",
        "file.write_bytes(content); temporary.unlink()",
    ),
    "cleaning up after a full disk": (
        "../durable.py",
        "temporary.unlink(missing_ok=True)",
        "pass",
    ),
    "synchronous=FULL": (
        "database/sqlcipher.py",
        '("synchronous", "FULL", 2)',
        '("synchronous", "NORMAL", 1)',
    ),
    "secure_delete": (
        "database/sqlcipher.py",
        '("secure_delete", "ON", 1)',
        '("secure_delete", "OFF", 0)',
    ),
    "reading pragmas back": ("database/sqlcipher.py", "if got != wanted:", "if False:"),
    "safe SQLite": (
        "database/sqlcipher.py",
        "sqlite_version_info < SAFE_SQLITE",
        "sqlite_version_info < (3, 0)",
    ),
    "guard of the connection": (
        "database/sqlcipher.py",
        "connection.set_authorizer(_guard)",
        "pass",
    ),
    "write lock at the beginning": (
        "database/sqlcipher.py",
        '"BEGIN IMMEDIATE" if writes else "BEGIN"',
        '"BEGIN"',
    ),
    "only writer on a server": (
        "database/postgresql.py",
        "SELECT pg_advisory_xact_lock({_APPEND_LOCK})",
        "SELECT {_APPEND_LOCK}",
    ),
    "server's promises": ("database/postgresql.py", 'if value != "on":', "if False:"),
    "no password in a URL": (
        "database/postgresql.py",
        "if parts.password:",
        "if False:",
    ),
    "checked certificate": (
        "database/postgresql.py",
        'parts.query.get("sslmode") != "verify-full"',
        "False",
    ),
    "app role may not delete": (
        "database/postgresql.py",
        "GRANT SELECT, INSERT ON event",
        "GRANT ALL ON event",
    ),
    "trigger: no update (file)": (
        "database/append_only.py",
        "SELECT RAISE(ABORT, 'the ledger is append-only: no update');",
        "SELECT 1;",
    ),
    "trigger: no delete (file)": (
        "database/append_only.py",
        "SELECT RAISE(ABORT, 'the ledger is append-only: no delete');",
        "SELECT 1;",
    ),
    "trigger: order (file)": (
        "database/append_only.py",
        "SELECT RAISE(ABORT, 'the ledger has no gaps",
        "SELECT ('the ledger has no gaps",
    ),
    "trigger: no update or delete (server)": (
        "database/append_only.py",
        "BEFORE UPDATE OR DELETE ON event",
        "BEFORE UPDATE ON event",
    ),
    "trigger: no truncate (server)": (
        "database/append_only.py",
        "BEFORE TRUNCATE ON event",
        "BEFORE DELETE ON event",
    ),
    "triggers always on (server)": (
        "database/append_only.py",
        "ALTER TABLE event ENABLE ALWAYS TRIGGER event_no_change;",
        "",
    ),
    "verify: own hash": (
        "upkeep/verify.py",
        "if row.hash != entry_hash(",
        "if () == (",
    ),
    "verify: link": ("upkeep/verify.py", "if row.prev != self.prev:", "if False:"),
    "verify: gaps": (
        "upkeep/verify.py",
        "if row.seq != self.seen.entries:",
        "if False:",
    ),
    "verify: latest time": (
        "upkeep/verify.py",
        "if row.latest_at != self.latest_at:",
        "if False:",
    ),
    "verify: images read": (
        "upkeep/verify.py",
        "self.store.images.read(key, sha256)",
        "pass",
    ),
    "verify: missing keys explained": (
        "upkeep/verify.py",
        "if patient_id not in self.erased:",
        "if False:",
    ),
    "verify: erased keys gone": (
        "upkeep/verify.py",
        "for patient_id in self.erased.intersection(keys):",
        "for patient_id in ():",
    ),
    "verify: first entry": ("upkeep/verify.py", "first.kind != CREATED", "False"),
    "verify: sessions begun": (
        "upkeep/verify.py",
        "elif self.patient_of.get(row.session_id) != row.patient_id:",
        "elif False:",
    ),
    "verify: log carried into the file first": (
        "upkeep/verify.py",
        "store.settle_file()",
        "pass",
    ),
    "verify: page checks": (
        "database/schema_check.py",
        'if row[0] != "ok":',
        "if False:",
    ),
    "verify: schema compared": (
        "database/schema_check.py",
        "yield from _differences(",
        "(lambda *_: None)(",
    ),
    "anchor: entry still there": (
        "upkeep/checkpoint.py",
        "if found is None and checkpoint.seq:",
        "if False:",
    ),
    "anchor: same hash": (
        "upkeep/checkpoint.py",
        "if found != checkpoint.hash or root != checkpoint.root:",
        "if False:",
    ),
    "anchor: signature": (
        "upkeep/checkpoint.py",
        "if not signed:",
        "if False:",
    ),
    "anchor: evidence is kept": (
        "upkeep/kept_checkpoints.py",
        "for warning in checkpoint_warnings(store, [folder]):",
        "for warning in ():",
    ),
    "hash covers the header": (
        "entries/ledger.py",
        "hashed = {**header, ",
        "hashed = {",
    ),
    "hash covers the content": (
        "entries/ledger.py",
        '{**header, "content_sha256": hashlib.sha256(content).hexdigest()}',
        "{**header}",
    ),
    "image: hash on read": (
        "files/images.py",
        "if hashlib.sha256(png).hexdigest() != sha256:",
        "if False:",
    ),
    "image there before its entry": (
        "store.py",
        "for sha256 in named_images(entry.body):",
        "for sha256 in ():",
    ),
    "a stop refuses": (
        "store.py",
        'if refuses and any(one.severity == "stop" for one in findings):',
        "if False:",
    ),
    "time that cannot be set back": (
        "entries/ledger.py",
        "max(at, utc_text(newest.latest_at)) if newest.latest_at else at",
        "at",
    ),
    "no floats": ("entries/canonical.py", '_refuse_inexact(body, "body")', "pass"),
    "wrong passwords slow down": ("people/attempts.py", "if wait_s:", "if False:"),
    "same work for unknown users": (
        "people/key_slots.py",
        "for slot in slots or [_nobody()]:",
        "for slot in slots:",
    ),
    "slot bound to its name": (
        "people/key_slots.py",
        'about = {"name": name, "roles": roles,',
        'about = {"name": "", "roles": roles,',
    ),
    "slot bound to its roles": (
        "people/key_slots.py",
        'about = {"name": name, "roles": roles,',
        'about = {"name": name, "roles": "",',
    ),
    "slot as the ledger knows it": (
        "people/sign_in.py",
        "forged = fingerprint(name, opened.slot) != register.fingerprints.get(name)",
        "forged = False",
    ),
    "people's entries are signed": (
        "people/register.py",
        "elif self.bound and not self._may_change(entry, name):",
        "elif False:",
    ),
    "slots' entries are signed": (
        "people/register.py",
        "if not own_first and not self._may_change(entry, name):",
        "if False:",
    ),
    "a signature counts at its place": (
        "people/register.py",
        '"entry": seq, "author": author',
        '"entry": 0, "author": author',
    ),
    "signed by who may": (
        "people/register.py",
        "allowed and _is_signed_by",
        "_is_signed_by",
    ),
    "the file's last change is signed": (
        "people/slot_changes.py",
        "if register.keys and not _is_signed(file, register):",
        "if False:",
    ),
    "one at a time in a file": (
        "files/held_file.py",
        "with self._lock:",
        "if True:",
    ),
    "the store's identity": (
        "entries/wholeness.py",
        "if first is not None and sealed_id != layout.store_id:",
        "if False:",
    ),
    "entries that are missing": (
        "entries/wholeness.py",
        "if newest.seq >= mark.seq:",
        "if True:",
    ),
    "a copy's pages": (
        "entries/wholeness.py",
        "    if faults:",
        "    if False:",
    ),
    "a missing checkpoint": (
        "upkeep/kept_checkpoints.py",
        "if place_of(folder) in known and not",
        "if False and not",
    ),
    "a witness asks for the proof": (
        "upkeep/witness.py",
        "if not consistency_holds(",
        "if () == (",
    ),
    "commitments": (
        "upkeep/verify.py",
        "row.commitment != commitment(row, key)",
        "False",
    ),
    "roots of tiles": (
        "upkeep/tree_check.py",
        "root != tree.tile_root(number)",
        "False",
    ),
    "nothing connects after the lock": (
        "entries/transactions.py",
        'event.listen(engine, "do_connect", _refuse)',
        "pass",
    ),
    "keys overwritten at the lock": (
        "entries/transactions.py",
        "self.vault.close()",
        "pass",
    ),
    "no code works twice": ("people/users.py", "and step > user.totp_step", ""),
    "second factor": (
        "people/sign_in.py",
        "if user and user.totp_secret:",
        "if False:",
    ),
    "leavers": (
        "people/sign_in.py",
        "user is not None and user.roles and step",
        "user is not None and step",
    ),
    "roles": (
        "people/open_desk.py",
        "if not may(self.user.roles, action):",
        "if False:",
    ),
    "idle lock": (
        "people/desk.py",
        "not 0 <= idle_s < self._idle_limit_s",
        "False",
    ),
    "password again to sign": (
        "people/signed_in.py",
        "desk.signing = self._with_password(password).signing",
        "pass",
    ),
    "reads logged": (
        "people/desk.py",
        'desk.log("read", {"what": what}, self.clocks.now(), patient_id)',
        "pass",
    ),
    "key destroyed": (
        "upkeep/erasure.py",
        "delete(patient_key).where(patient_key.c.patient_id == patient_id)",
        "delete(patient_key).where(patient_key.c.patient_id == 'x')",
    ),
    "key gone from the log too": (
        "upkeep/erasure.py",
        "store.settle_file(empty_log=True)",
        "pass",
    ),
    "copy verified": ("upkeep/backup.py", "if seen.problems:", "if False:"),
    "whole folders": (
        "files/whole_folder.py",
        "shutil.rmtree(building, ignore_errors=True)",
        "pass",
    ),
}


# where a guard's own tests are: asked first, the whole suite only if they pass
OWN_TESTS = {
    "database/sqlcipher.py": ["sqlcipher", "append_only", "erasure", "crash"],
    "database/postgresql.py": ["postgresql", "append_only", "crash"],
    "database/append_only.py": ["append_only"],
    "database/schema_check.py": ["verify"],
    "upkeep/checkpoint.py": ["verify"],
    "entries/ledger.py": ["verify", "store"],
    "people/attempts.py": ["attempts"],
    "people/key_slots.py": ["forged_users_file", "signed_in"],
    "people/register.py": ["forged_users_file"],
    "people/slot_changes.py": ["forged_users_file"],
    "people/users.py": ["signed_in"],
    "people/open_desk.py": ["signed_in"],
    "people/desk.py": ["signed_in"],
    "people/sign_in.py": ["forged_users_file", "signed_in"],
    "entries/transactions.py": ["wholeness", "lock"],
    "upkeep/kept_checkpoints.py": ["desk_checkpoints", "verify"],
    "upkeep/tree_check.py": ["verify"],
    "files/whole_folder.py": ["patient_export", "backup"],
}


def passes(copy: Path, *tests: Path) -> bool:
    """Whether these tests pass on the copy."""
    arguments = ["-q", "-x", "-p", "no:cacheprovider", "-k", "not model"]
    command = [sys.executable, "-m", "pytest", *arguments]
    try:
        done = subprocess.run(
            [*command, *tests],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(copy)},
            capture_output=True,
            timeout=HANGS_AFTER_S,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def survives(name: str, copy: Path) -> bool:
    """Whether the tests pass without this guard."""
    file_name, text, instead = MUTATIONS[name]
    file = copy / STORAGE / file_name
    whole = file.read_text("utf-8")
    if text not in whole:
        raise SystemExit(f"{name}: {text!r} is not in {file_name} any more")
    file.write_text(whole.replace(text, instead), "utf-8")
    own = OWN_TESTS.get(file_name, [Path(file_name).stem])
    found = [
        test
        for one in own
        for test in (copy / "tests/vein_imaging").rglob(f"test_{one}.py")
    ]
    if not found:
        raise SystemExit(f"{file_name}: no test file of {own}")
    try:
        return passes(copy, *found) and passes(copy, copy / "tests" / STORAGE)
    finally:
        file.write_text(whole, "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", help="Names of mutations.")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    lines = []
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / "copy"
        for part in (
            "vein_imaging",
            "tests/vein_imaging/storage",
            "docs",
            "benchmarks",
        ):
            shutil.copytree(ROOT / part, copy / part)
        shutil.copy(ROOT / "pyproject.toml", copy)
        shutil.copy(
            ROOT / "tests/vein_imaging/test_durable.py", copy / "tests/vein_imaging"
        )
        for mutation in asked.only or MUTATIONS:
            alive = survives(mutation, copy)
            lines.append(f"{'SURVIVES' if alive else 'found':<9} {mutation}")
            print(lines[-1], flush=True)
    alive_count = sum(line.startswith("SURVIVES") for line in lines)
    lines.append(f"{len(lines) - alive_count} of {len(lines)} found")
    print(lines[-1])
    if asked.out:
        head = f"benchmarks/store_mutations.py, {datetime.now(UTC):%Y-%m-%d}"
        asked.out.write_text("\n".join([head, *lines, ""]))
    raise SystemExit(1 if alive_count else 0)


if __name__ == "__main__":
    main()

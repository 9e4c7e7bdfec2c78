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
    "flush of a file": ("durable.py", "os.fsync(stream.fileno())", "pass"),
    "flush of a folder": ("durable.py", "flush_folder(file.parent)", "pass"),
    "flush of a new folder": ("durable.py", "flush_folder(folder.parent)", "pass"),
    "rename instead of writing in place": (
        "durable.py",
        "temporary.replace(file)",
        "file.write_bytes(content); temporary.unlink()",
    ),
    "cleaning up after a full disk": (
        "durable.py",
        "temporary.unlink(missing_ok=True)",
        "pass",
    ),
    "synchronous=FULL": (
        "sqlcipher.py",
        '("synchronous", "FULL", 2)',
        '("synchronous", "NORMAL", 1)',
    ),
    "secure_delete": (
        "sqlcipher.py",
        '("secure_delete", "ON", 1)',
        '("secure_delete", "OFF", 0)',
    ),
    "reading pragmas back": ("sqlcipher.py", "if got != wanted:", "if False:"),
    "safe SQLite": (
        "sqlcipher.py",
        "sqlite_version_info < SAFE_SQLITE",
        "sqlite_version_info < (3, 0)",
    ),
    "guard of the connection": (
        "sqlcipher.py",
        "connection.set_authorizer(_guard)",
        "pass",
    ),
    "write lock at the beginning": (
        "sqlcipher.py",
        '"BEGIN IMMEDIATE" if writes else "BEGIN"',
        '"BEGIN"',
    ),
    "only writer on a server": (
        "postgresql.py",
        "SELECT pg_advisory_xact_lock({_APPEND_LOCK})",
        "SELECT {_APPEND_LOCK}",
    ),
    "server's promises": ("postgresql.py", 'if value != "on":', "if False:"),
    "no password in a URL": ("postgresql.py", "if parts.password:", "if False:"),
    "checked certificate": (
        "postgresql.py",
        'parts.query.get("sslmode") != "verify-full"',
        "False",
    ),
    "app role may not delete": (
        "postgresql.py",
        "GRANT SELECT, INSERT ON event",
        "GRANT ALL ON event",
    ),
    "trigger: no update (file)": (
        "append_only.py",
        "SELECT RAISE(ABORT, 'the ledger is append-only: no update');",
        "SELECT 1;",
    ),
    "trigger: no delete (file)": (
        "append_only.py",
        "SELECT RAISE(ABORT, 'the ledger is append-only: no delete');",
        "SELECT 1;",
    ),
    "trigger: order (file)": (
        "append_only.py",
        "SELECT RAISE(ABORT, 'the ledger has no gaps",
        "SELECT ('the ledger has no gaps",
    ),
    "trigger: no update or delete (server)": (
        "append_only.py",
        "BEFORE UPDATE OR DELETE ON event",
        "BEFORE UPDATE ON event",
    ),
    "trigger: no truncate (server)": (
        "append_only.py",
        "BEFORE TRUNCATE ON event",
        "BEFORE DELETE ON event",
    ),
    "triggers always on (server)": (
        "append_only.py",
        "ALTER TABLE event ENABLE ALWAYS TRIGGER event_no_change;",
        "",
    ),
    "verify: own hash": ("verify.py", "if row.hash != entry_hash(", "if () == ("),
    "verify: link": ("verify.py", "if row.prev != self.prev:", "if False:"),
    "verify: gaps": ("verify.py", "if row.seq != self.seen.entries:", "if False:"),
    "verify: latest time": (
        "verify.py",
        "if row.latest_at != self.latest_at:",
        "if False:",
    ),
    "verify: images read": (
        "verify.py",
        "self.store.images.read(key, sha256)",
        "pass",
    ),
    "verify: missing keys explained": (
        "verify.py",
        "if patient_id not in self.erased:",
        "if False:",
    ),
    "verify: erased keys gone": (
        "verify.py",
        "for patient_id in self.erased.intersection(keys):",
        "for patient_id in ():",
    ),
    "verify: first entry": ("verify.py", "first.kind != CREATED", "False"),
    "verify: sessions begun": (
        "verify.py",
        "elif self.patient_of.get(row.session_id) != row.patient_id:",
        "elif False:",
    ),
    "verify: log carried into the file first": (
        "verify.py",
        "store.settle_file()",
        "pass",
    ),
    "verify: page checks": (
        "shape.py",
        'if row[0] != "ok":',
        "if False:",
    ),
    "verify: schema compared": (
        "shape.py",
        "yield from _differences(",
        "(lambda *_: None)(",
    ),
    "anchor: entry still there": ("anchor.py", "if found is None:", "if False:"),
    "anchor: same hash": ("anchor.py", "if found != checkpoint.hash:", "if False:"),
    "anchor: signature": (
        "anchor.py",
        ".verify(signature[4:], note.encode())",
        "",
    ),
    "anchor: evidence is kept": (
        "anchor.py",
        "for warning in anchor_warnings(store, [folder]):",
        "for warning in ():",
    ),
    "hash covers the header": (
        "ledger.py",
        'canonical_flat({**header, "content_sha256": content_sha256})',
        'canonical_flat({"content_sha256": content_sha256})',
    ),
    "hash covers the content": (
        "ledger.py",
        'canonical_flat({**header, "content_sha256": content_sha256})',
        "canonical_flat(header)",
    ),
    "image: hash on read": (
        "images.py",
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
        "ledger.py",
        "max(at, utc_text(newest.latest_at)) if newest.latest_at else at",
        "at",
    ),
    "no floats": ("canonical.py", '_refuse_inexact(body, "body")', "pass"),
    "wrong passwords slow down": ("attempts.py", "if wait_s:", "if False:"),
    "same work for unknown users": (
        "passwords.py",
        "wrap = known.get(name, _nobody())",
        "wrap = known[name] if name in known else Wrap('00' * 8, '00' * 40, 8, 1, 1)",
    ),
    "no code works twice": ("people.py", "and step > user.totp_step", ""),
    "second factor": ("identity.py", "if user and user.totp_secret:", "if False:"),
    "leavers": ("identity.py", "not user.roles or step is None", "step is None"),
    "roles": ("clinic.py", "if not may(desk.user.roles, action):", "if False:"),
    "idle lock": ("clinic.py", "not 0 <= idle_s < self._idle_limit_s", "False"),
    "password again to sign": (
        "clinic.py",
        "        self.check_password(password)\n        entry",
        "        entry",
    ),
    "reads logged": (
        "clinic.py",
        'self._log(desk, "read", {"what": what}, patient_id)',
        "pass",
    ),
    "key destroyed": (
        "erasure.py",
        "delete(patient_key).where(patient_key.c.patient_id == patient_id)",
        "delete(patient_key).where(patient_key.c.patient_id == 'x')",
    ),
    "key gone from the log too": (
        "erasure.py",
        "store.settle_file(empty_log=True)",
        "pass",
    ),
    "copy verified": ("copying.py", "if seen.problems:", "if False:"),
    "whole folders": (
        "building.py",
        "shutil.rmtree(building, ignore_errors=True)",
        "pass",
    ),
}


# where a guard's own tests are: asked first, the whole suite only if they pass
OWN_TESTS = {
    "sqlcipher.py": ["sqlcipher", "append_only", "erasure", "crash"],
    "postgresql.py": ["postgresql", "append_only", "crash"],
    "append_only.py": ["append_only"],
    "shape.py": ["verify"],
    "anchor.py": ["verify"],
    "ledger.py": ["verify", "store"],
    "attempts.py": ["clinic"],
    "passwords.py": ["clinic"],
    "people.py": ["clinic"],
    "identity.py": ["clinic"],
    "building.py": ["portable", "copying"],
}


def passes(copy: Path, *tests: str) -> bool:
    """Whether these tests pass on the copy."""
    folder = copy / "tests" / STORAGE
    arguments = ["-q", "-x", "-p", "no:cacheprovider", "-k", "not model"]
    command = [sys.executable, "-m", "pytest", *arguments]
    try:
        done = subprocess.run(
            [*command, *(folder / test for test in tests)],
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
    own = OWN_TESTS.get(file_name, [file_name.removesuffix(".py")])
    try:
        return passes(copy, *(f"test_{one}.py" for one in own)) and passes(copy, "")
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

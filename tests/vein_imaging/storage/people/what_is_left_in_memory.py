"""Sign in, work, lock; then look for the secrets in all memory of this process.

Prints one JSON object: how often each secret is found before and after the lock. Run by
`test_lock.py` in a process of its own. The secrets are drawn here and kept masked, so
that what looks for them is not what is found.
"""

from __future__ import annotations

import gc
import json
import os
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

from vein_imaging.domain.session import Annotated
from vein_imaging.storage.files.keys import derived, wipe
from vein_imaging.storage.people import passwords
from vein_imaging.storage.people.administration import set_up
from vein_imaging.storage.people.roles import Action, Role
from vein_imaging.storage.people.signed_in import SignedInStore, sign_in

passwords.ARGON2ID_COST = (32, 1, 4)
MASK = secrets.token_bytes(64)


def masked(secret: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(secret, MASK, strict=False))


def taken(secret: bytes | str) -> bytes:
    """Mask a secret of this script's own, and overwrite it here."""
    spelled = secret.encode() if isinstance(secret, str) else secret
    hidden = masked(spelled)
    wipe(spelled)
    wipe(secret)
    return hidden


def found(hidden: bytes) -> int:
    """Count a secret in every writable page, without writing it down to do so."""
    first, count = hidden[0] ^ MASK[0], 0
    second = hidden[1] ^ MASK[1]
    with Path("/proc/self/maps").open() as maps, open("/proc/self/mem", "rb", 0) as mem:  # noqa: PTH123
        for line in maps.readlines():
            span, rights, *rest = line.split()
            if "w" not in rights or rest[-1] in ("[vvar]", "[vsyscall]"):
                continue
            start, end = (int(text, 16) for text in span.split("-"))
            for low in range(start, end, 1 << 20):
                try:
                    mem.seek(low)
                    part = mem.read(min(1 << 20, end - low) + 64)
                except (OSError, ValueError, OverflowError):
                    continue
                at = part.find(bytes([first, second]))
                while at >= 0:
                    got = part[at : at + len(hidden)]
                    if masked(got) == hidden and at < 1 << 20:
                        count += 1
                    at = part.find(bytes([first, second]), at + 1)
                del part
    return count


def worked(signed_in: SignedInStore) -> None:
    session_id = signed_in.start_session(signed_in.add_patient({"name": "Probe"}))
    signed_in.append(session_id, Annotated(entry_id="n", text="x"))
    signed_in.events(session_id)


def main() -> None:
    folder = Path(sys.argv[1])
    password = " ".join(secrets.token_hex(4) for _ in range(4))
    child = os.fork()  # a new password is judged by others' code, which keeps pieces
    if not child:
        set_up(folder, "olga", password, roles=[Role.CLINICIAN], at=datetime.now(UTC))
        os._exit(0)
    os.waitpid(child, 0)
    signed_in = sign_in(folder, "olga", password)
    hidden = {"password": taken(password)}
    worked(signed_in)
    data_key = signed_in.allowed_key(Action.USERS)
    for name, purpose in (
        ("database key", "vein-imaging database"),
        ("patients' wrapping key", "vein-imaging patient keys"),
    ):
        key = derived(data_key, purpose)
        if name == "database key":
            hidden["database key in hex"] = taken(key.hex())
        hidden[name] = taken(key)
    hidden["data key"] = taken(data_key)
    gc.collect()
    before = {name: found(secret) for name, secret in hidden.items()}
    signed_in.lock()
    gc.collect()
    after = {name: found(secret) for name, secret in hidden.items()}
    print(json.dumps({"before": before, "after": after}))


if __name__ == "__main__":
    main()

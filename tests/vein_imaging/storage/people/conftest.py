"""A clinic with people in it: one by whom it is owned, and those whom a test adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vein_imaging.storage.people.administration import add_user, set_up
from vein_imaging.storage.people.roles import Role
from vein_imaging.storage.people.signed_in import Clocks, SignedInStore, sign_in

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
OLGA = "correct horse battery"
ANNA = "four unrelated words"
ANTON = "velvet barometer fig"


@dataclass
class Clinic:
    """A store, its people, and both clocks, moved by hand."""

    folder: Path
    recovery_key: str = ""
    now = NOON
    idle_s: float = 0.0
    checkpoint_folders: Sequence[Path] = ()
    clocks: Clocks = field(init=False)

    def __post_init__(self) -> None:
        self.clocks = Clocks(lambda: self.now, lambda: self.idle_s)

    def pass_s(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.idle_s += seconds

    def sign_in(self, name: str, password: str, code: str = "") -> SignedInStore:
        return sign_in(
            self.folder,
            name,
            password,
            code=code,
            clocks=self.clocks,
            checkpoint_folders=self.checkpoint_folders,
        )

    def olga(self) -> SignedInStore:
        return self.sign_in("olga", OLGA)

    def anton(self) -> SignedInStore:
        return self.sign_in("anton", ANTON)

    def add(self, name: str, password: str, *roles: Role) -> None:
        with self.olga() as signed_in:
            add_user(signed_in, name, password, roles, at=self.now)


@pytest.fixture
def clinic(folder: Path) -> Clinic:
    """A store that olga owns, and in which anton is an assistant."""
    done = set_up(folder, "olga", OLGA, at=NOON)
    made = Clinic(folder, done.recovery_key)
    made.add("anton", ANTON, Role.ASSISTANT)
    return made

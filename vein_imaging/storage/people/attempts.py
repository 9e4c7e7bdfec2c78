"""Wrong passwords slow sign-in down, and are remembered until they can be logged.

A guesser gains nothing by trying often, and shuts nobody out by trying seldom: the wait
is at most two minutes, counts for one name at one computer, and for signing apart from
signing in.
"""

from __future__ import annotations

import hashlib
import platform
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from vein_imaging.durable import write_durably
from vein_imaging.storage.errors import StoreReadOnlyError, TooManyAttemptsError
from vein_imaging.storage.files.held_file import HeldFile
from vein_imaging.storage.files.layout import StoreLayout
from vein_imaging.storage.people.clocks import Clocks
from vein_imaging.words import translate as _

__all__ = ["Attempts", "this_boot", "this_place"]

_FREE = 3  # people mistype; a guesser gains nothing by three
_LONGEST_S = 120.0
"""A guesser has 720 tries a day at most, and a clinician waits no longer than for a
kettle."""
_REMEMBERED = timedelta(hours=24)
"""A mistake of last week is no reason to wait."""


def this_place() -> str:
    """Return what tells this computer from others; neither secret nor proof."""
    of = f"{platform.node()}\n{uuid.getnode()}"
    return hashlib.sha256(of.encode()).hexdigest()[:16]


def this_boot() -> str:
    """Return what changes when the computer starts anew, where the system tells it."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


@dataclass(slots=True)
class _Failure:
    """One wrong password, by both clocks, and whether it is told and still counts."""

    at: AwareDatetime
    boot: str
    idle_s: float
    told: bool = False
    counts: bool = True


@dataclass(slots=True)
class _Record:
    """One name at one place.

    Attributes
    ----------
    refused : int
        Tries that came too soon and were not made; not told yet.
    """

    name: str
    failures: list[_Failure] = field(default_factory=list)
    refused: int = 0


_Records = dict[str, _Record]
_FILE = TypeAdapter(_Records)
_Old = dict[str, tuple[list[AwareDatetime], list[AwareDatetime]]]
_OLD_FILE = TypeAdapter(_Old)
_DAMAGED = "damaged"


class Attempts:
    """Failed sign-ins, in a file beside the ledger (which is still closed then).

    Names are kept as hashes: people type passwords into the wrong field. Unknown names
    slow down in the same way, so that the wait gives nothing away.

    Parameters
    ----------
    layout : StoreLayout
    clocks : Clocks
        The second one, which nobody sets, decides where the computer was not started
        anew between.
    purpose : str
        What the password is asked for: signing in, or signing in an open session.
    place, boot : function
        `this_place` and `this_boot`.
    """

    def __init__(
        self,
        layout: StoreLayout,
        clocks: Clocks,
        purpose: str = "sign in",
        place: Callable[[], str] = this_place,
        boot: Callable[[], str] = this_boot,
    ) -> None:
        self._file = layout.folder / "attempts.json"
        self._held = HeldFile(self._file)
        self._store_id = layout.store_id
        self._clocks = clocks
        self._where = f"{place()}\n{purpose}"
        self._boot = boot()

    def _read(self) -> _Records:
        """Return what is remembered, by place, purpose and hashed name."""
        try:
            content = self._file.read_bytes()
        except FileNotFoundError:
            return {}
        try:
            return _FILE.validate_json(content)
        except ValidationError:
            return self._read_old(content)

    def _read_old(self, content: bytes) -> _Records:
        """Read the file of release 0.1.0; one that is cut or edited is told as such."""
        try:
            old = _OLD_FILE.validate_json(content)
        except ValidationError:
            never = _Failure(datetime.fromtimestamp(0, UTC), "", 0.0)
            return {_DAMAGED: _Record(_DAMAGED, [never])}
        return {
            name: _Record(
                name,
                [_Failure(at, "", 0.0, told=True) for at in told]
                + [_Failure(at, "", 0.0) for at in untold],
            )
            for name, (told, untold) in old.items()
        }

    @contextmanager
    def _changing(self) -> Iterator[_Records]:
        """Read, let the caller edit, write back.

        A disk that cannot be written keeps no count: whoever guesses there has a copy,
        and is not stopped by this file.
        """
        edited = False
        try:
            with self._held.held():
                records = self._read()
                yield records
                edited = True
                write_durably(self._file, _FILE.dump_json(records))
        except StoreReadOnlyError:
            if not edited:
                yield self._read()

    def hashed(self, name: str) -> str:
        """Return what a name is kept as."""
        return hashlib.sha256(f"{self._store_id}\n{name}".encode()).hexdigest()[:16]

    def _key(self, name: str) -> str:
        of = f"{self._where}\n{self.hashed(name)}"
        return hashlib.sha256(of.encode()).hexdigest()[:16]

    def _since_s(self, failure: _Failure) -> float | None:
        """Return the seconds since a failure; None if its clock was ahead of now."""
        if failure.boot and failure.boot == self._boot:
            return max(self._clocks.idle() - failure.idle_s, 0.0)
        since_s = (self._clocks.now() - failure.at).total_seconds()
        return since_s if since_s >= 0 else None

    def begin(self, name: str) -> None:
        """Count a try before it is made, so that many at once count as many.

        Raises
        ------
        TooManyAttemptsError
            Saying how long to wait; the try is noted and must not be made.
        """
        wait_s = 0.0
        with self._changing() as records:
            record = records.setdefault(self._key(name), _Record(self.hashed(name)))
            now = _Failure(self._clocks.now(), self._boot, self._clocks.idle())
            for failure in record.failures:
                if self._since_s(failure) is None:  # that clock was wrong
                    failure.boot, failure.idle_s = now.boot, now.idle_s
                    failure.at = failure.at if now.boot else now.at
            wait_s = self._wait_s(record)
            if wait_s:
                record.refused += 1
            else:
                record.failures.append(now)
        if wait_s:
            raise TooManyAttemptsError(
                _("Too many wrong passwords. Try again in {wait_s:.0f} s").format(
                    wait_s=max(wait_s, 1.0)
                )
            )

    def _wait_s(self, record: _Record) -> float:
        """Return how long the next try must wait.

        Nothing for the first three, then 1, 2, 4, ... seconds up to two minutes after
        the last failure; a day-old failure does not count.
        """
        since = [self._since_s(f) for f in record.failures if f.counts]
        limit_s = _REMEMBERED.total_seconds()
        recent = [s for s in since if s is not None and s < limit_s]
        beyond = len(recent) - _FREE
        if beyond < 0:
            return 0.0
        return max(min(2.0 ** min(beyond, 10), _LONGEST_S) - recent[-1], 0.0)

    def untold(self, name: str) -> dict[str, list[str]]:
        """Return the failures, by hashed name, that the ledger does not know yet.

        The try of this name that is being made is left out.
        """
        own, told = self._key(name), dict[str, list[str]]()
        for key, record in self._read().items():
            made = record.failures[:-1] if key == own else record.failures
            new = [failure.at.isoformat() for failure in made if not failure.told]
            new += ["refused: too soon"] * record.refused
            if new:
                told.setdefault(record.name, []).extend(new)
        return told

    def succeeded(self, name: str, *, told: bool = False) -> None:
        """Take this name's try back: it was right. Its failures count no more here.

        Parameters
        ----------
        told : bool
            Whether the ledger knows now what `untold` gave.
        """
        with self._changing() as records:
            own = records.get(self._key(name))
            if own:
                del own.failures[-1:]
                for failure in own.failures:
                    failure.counts = False
            for key, record in list(records.items()):
                if told:
                    record.refused = 0
                    for failure in record.failures:
                        failure.told = True
                record.failures = [f for f in record.failures if f.counts or not f.told]
                if (key == _DAMAGED and told) or not (
                    record.failures or record.refused
                ):
                    del records[key]

    def lift(self, name: str) -> None:
        """Forget every failure of a name, at all places, for signing in and signing."""
        own = self.hashed(name)
        with self._changing() as records:
            for key in [k for k, record in records.items() if record.name == own]:
                del records[key]

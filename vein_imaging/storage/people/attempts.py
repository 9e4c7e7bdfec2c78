"""Wrong passwords slow sign-in down, and are remembered until they can be logged."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from vein_imaging.durable import write_durably
from vein_imaging.storage.errors import TooManyAttemptsError
from vein_imaging.storage.files.layout import StoreLayout
from vein_imaging.words import translate as _

__all__ = ["Attempts"]

_Failures = tuple[list[AwareDatetime], list[AwareDatetime]]
_FILE = TypeAdapter(dict[str, _Failures])
_FREE = 3  # people mistype; a guesser gains nothing by three
_LONGEST = timedelta(minutes=15)
_NONE = timedelta(0)  # no pause


class Attempts:
    """Failed sign-ins, in a file beside the ledger (which is still closed then).

    Names are kept as hashes: people type passwords into the wrong field. Unknown names
    slow down in the same way, so that the wait gives nothing away.

    Parameters
    ----------
    layout : StoreLayout
    """

    def __init__(self, layout: StoreLayout) -> None:
        self._file = layout.folder / "attempts.json"
        self._store_id = layout.store_id

    def _read(self) -> dict[str, _Failures]:
        """Return, by hashed name, the failures told in the ledger and those not yet."""
        try:
            return _FILE.validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return {}
        except ValidationError:  # cut or edited: a failure of nobody, to be told
            return {"damaged": ([], [datetime.fromtimestamp(0, UTC)])}

    def _write(self, attempts: dict[str, _Failures]) -> None:
        write_durably(self._file, _FILE.dump_json(attempts))

    def hashed(self, name: str) -> str:
        """Return what a name is kept as."""
        return hashlib.sha256(f"{self._store_id}\n{name}".encode()).hexdigest()[:16]

    def wait(self, name: str, now: datetime) -> timedelta:
        """Return how long the next try for this name must wait.

        None for the first three, then 1, 2, 4, ... seconds up to 15 minutes after the
        last failure. If the clock is set back, the whole wait begins again.
        """
        told, untold = self._read().get(self.hashed(name), ([], []))
        failures = told + untold
        beyond = len(failures) - _FREE
        if beyond < 0:
            return _NONE
        pause = min(timedelta(seconds=2.0 ** min(beyond, 20)), _LONGEST)
        since = now - failures[-1]
        return max(pause - max(since, _NONE), _NONE)

    def check(self, name: str, now: datetime) -> None:
        """Refuse a try that comes too soon.

        Raises
        ------
        TooManyAttemptsError
            Saying how long to wait.
        """
        wait_s = self.wait(name, now).total_seconds()
        if wait_s:
            raise TooManyAttemptsError(
                _("Too many wrong passwords. Try again in {wait_s:.0f} s").format(
                    wait_s=wait_s
                )
            )

    def failed(self, name: str, now: datetime) -> None:
        """Remember a wrong password."""
        attempts = self._read()
        attempts.setdefault(self.hashed(name), ([], []))[1].append(now)
        self._write(attempts)

    def untold(self) -> dict[str, list[str]]:
        """Return the failures, by hashed name, that the ledger does not know yet."""
        return {
            name: [at.isoformat() for at in untold]
            for name, (_, untold) in self._read().items()
            if untold
        }

    def succeeded(self, name: str) -> None:
        """Forget the failures of this name, and that others' were not told."""
        attempts = self._read()
        if attempts:
            attempts.pop(self.hashed(name), None)
            attempts.pop("damaged", None)
            self._write({n: (told + new, []) for n, (told, new) in attempts.items()})

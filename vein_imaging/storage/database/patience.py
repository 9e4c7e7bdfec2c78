"""How long a server is waited for: a connection that gives up."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Engine, event

from vein_imaging.words import translate as _

__all__ = ["ANSWER_S", "CONNECT_S", "give_up_on_silence"]

CONNECT_S = 10
"""A server on the clinic's network answers in milliseconds; one that starts again
refuses at once."""
ANSWER_S = 30.0
"""Longer than the wait for another writer (20 s), which the server itself ends."""

_T = TypeVar("_T")


class _Impatient(psycopg.Connection[Any]):
    """A connection that is closed when nothing has come for `ANSWER_S`.

    The system alone waits for ever: a server that is stopped, or whose machine hangs,
    still has its packets acknowledged.
    """

    def wait(self, gen: Generator[Any, Any, _T], *args: Any, **kwargs: Any) -> _T:
        """Do what psycopg does, and give up."""
        return super().wait(self._watched(gen), *args, **kwargs)

    def _watched(self, gen: Generator[Any, Any, _T]) -> Generator[Any, Any, _T]:
        last_s = time.monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if ready:
                    last_s = time.monotonic()
                elif time.monotonic() - last_s > ANSWER_S:
                    self.pgconn.finish()
                    raise psycopg.OperationalError(
                        _("no answer for {seconds:.0f} s").format(seconds=ANSWER_S)
                    )
                wanted = gen.send(ready)
        except StopIteration as ended:
            done: _T = ended.value
            return done


def give_up_on_silence(engine: Engine) -> None:
    """Make an engine's connections give up on a server that says nothing."""

    @event.listens_for(engine, "do_connect")
    def _connect(
        _dialect: object, _record: object, args: list[Any], options: dict[str, Any]
    ) -> psycopg.Connection[Any]:
        return _Impatient.connect(*args, connect_timeout=CONNECT_S, **options)

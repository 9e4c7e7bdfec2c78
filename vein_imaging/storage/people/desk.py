"""Whoever signed in: their rights, the idle lock, and what is forgotten with it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vein_imaging.storage.entries.canonical import Body
from vein_imaging.storage.errors import LockedError, StoreError
from vein_imaging.storage.people.attempts import Attempts
from vein_imaging.storage.people.clocks import Clocks
from vein_imaging.storage.people.open_desk import LeftError, OpenDesk, RefusedError
from vein_imaging.storage.people.roles import Action
from vein_imaging.storage.people.slot_changes import Author, write_signed
from vein_imaging.storage.people.users import LOGOUT, User
from vein_imaging.storage.store import Store
from vein_imaging.storage.upkeep.checkpoint_keeper import CheckpointKeeper
from vein_imaging.words import translate as _

__all__ = ["Desk"]


class Desk:
    """The place where one person works, until it locks. Use it in a `with`.

    Attributes
    ----------
    warnings : tuple of str
        What speaks against this store since before this sign-in; to be shown.
    clocks : Clocks

    Every method raises `LockedError` after too long without any call, and
    `NotAllowedError` (logged) where the person's roles do not allow it.
    """

    def __init__(
        self,
        desk: OpenDesk,
        clocks: Clocks,
        idle_limit_s: float,
        checkpoint_folders: Sequence[Path] = (),
        warnings: Sequence[str] = (),
    ) -> None:
        self.clocks = clocks
        self._keeper = CheckpointKeeper(desk.store, checkpoint_folders, clocks.idle)
        self.warnings = (*warnings, *self._keeper.against)
        desk.store.after_commit = self._keeper.committed
        self._keeper.keep()
        self._desk: OpenDesk | None = desk
        self._idle_limit_s = idle_limit_s
        self._last_used_s = clocks.idle()
        self._not_done: list[str] = []
        self._by_itself = threading.local()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.lock("signed out")

    # --- who is here -------------------------------------------------------------

    @property
    def late_warnings(self) -> tuple[str, ...]:
        """What could not be done besides, such as keeping a checkpoint; to be shown.

        What was written before it stands all the same.
        """
        return (*self._keeper.problems, *self._not_done)

    @property
    def left_alone(self) -> bool:
        """Whether nobody was here for too long; answers at once, and locks nothing."""
        idle_s = self.clocks.idle() - self._last_used_s
        return not 0 <= idle_s < self._idle_limit_s

    @property
    def locked(self) -> bool:
        """Whether the desk is locked; locks it when it was left alone too long."""
        if self._desk and self.left_alone:
            self.lock("left alone")
        if self._desk and not self._desk.store.layout.database_url:
            self._keeper.look()  # the window asks every second: a server could be slow
        return self._desk is None

    @property
    def user(self) -> User:
        """Who signed in."""
        return self._open_desk().user

    def keep_checkpoint(self) -> None:
        """Keep a checkpoint of what was acknowledged, in the folders elsewhere."""
        self._keeper.keep()

    def touch(self) -> None:
        """Say that the person is there: the window calls it on every key and click."""
        if not self.locked:
            self._last_used_s = self.clocks.idle()

    @contextmanager
    def unattended(self) -> Iterator[None]:
        """Let this thread read by itself: that is no sign of a person, and locks."""
        self._by_itself.now = True
        try:
            yield
        finally:
            self._by_itself.now = False

    def lock(self, why: str = "locked") -> None:
        """Forget the keys and close the store; signing in again opens it.

        A lock that cannot be written down locks all the same.
        """
        desk, self._desk = self._desk, None
        if desk:
            try:
                places = self._keeper.places()
                body = {"name": desk.user.name, "why": why, "checkpoints": places}
                desk.log(LOGOUT.removeprefix("store."), body, self.clocks.now())
            except StoreError as error:
                self._not_done.append(str(error))
            finally:
                self._keeper.keep()
                desk.close()

    def _open_desk(self) -> OpenDesk:
        if self.locked or self._desk is None:
            raise LockedError(_("Locked: sign in again"))
        if not getattr(self._by_itself, "now", False):
            self._last_used_s = self.clocks.idle()
        return self._desk

    @contextmanager
    def _logging_refusals(self, desk: OpenDesk) -> Iterator[None]:
        try:
            yield
        except LeftError:
            self.lock("left")
            raise
        except RefusedError as refused:
            body = {"name": desk.user.name, "action": str(refused.action)}
            desk.log("denied", body, self.clocks.now())
            raise

    def _allowed(self, action: Action) -> OpenDesk:
        desk = self._open_desk()
        with self._logging_refusals(desk), desk.store.reading() as connection:
            desk.refuse_unless(connection, action)
        return desk

    def _log_read(self, desk: OpenDesk, what: str, patient_id: str) -> None:
        """Log the first read of a thing since signing in."""
        if (what, patient_id) not in desk.seen_reads:
            desk.log("read", {"what": what}, self.clocks.now(), patient_id)
            desk.seen_reads.add((what, patient_id))

    def require(self, action: Action) -> None:
        """Ask whether the person may; a refusal is logged."""
        self._allowed(action)

    def allowed_store(self, action: Action) -> Store:
        """Return the store itself for one action of the owner's or auditor's."""
        return self._allowed(action).store

    def allowed_key(self, action: Action) -> bytes:
        """Return a copy of the data key, for a backup or a new user's password."""
        return bytes(self._allowed(action).data_key)

    def author(self, action: Action) -> Author:
        """Return who signs what is changed about people."""
        desk = self._allowed(action)
        return Author(desk.user.name, desk.signing)

    def sign_with(self, signing: Ed25519PrivateKey) -> None:
        """Sign from now on with the key of a new password of one's own."""
        self._open_desk().signing = signing

    def log_signed(self, kind: str, body: Body) -> None:
        """Write an entry about people, signed by the one who is here."""
        desk = self._open_desk()
        author = Author(desk.user.name, desk.signing)
        write_signed(desk.store, kind, body, author, self.clocks.now())

    def forget_attempts(self, name: str) -> None:
        """Let a person try again at once after too many wrong passwords."""
        Attempts(self._open_desk().store.layout, self.clocks).lift(name)

    def log_own(self, kind: str, body: Body, patient_id: str = "") -> None:
        """Write one of the store's own entries."""
        self._open_desk().log(kind, body, self.clocks.now(), patient_id)

"""Signs in beside the window: a silent server holds nobody up, and is said."""

from __future__ import annotations

import threading
from collections.abc import Callable

from qtpy.QtCore import QObject, QTimer, Signal

from vein_imaging.storage.errors import StoreError
from vein_imaging.treatment import AtWork
from vein_imaging.viewer.qt.newest_only import NewestOnly
from vein_imaging.viewer.start.sign_in_page import Credentials, SignInPage
from vein_imaging.words import translate as _

__all__ = ["SignInDesk"]

_SAID_AFTER_MS = 1500
"""A password takes about half a second to check; what lasts longer is not that."""


class _Attempt:
    """One try to sign in, of which nothing is left open if nobody waits for it."""

    def __init__(self, sign_in: Callable[[], AtWork]) -> None:
        self._sign_in = sign_in
        self._lock = threading.Lock()
        self._given_up = False
        self._work: AtWork | None = None

    def make(self) -> AtWork:
        """Sign in; out again at once where it was given up meanwhile."""
        work = self._sign_in()
        with self._lock:
            self._work = work
            given_up = self._given_up
        if given_up:
            work.leave("given up")
        return work

    def give_up(self) -> None:
        """Wait no longer."""
        with self._lock:
            self._given_up = True
            work = self._work
        if work is not None:
            threading.Thread(target=work.leave, args=("given up",), daemon=True).start()


class SignInDesk(QObject):
    """Wires the page to signing in.

    Parameters
    ----------
    page : SignInPage
    sign_in : callable
        Makes somebody at work of what was typed; called outside of the window's thread.

    Signals
    -------
    signed_in(AtWork, Credentials)
    """

    signed_in = Signal(object, object)

    def __init__(
        self, page: SignInPage, sign_in: Callable[[Credentials], AtWork]
    ) -> None:
        super().__init__()
        self._page = page
        self._sign_in = sign_in
        self._attempt: _Attempt | None = None
        self._asked: NewestOnly | None = None
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.timeout.connect(self._is_slow)
        page.asked.connect(self.ask)
        page.given_up.connect(self.give_up)

    def ask(self, typed: Credentials) -> None:
        """Sign in as typed."""
        self.give_up()
        self._attempt = _Attempt(lambda: self._sign_in(typed))
        # A new one each time: one that hangs must not hold up the next.
        self._asked = NewestOnly(
            lambda work: self._answered(work, typed), lambda error: self._failed(error)
        )
        self._page.wait(True, _("Signing in\N{HORIZONTAL ELLIPSIS}"))
        self._slow.start(_SAID_AFTER_MS)
        self._asked.ask(self._attempt.make)

    def give_up(self) -> None:
        """Wait no longer; who is signed in too late is signed out again."""
        attempt, self._attempt = self._attempt, None
        asked, self._asked = self._asked, None
        self._slow.stop()
        if asked is not None:
            asked.forget()
        if attempt is not None:
            attempt.give_up()
            self._page.wait(False)
            self._page.say(_("You are not signed in."))

    def _answered(self, work: AtWork, typed: Credentials) -> None:
        self._over()
        self._page.say("")
        self.signed_in.emit(work, typed)

    def _failed(self, error: BaseException) -> None:
        self._over()
        if not isinstance(error, StoreError | OSError | ValueError):
            raise error
        self._page.say(str(error))

    def _over(self) -> None:
        self._slow.stop()
        self._attempt = self._asked = None
        self._page.wait(False)

    def _is_slow(self) -> None:
        self._page.wait(
            True,
            _(
                "The store does not answer yet. It is given some seconds; meanwhile "
                "you can practise, or stop waiting."
            ),
        )

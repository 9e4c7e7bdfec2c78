"""Who signs in: the password opens the data key, and the code is the second factor."""

from __future__ import annotations

from datetime import datetime

from vein_imaging.storage.entries.ledger import Draft, Entry, append_entry
from vein_imaging.storage.errors import WrongPasswordError
from vein_imaging.storage.files.layout import StoreLayout
from vein_imaging.storage.people.attempts import Attempts
from vein_imaging.storage.people.passwords import KeyWraps
from vein_imaging.storage.people.users import LOGIN, User, matching_step, users
from vein_imaging.storage.store import Store
from vein_imaging.words import translate as _

__all__ = ["identified", "unlocked_key"]


def unlocked_key(layout: StoreLayout, name: str, password: str, now: datetime) -> bytes:
    """Return the data key, or remember that the password was wrong.

    Raises
    ------
    WrongPasswordError, TooManyAttemptsError
    """
    attempts = Attempts(layout)
    attempts.check(name, now)
    try:
        return KeyWraps(layout).open(name, password)
    except WrongPasswordError:
        attempts.failed(name, now)
        raise


def identified(store: Store, name: str, code: str, now: datetime) -> User:
    """Check the second factor; write the sign-in, and the failures before it.

    Raises
    ------
    WrongPasswordError
        If the code does not fit, or the person is no user any more.
    """
    attempts = Attempts(store.layout)
    with store.writing() as connection:
        user = users(connection, store.vault).get(name)
        step: int | None = 0
        if user and user.totp_secret:
            step = matching_step(user, code, now)
        if user and user.roles and step is not None:
            if failures := attempts.untold():
                body = {"failures": failures, "of_this_user": attempts.hashed(name)}
                failed = Entry("store.failed_logins", body)
                append_entry(connection, store.vault, Draft(failed, now, name))
            entry = Entry(LOGIN, {"name": name, "totp_step": step})
            append_entry(connection, store.vault, Draft(entry, now, name))
    if user is None or not user.roles or step is None:
        attempts.failed(name, now)
        raise WrongPasswordError(_("User and password do not fit"))
    attempts.succeeded(name)
    return user

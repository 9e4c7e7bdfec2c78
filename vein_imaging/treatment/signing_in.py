"""Signing in from the window: the store, the person, and who has no place there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vein_imaging.storage.errors import NotAllowedError, StoreError
from vein_imaging.storage.files.layout import find_store
from vein_imaging.storage.people.signed_in import (
    DEFAULT_IDLE_S,
    Clocks,
    SignedInStore,
    sign_in,
)
from vein_imaging.treatment.at_work import AtWork
from vein_imaging.treatment.rights import why_not_at_work
from vein_imaging.words import translate as _

__all__ = ["sign_in_to_work", "why_no_store"]


def why_no_store(folder: Path) -> str:
    """Say why a folder is no store; empty where it is one.

    Parameters
    ----------
    folder : Path
    """
    try:
        find_store(folder)
    except (StoreError, OSError) as error:
        return str(error)
    return ""


def sign_in_to_work(
    folder: Path,
    name: str,
    password: str,
    *,
    code: str = "",
    checkpoint_folders: Sequence[Path] = (),
    idle_limit_s: float = DEFAULT_IDLE_S,
    clocks: Clocks | None = None,
) -> AtWork:
    """Sign a person in who treats or prepares; `AtWork.leave` signs out.

    Parameters
    ----------
    folder : Path
        The store.
    name, password : str
    code : str
        Six digits of the second factor, where the person has one.
    checkpoint_folders : paths
        Where the newest hash is kept as well.
    idle_limit_s : s
        Left alone for so long, it locks itself.
    clocks : Clocks, optional
        The machine's when left out.

    Raises
    ------
    WrongPasswordError, TooManyAttemptsError
        If user, password or code do not fit.
    NotAllowedError
        If the person's role has no work in the window; nothing stays open.
    StoreError
        If the store does not answer, is damaged, or holds a region or time zone that
        this release does not know.
    """
    signed_in = sign_in(
        folder,
        name,
        password,
        code=code,
        checkpoint_folders=checkpoint_folders,
        idle_limit_s=idle_limit_s,
        clocks=clocks,
    )
    try:
        return _at_work(signed_in)
    except BaseException:
        signed_in.lock("signed out")
        raise


def _at_work(signed_in: SignedInStore) -> AtWork:
    reason = why_not_at_work(signed_in.user.name, signed_in.user.roles)
    if reason:
        raise NotAllowedError(reason)
    try:
        return AtWork(signed_in)
    except ValueError as error:
        # region, zone or limits of a newer release, or a zone this computer lacks
        raise StoreError(
            _(
                "What the owner wrote of the clinic cannot be used here: {error}. "
                "The owner writes it anew with `store clinic REGION TIMEZONE`"
            ).format(error=error)
        ) from error

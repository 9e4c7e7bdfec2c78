"""A store that can be read and not written: what a batch and its workers work with."""

from __future__ import annotations

from pathlib import Path

from vein_imaging.storage.errors import NotAllowedError, StoreError
from vein_imaging.storage.files.layout import find_store
from vein_imaging.storage.people.roles import Action, may
from vein_imaging.storage.people.signed_in import SignedInStore, sign_in
from vein_imaging.treatment.photographs import Pixels
from vein_imaging.treatment.session_record import RecordError, decode_picture
from vein_imaging.words import translate as _

__all__ = ["ReadingStore", "refuse_writers", "store_id_of"]

_READING = frozenset({Action.READ, Action.VERIFY, Action.READ_LOG, Action.EXPORT})


def store_id_of(folder: Path) -> str:
    """The random id that every copy and mount of a store has."""
    return find_store(folder).store_id


def refuse_writers(signed_in: SignedInStore) -> None:
    """Raise unless the person can read patients and change nothing.

    Raises
    ------
    NotAllowedError
    """
    signed_in.require(Action.READ)
    user = signed_in.user
    more = [one for one in Action if one not in _READING and may(user.roles, one)]
    if more:
        raise NotAllowedError(
            _(
                "{name} may also: {more}. A batch is done by a user who can only read: "
                "let the owner add one with `user add NAME --role auditor`"
            ).format(name=user.name, more=", ".join(more))
        )


class ReadingStore:
    """A worker's own way to the pictures: signed in when it is needed.

    Parameters
    ----------
    folder : Path
        Where the store lies on this machine.
    name, password : str
        Of a user who can only read.

    Raises
    ------
    NoSuchStoreError
        If the folder is no store.
    """

    def __init__(self, folder: Path, name: str, password: str) -> None:
        self.store_id = store_id_of(folder)
        self._who = folder, name, password
        self._signed_in: SignedInStore | None = None

    def open(self) -> None:
        """Sign in, unless it is signed in.

        Raises
        ------
        RecordError
            If name and password do not fit, or the user may do more than read.
        """
        if self._signed_in is None or self._signed_in.locked:
            try:
                self._signed_in = self._sign_in()
            except StoreError as error:
                raise RecordError(str(error)) from error

    def picture(self, session_id: str, image_id: str) -> Pixels:
        """Read a picture, checked; every read is in the store's log.

        Parameters
        ----------
        session_id : str
            Any session of the patient.
        image_id : str

        Raises
        ------
        RecordError
            If it is missing or damaged, or may not be read.
        """
        self.open()
        assert self._signed_in is not None
        try:
            png = self._signed_in.image(session_id, image_id)
        except StoreError as error:
            raise RecordError(str(error)) from error
        return decode_picture(png, image_id)

    def _sign_in(self) -> SignedInStore:
        signed_in = sign_in(*self._who)
        try:
            refuse_writers(signed_in)
        except BaseException:
            signed_in.lock("may write")
            raise
        return signed_in

    def close(self, why: str = "signed out") -> None:
        """Sign out, where it was signed in; the key is forgotten."""
        if self._signed_in is not None:
            self._signed_in.lock(why)

"""A store's folder: which database it is on, and where its parts lie."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

from vein_imaging.durable import write_durably
from vein_imaging.storage.errors import NoSuchStoreError
from vein_imaging.words import translate as _

__all__ = ["StoreLayout", "describe_store", "find_store"]

_DESCRIPTION = "store.json"
_FORMAT = 1
"""Of store.json; `_Description` takes no other, so that an older release refuses."""


class _Description(BaseModel, extra="forbid", strict=True):
    """What the file holds."""

    format: Literal[1]
    store_id: str = Field(pattern="^[0-9a-f]{32}$")
    database_url: str = ""
    images: Literal["images", "../images"] = "images"


@dataclass(frozen=True, slots=True)
class StoreLayout:
    """Where a store's parts are.

    Attributes
    ----------
    folder : Path
        Holds the description, the images, the users' wrapped keys, and the ledger
        where it is a file.
    store_id : str
        Random, the same in every copy of the store.
    database_url : str
        Of PostgreSQL, or empty: the encrypted file in the folder.
    images : str
        The image folder, from `folder`. The generations of a backup share one.
    """

    folder: Path
    store_id: str
    database_url: str = ""
    images: Literal["images", "../images"] = "images"

    @property
    def ledger_file(self) -> Path:
        """The encrypted database."""
        return self.folder / "ledger.db"

    @property
    def mark_file(self) -> Path:
        """How far the ledger had come when it was last written."""
        return self.folder / "ledger.mark"

    @property
    def users_file(self) -> Path:
        """The data key, wrapped once for each user."""
        return self.folder / "users.json"

    @property
    def image_folder(self) -> Path:
        """The encrypted images."""
        return self.folder / self.images


def describe_store(layout: StoreLayout) -> None:
    """Write the description; last of all parts, since it makes the folder a store."""
    described = {"format": _FORMAT, **asdict(layout)}
    del described["folder"]
    text = json.dumps(described, indent=2) + "\n"
    write_durably(layout.folder / _DESCRIPTION, text.encode())


def find_store(folder: Path) -> StoreLayout:
    """Read a store's description.

    Raises
    ------
    NoSuchStoreError
        If the folder is no store, or one of a newer release.
    """
    file = folder / _DESCRIPTION
    try:
        read = _Description.model_validate_json(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NoSuchStoreError(
            _(
                "{folder} holds no store ({file} is missing). Check the path, or make "
                "a store there"
            ).format(folder=folder, file=_DESCRIPTION)
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "it"
        raise NoSuchStoreError(
            _(
                "{file} is damaged, or of a newer release ({where}: {msg}). Restore it "
                "from a backup, or install the newer release"
            ).format(file=file, where=where, msg=first["msg"])
        ) from error
    return StoreLayout(folder, read.store_id, read.database_url, read.images)


def new_store_id() -> str:
    """Return a random id for a new store."""
    return uuid.uuid4().hex

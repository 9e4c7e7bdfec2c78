"""How a command reaches a store: as a signed-in user, or with a key file."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from platformdirs import user_data_path

from vein_imaging.words import translate as _

if TYPE_CHECKING:
    from vein_imaging.storage.people.roles import Action
    from vein_imaging.storage.people.signed_in import SignedInStore
    from vein_imaging.storage.store import Store
    from vein_imaging.treatment import AtWork

__all__ = [
    "AS_JSON",
    "ENTRY_ID",
    "REASON",
    "StoreAccess",
    "checkpoint_folder",
    "errors_in_one_line",
    "say_recorded",
    "store_options",
]

PASSWORD_VARIABLE = "VEIN_IMAGING_PASSWORD"


def checkpoint_folder() -> Path:
    """Return where this user's checkpoints lie: never beside the store."""
    return user_data_path("vein-imaging") / "checkpoints"


@contextmanager
def errors_in_one_line() -> Iterator[None]:
    """Turn what the store refuses into one line on stderr and exit code 1."""
    from vein_imaging.storage.errors import StoreError

    try:
        yield
    except (StoreError, OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error


@dataclass(frozen=True, slots=True)
class StoreAccess:
    """What the options said.

    Attributes
    ----------
    folder : Path
    user : str
        Empty where a key file is used.
    key_file : Path or None
    code : str
        Of the second factor.
    keeps_checkpoints : bool
        Whether the checkpoints on this computer are compared and written: not for the
        copy of a backup, which is older than they are.
    """

    folder: Path
    user: str
    key_file: Path | None
    code: str
    keeps_checkpoints: bool = True

    def password(self) -> str:
        """Ask for the password, hidden; scripts put it into the environment."""
        if not self.user:
            raise click.UsageError(
                _("name a user with --user, or a key file with --key-file")
            )
        asked: str = click.prompt(
            _("Password of {user}").format(user=self.user),
            hide_input=True,
            err=True,
            type=str,
        )
        return asked

    def given_password(self) -> str:
        """Take the password that a script gave in the environment, or ask for it."""
        return os.environ.get(PASSWORD_VARIABLE, "") or self.password()

    @contextmanager
    def signed_in(self, password: str = "") -> Iterator[SignedInStore]:
        """Sign in, and out at the end; ask for the password where none is given."""
        from vein_imaging.storage.people.signed_in import sign_in

        if self.key_file:
            raise click.UsageError(
                _("this command needs a person: give --user, not --key-file")
            )
        password = password or self.given_password()
        with (
            errors_in_one_line(),
            sign_in(
                self.folder,
                self.user,
                password,
                code=self.code,
                checkpoint_folders=(
                    [checkpoint_folder()] if self.keeps_checkpoints else []
                ),
            ) as signed_in,
        ):
            _warn(signed_in.warnings)
            yield signed_in
        _warn(signed_in.late_warnings)

    @contextmanager
    def at_work(
        self, region: str | None = None, timezone: str | None = None
    ) -> Iterator[AtWork]:
        """Sign in to work: patients, sessions, doses; doubts are said on stderr.

        Parameters
        ----------
        region, timezone : str, optional
            Where the clinic's owner has written none.
        """
        from vein_imaging.treatment import (
            AtWork,
            ClinicSettings,
            LooksLikeError,
            RecordError,
        )

        with self.signed_in() as signed_in:
            own = ClinicSettings(region, timezone) if region and timezone else None
            work = AtWork(signed_in, fallback=own)
            doubt = work.clock_doubt
            try:
                yield work
            except LooksLikeError as error:
                raise click.ClickException(
                    _("{error}. If it is another person, say --another-person").format(
                        error=error
                    )
                ) from error
            except RecordError as error:
                raise click.ClickException(str(error)) from error
            finally:
                if doubt is not None and not signed_in.locked and work.clock_doubt:
                    click.echo(
                        _("Warning: {doubt} Answer with: store clock").format(
                            doubt=doubt.sentence
                        ),
                        err=True,
                    )

    @contextmanager
    def store(self, action: Action) -> Iterator[tuple[Store, bytes, str]]:
        """Open the store for one action: the store, its key, and who asks."""
        from vein_imaging.storage.people.by_key import (
            KEY_HOLDER,
            key_from_file,
            opened_by_key,
        )

        if self.key_file:
            with errors_in_one_line():
                key = key_from_file(self.key_file)
                with opened_by_key(self.folder, key, action) as store:
                    yield store, key, KEY_HOLDER
        else:
            with self.signed_in() as signed_in:
                store = signed_in.allowed_store(action)
                yield store, signed_in.allowed_key(action), signed_in.user.name

    @contextmanager
    def restoring(self, folder: Path) -> Iterator[tuple[Store, bytes, str]]:
        """Open a backup, or a store to be moved, for one who may: as `store` does.

        Password, role and code are those of the backup itself, whose disk may be
        write-protected: the sign-in stands in what is restored into `folder`.
        """
        from vein_imaging.durable import make_folder
        from vein_imaging.storage.files.images import ImageFolder
        from vein_imaging.storage.files.layout import find_store
        from vein_imaging.storage.people.roles import Action
        from vein_imaging.storage.upkeep.backup import readable_copy

        scratch = folder.absolute().parent
        with errors_in_one_line():
            make_folder(scratch)
            with readable_copy(self.folder, scratch=scratch) as at:
                copied = replace(self, folder=at, keeps_checkpoints=at == self.folder)
                with copied.store(Action.BACKUP) as (store, key, author):
                    store.images = ImageFolder(find_store(self.folder).image_folder)
                    yield store, key, author

    def key(self) -> bytes:
        """Return the data key without signing in: nothing is written to the store."""
        from vein_imaging.storage.files.layout import find_store
        from vein_imaging.storage.people.sign_in import unlocked_key

        with errors_in_one_line():
            if self.key_file:
                from vein_imaging.storage.people.by_key import key_from_file

                return key_from_file(self.key_file)
            password = self.given_password()
            return unlocked_key(find_store(self.folder), self.user, password)


def _warn(warnings: Sequence[str]) -> None:
    for warning in warnings:
        click.echo(_("Warning: {warning}").format(warning=warning), err=True)


def say_recorded(row: Mapping[str, Any], as_json: bool) -> None:
    """Print what was recorded: all of it as JSON, or its entry id."""
    click.echo(
        json.dumps(row, indent=2, ensure_ascii=False) if as_json else row["entry_id"]
    )


AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
ENTRY_ID = click.option(
    "--entry-id",
    default="",
    metavar="ID",
    help="Made before the first try: trying again with it writes nothing twice.",
)
REASON = click.option(
    "--reason", default="", help="Why, past a stop or after the signature."
)


def _store_option(required: bool) -> Callable[[Any], Any]:
    return click.option(
        "--store",
        "store_folder",
        envvar="VEIN_IMAGING_STORE",
        type=click.Path(path_type=Path, file_okay=False),
        required=required,
        help="Folder of the store.",
    )


_OPTIONS: Sequence[Callable[[Any], Any]] = (
    click.option(
        "--user", envvar="VEIN_IMAGING_USER", default="", help="User who signs in."
    ),
    click.option("--code", default="", help="The six digits of the second factor."),
    click.option(
        "--key-file",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Instead of a user, for upkeep: the store's own key. It never records.",
    ),
)


def store_options(
    command: Callable[..., Any], *, required: bool = True
) -> Callable[..., Any]:
    """Give a command --store, --user, --code and --key-file as one `access`.

    Parameters
    ----------
    command : callable
    required : bool
        Whether there is nothing to do without a store; else `access` may be None.
    """

    @functools.wraps(command)
    def with_access(
        *args: Any,
        store_folder: Path | None,
        user: str,
        code: str,
        key_file: Path | None,
        **kwargs: Any,
    ) -> Any:
        access = None
        if store_folder is not None:
            access = StoreAccess(store_folder, user, key_file, code)
        return command(*args, access=access, **kwargs)

    for option in reversed((_store_option(required), *_OPTIONS)):
        with_access = option(with_access)
    return with_access

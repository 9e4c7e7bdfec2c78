"""`vein-imaging verify`: check all that a store holds; say what is wrong and where."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vein_imaging.cli.store_access import (
    StoreAccess,
    checkpoint_folder,
    errors_in_one_line,
    store_options,
)
from vein_imaging.words import translate as _

if TYPE_CHECKING:
    from vein_imaging.storage.store import Store
    from vein_imaging.storage.upkeep.verify import Verification

__all__ = ["verify"]


@click.command()
@store_options
@click.option(
    "--checkpoint",
    "checkpoints",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A checkpoint that was kept elsewhere. May be given more than once.",
)
@click.option(
    "--witness",
    "witnesses",
    multiple=True,
    metavar="VKEY",
    help="Verification key of a witness that must have signed each --checkpoint.",
)
@click.option(
    "--read-only", is_flag=True, help="Write nothing: the store is on a read-only disk."
)
@click.option(
    "--backup",
    is_flag=True,
    help="The store is a backup, and therefore older than the newest checkpoint.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def verify(
    access: StoreAccess,
    checkpoints: tuple[Path, ...],
    witnesses: tuple[str, ...],
    read_only: bool,
    backup: bool,
    as_json: bool,
) -> None:
    """Check the file, the chain, and every entry, picture and checkpoint of a store.

    Nothing is repaired. The exit status is 1 when something is not as it was written.
    Only a checkpoint that was kept elsewhere shows that an older copy was put back. The
    checkpoints that this computer keeps for you are compared in any case.
    """
    from vein_imaging.storage.people.by_key import opened_by_key
    from vein_imaging.storage.people.roles import Action
    from vein_imaging.storage.upkeep.backup import opened_generation

    key = access.key()
    with errors_in_one_line():
        kept_elsewhere = access.folder if backup else checkpoint_folder()
        opened = (
            opened_generation(access.folder, key)
            if backup and not read_only
            else opened_by_key(access.folder, key, Action.VERIFY, read_only=read_only)
        )
        with opened as store:
            seen = _verified(store, checkpoints, kept_elsewhere)
            _check_people(store, seen)
            _check_witnesses(store, checkpoints, witnesses, seen)
    if as_json:
        click.echo(json.dumps(asdict(seen), indent=2))
    else:
        for problem in seen.problems:
            click.echo(_("WRONG  {problem}").format(problem=problem))
        for odd in seen.oddities:
            click.echo(_("odd    {odd}").format(odd=odd))
        click.echo(_summary(seen))
    if seen.problems:
        raise SystemExit(1)


def _verified(
    store: Store, checkpoints: tuple[Path, ...], kept_elsewhere: Path
) -> Verification:
    from vein_imaging.domain.session import fold
    from vein_imaging.storage.upkeep.kept_checkpoints import kept_checkpoints
    from vein_imaging.storage.upkeep.verify import verify_store

    files = [*checkpoints, *kept_checkpoints(store, kept_elsewhere)]
    total, hidden = store.head().seq, not sys.stderr.isatty()
    with click.progressbar(
        length=total, label="entries", file=sys.stderr, hidden=hidden
    ) as bar:
        return verify_store(
            store,
            checkpoints=files,
            fold=lambda events: fold(event.value for event in events),
            progress=lambda entries: bar.update(entries - bar.pos),
        )


def _check_people(store: Store, seen: Verification) -> None:
    from vein_imaging.storage.people.slot_changes import people_problems

    for where, what in people_problems(store):
        seen.add(where, what)


def _check_witnesses(
    store: Store,
    files: tuple[Path, ...],
    witnesses: tuple[str, ...],
    seen: Verification,
) -> None:
    from vein_imaging.storage.upkeep.witness import cosignature_problem

    for file in files:
        for vkey in witnesses:
            if problem := cosignature_problem(store, file.read_text("utf-8"), vkey):
                seen.add(_("checkpoint {file}").format(file=file), problem)


def _summary(seen: Verification) -> str:
    lines = [
        _(
            "{entries} entries, {sessions} sessions and {images} pictures"
            " were checked; {checkpoints} checkpoints were compared."
        ).format(
            entries=seen.entries,
            sessions=seen.sessions,
            images=seen.images,
            checkpoints=seen.checkpoints,
        )
    ]
    if seen.erased:
        lines.append(
            _("{erased} patients were erased on request.").format(erased=seen.erased)
        )
    if seen.clock_set_back:
        shown = ", ".join(str(seq) for seq in seen.clock_set_back[:10])
        more = ", ..." if seen.clock_set_back[10:] else ""
        lines.append(
            _(
                "Entries written while the clock was set too early: {shown}{more}"
            ).format(shown=shown, more=more)
        )
    if seen.orphans:
        lines.append(
            _("{orphans} files are named by no entry. They are harmless.").format(
                orphans=seen.orphans
            )
        )
    if not seen.checkpoints:
        lines.append(
            _(
                "No checkpoint was compared: an older copy put back would not be "
                "noticed."
            )
        )
    count = len(seen.problems)
    lines.append(
        _("{count} WRONG").format(count=count)
        if count
        else _("All is as it was written.")
    )
    return "\n".join(lines)

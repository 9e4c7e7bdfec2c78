"""Print the tables of docs/ from the data they show: people's roles, and the commands.

    python scripts/print_tables.py            # or: make tables
    python scripts/print_tables.py --check    # exit 1 and name the pages that are old

A table stands between two comments, `<!-- table: NAME -->` and `<!-- end -->`. The
tables of docs/dose-rules.md have a test of their own; `make tables` lets it write them.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from vein_imaging.cli import main as vein_imaging
from vein_imaging.storage.people.roles import ROLES, Action, Role
from vein_imaging.treatment.on_paper.table_columns import TABLES as COLUMNS

DOCS = Path(__file__).resolve().parents[1] / "docs"


def roles() -> Iterator[str]:
    """Yield the rows of who may do what."""
    yield "| | " + " | ".join(Role) + " |"
    yield "|---" * (len(Role) + 1) + "|"
    for action in Action:
        cells = ("yes" if action in ROLES[role] else "" for role in Role)
        yield f"| {action} | " + " | ".join(cells) + " |"


def _first_sentence(command: click.Command) -> str:
    return " ".join((command.help or "").split("\n\n")[0].split())


def _word(argument: click.Argument) -> str:
    # click's own spelling lists the choices with "|", which ends a table's cell
    word = argument.metavar or str(argument.name).upper()
    word += "..." if argument.nargs == -1 else ""
    return word if argument.required else f"[{word}]"


def _row(name: str, command: click.Command) -> str:
    words = (_word(one) for one in command.params if isinstance(one, click.Argument))
    typed = " ".join(["vein-imaging", name, *words])
    return f"| `{typed}` | {_first_sentence(command)} |"


def commands() -> Iterator[str]:
    """Yield a heading and a table for each command or group of commands."""
    context = click.Context(vein_imaging)
    for name in vein_imaging.list_commands(context):
        command = vein_imaging.get_command(context, name)
        assert command is not None
        yield f"## `vein-imaging {name}`"
        below = command.commands if isinstance(command, click.Group) else {}
        if below:
            yield _first_sentence(command)
        yield from ("", "| command | does |", "|---|---|")
        if not below:
            yield _row(name, command)
        for last, one in below.items():
            yield _row(f"{name} {last}", one)
        yield ""


def columns() -> Iterator[str]:
    """Yield a heading and a table for each table that leaves the record."""
    for name, table in COLUMNS.items():
        yield from (f"## `{name}`", f"{table.meaning}.", "")
        yield from ("| column | holds | unit | |", "|---|---|---|---|")
        for one in table.columns:
            only = " Only with `--names`." if one.personal else ""
            kind = one.kind.replace("_", "/")
            yield f"| `{one.name}` | {kind} | {one.unit} | {one.meaning}.{only} |"
        yield ""


TABLES: dict[str, tuple[str, Callable[[], Iterator[str]]]] = {
    "roles": ("storage.md", roles),
    "commands": ("commands.md", commands),
    "columns": ("data-dictionary.md", columns),
}
"""Name of a table: the page it stands on, and what yields its lines."""


def printed(page: str, name: str, lines: Iterator[str]) -> str:
    """Return a page with one of its tables printed anew.

    Raises
    ------
    ValueError
        If the page has no place for it.
    """
    opening, closing = f"<!-- table: {name} -->", "<!-- end -->"
    table = "\n".join(lines).rstrip("\n")
    place = re.compile(re.escape(opening) + ".*?" + re.escape(closing), re.DOTALL)
    new, count = place.subn(lambda _: f"{opening}\n{table}\n{closing}", page)
    if count != 1:
        raise ValueError(f"{opening} ... {closing} stands {count} times, wanted once")
    return new


def main() -> None:
    """Print every table, or say which are old."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    old = []
    for name, (file, lines) in TABLES.items():
        page = (DOCS / file).read_text("utf-8")
        new = printed(page, name, lines())
        if new != page and check:
            old.append(f"docs/{file}: {name}")
        elif new != page:
            (DOCS / file).write_text(new, "utf-8")
    if old:
        sys.exit(f"not what the program says: {'; '.join(old)}. Type: make tables")


if __name__ == "__main__":
    main()

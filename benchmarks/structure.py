"""The house in numbers: rooms, arrows, floors, sizes, names. Of any checkout.

    python benchmarks/structure.py . [OTHER_CHECKOUT ...] [--rooms] [--out FILE]

A room is a folder with modules in it; an arrow is a pair of rooms of which the first
imports from the second, told by the source text, and imports inside functions too. A
name that a package's `__init__` passes on counts where it is defined: a door is no
room. For floors and circles a module that stands beside rooms is taken by itself: what
stands above some of its neighbours may stand below others. Floors are the longest way
down, what circles taken as one.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import statistics
import tokenize
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import networkx as nx

PARTS = ("vein_imaging", "devices", "calibration")
Function = ast.FunctionDef | ast.AsyncFunctionDef


class House:
    """The modules of one checkout and what they import."""

    def __init__(self, root: Path) -> None:
        self.text: dict[str, str] = {}
        self.tree: dict[str, ast.Module] = {}
        self.is_door: set[str] = set()
        for part in PARTS:
            base = root if part == "vein_imaging" else root / part
            top = root / part
            for file in sorted(top.rglob("*.py")):
                name = ".".join(file.relative_to(base).with_suffix("").parts)
                if name.endswith("__init__"):
                    name = name.rpartition(".")[0]
                    self.is_door.add(name)
                self.text[name] = file.read_text("utf-8")
                self.tree[name] = ast.parse(self.text[name])

    def room(self, module: str) -> str:
        return module if module in self.is_door else module.rpartition(".")[0]

    def part(self, module: str) -> str:
        """The room, or the module itself where there are rooms beside it."""
        room = self.room(module)
        beside = any(door.rpartition(".")[0] == room for door in self.is_door)
        return module if beside else room

    def names(self, module: str) -> Iterator[tuple[str, str]]:
        """Yield (module, name) of all that a module imports from this house."""
        for node in ast.walk(self.tree[module]):
            if isinstance(node, ast.ImportFrom) and node.module in self.tree:
                yield from ((node.module, alias.name) for alias in node.names)
            elif isinstance(node, ast.Import):
                yield from ((alias.name, "") for alias in node.names)

    def home(self, module: str, name: str) -> str:
        """Where a name comes from, through the doors that pass it on."""
        if f"{module}.{name}" in self.tree:
            return f"{module}.{name}"
        if module in self.is_door:
            for origin, passed in self.names(module):
                if passed == name and origin != module:
                    return self.home(origin, name)
        return module

    def imports(self) -> nx.DiGraph:
        graph = nx.DiGraph()
        for module in self.tree:
            if module in self.is_door:
                continue
            graph.add_node(module)
            for origin, name in self.names(module):
                home = self.home(origin, name)
                if home in self.tree and home != module:
                    graph.add_edge(module, home)
        return graph


def longest_function(house: House) -> tuple[int, str]:
    return max(
        (_body_lines(node), f"{module}.{node.name}")
        for module, tree in house.tree.items()
        for node in ast.walk(tree)
        if isinstance(node, Function)
    )


def _body_lines(function: Function) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    if not body:
        return 0
    last = body[-1].end_lineno
    assert last is not None
    return last - body[0].lineno + 1


def duplicates(house: House) -> list[str]:
    """Public classes and functions that more than one module defines."""
    homes: dict[str, set[str]] = defaultdict(set)
    for module, tree in house.tree.items():
        for node in tree.body:
            if isinstance(node, Function | ast.ClassDef) and node.name[0] != "_":
                homes[node.name].add(module)
    homes.pop("make_source", None)  # what each kind of camera is asked for
    return sorted(name for name, where in homes.items() if len(where) > 1)


def comment_share(house: House) -> float:
    """Lines with a comment, for a hundred lines of code (docstrings aside)."""
    comments = code = 0
    for text in house.text.values():
        lines: set[int] = set()
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                comments += 1
            elif token.type in (tokenize.NAME, tokenize.OP, tokenize.NUMBER):
                lines.add(token.start[0])
        code += len(lines)
    return 100 * comments / code


def _grouped(modules: nx.DiGraph, group: Callable[[str], str]) -> nx.DiGraph:
    grouped = nx.DiGraph()
    grouped.add_nodes_from({group(module) for module in modules})
    edges = ((group(a), group(b)) for a, b in modules.edges)
    grouped.add_edges_from((a, b) for a, b in edges if a != b)
    return grouped


def figures(house: House) -> dict[str, str]:
    lengths = {name: len(text.splitlines()) for name, text in house.text.items()}
    modules = house.imports()
    rooms, parts = _grouped(modules, house.room), _grouped(modules, house.part)
    circling = [c for c in nx.strongly_connected_components(parts) if len(c) > 1]
    module_cycles = [c for c in nx.strongly_connected_components(modules) if len(c) > 1]
    largest = max(lengths, key=lambda name: lengths[name])
    function, where = longest_function(house)
    names = duplicates(house)
    anys = sum(len(re.findall(r"\bAny\b", text)) for text in house.text.values())
    arrays = sum(text.count("np.asarray(") for text in house.text.values())
    most = max(rooms, key=lambda room: sum(house.room(m) == room for m in modules))
    in_most = sum(house.room(module) == most for module in modules)
    return {
        "files": str(len(lengths)),
        "lines": str(sum(lengths.values())),
        "rooms": str(len(rooms)),
        "largest room": f"{most} ({in_most} modules)",
        "arrows between rooms": str(rooms.number_of_edges()),
        "arrows between modules": str(modules.number_of_edges()),
        "floors": str(1 + nx.dag_longest_path_length(nx.condensation(parts))),
        "rooms that circle": "; ".join(", ".join(sorted(c)) for c in circling) or "0",
        "modules that circle": str(sum(map(len, module_cycles))),
        "median file, lines": f"{statistics.median(lengths.values()):.0f}",
        "largest file, lines": f"{lengths[largest]} ({largest})",
        "longest function, lines": f"{function} ({where})",
        "public names twice": f"{len(names)} {' '.join(names)}".strip(),
        "`Any`": str(anys),
        "`np.asarray(`": str(arrays),
        "comments for 100 lines of code": f"{comment_share(house):.1f}",
    }


def room_rows(house: House) -> Iterator[str]:
    """Yield each room with the rooms it imports from."""
    below: dict[str, set[str]] = defaultdict(set)
    modules = house.imports()
    for module in modules:
        below[house.room(module)].update()
    for a, b in modules.edges:
        if house.room(a) != house.room(b):
            below[house.room(a)].add(house.room(b))
    for room in sorted(below):
        yield f"| `{room}` | {', '.join(sorted(below[room])) or '-'} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkouts", type=Path, nargs="+")
    parser.add_argument("--titles", nargs="+", help="One for each checkout.")
    parser.add_argument("--rooms", action="store_true", help="List the arrows too.")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    houses = [House(root) for root in asked.checkouts]
    titles = asked.titles or [root.resolve().name for root in asked.checkouts]
    columns = [figures(house) for house in houses]
    lines = ["| | " + " | ".join(titles) + " |", "|---" * (len(titles) + 1) + "|"]
    for name in columns[0]:
        cells = " | ".join(column[name] for column in columns)
        lines.append(f"| {name} | {cells} |")
    if asked.rooms:
        for title, house in zip(titles, houses, strict=True):
            lines += ["", f"| room, {title} | imports from |", "|---|---|"]
            lines += room_rows(house)
    text = "\n".join([*lines, ""])
    print(text)
    if asked.out:
        asked.out.write_text(text, "utf-8")


if __name__ == "__main__":
    main()

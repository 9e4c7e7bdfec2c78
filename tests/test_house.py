"""What the house promises about its own shape."""

import ast
import itertools
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.structure import House, figures

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = (
    "vein_imaging",
    "devices/vein_devices",
    "devices/vein_phantom",
    "calibration/vein_calibration",
)
SOURCES = sorted(
    path for package in PACKAGES for path in (ROOT / package).rglob("*.py")
)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def lines_of_body(function: Function) -> int:
    body = function.body
    if ast.get_docstring(function) is not None:
        body = body[1:]
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0  # type: ignore[operator]


def public_definitions(path: Path) -> Iterator[tuple[str, bool]]:
    """Each public class and function that is not local, and whether it is described."""
    tree = ast.parse(path.read_text("utf-8"))
    yield str(path.relative_to(ROOT)), ast.get_docstring(tree) is not None

    def inside(node: ast.AST, prefix: str) -> Iterator[tuple[str, bool]]:
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, Function | ast.ClassDef):
                continue
            if child.name.startswith("_"):
                continue
            name = f"{prefix}{child.name}"
            yield name, ast.get_docstring(child) is not None
            if isinstance(child, ast.ClassDef):
                yield from inside(child, name + ".")

    yield from inside(tree, f"{path.relative_to(ROOT)}:")


def test_half_of_the_source_files_fit_in_150_lines_and_none_exceeds_450() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in SOURCES}
    assert statistics.median(lengths.values()) <= 150
    assert [path.name for path, length in lengths.items() if length > 450] == []


def test_no_room_and_no_module_circles_not_even_for_a_type() -> None:
    told = figures(House(ROOT))
    assert told["rooms that circle"] == told["modules that circle"] == "0"


@pytest.mark.parametrize("package", PACKAGES)
def test_no_function_body_exceeds_60_lines(package: str) -> None:
    long = [
        f"{path.name}:{node.name} {lines_of_body(node)}"
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, Function) and lines_of_body(node) > 60
    ]
    assert long == []


def test_public_names_are_described() -> None:
    described = [pair for path in SOURCES for pair in public_definitions(path)]
    bare = [name for name, has_docstring in described if not has_docstring]
    assert len(bare) <= 0.02 * len(described), bare


def test_a_file_is_named_for_what_it_holds() -> None:
    vague = {"utils", "util", "helpers", "helper", "misc", "manager", "common"}
    assert [str(path) for path in SOURCES if path.stem in vague] == []


def test_no_public_class_or_function_has_the_name_of_another() -> None:
    homes: dict[str, list[str]] = {}
    for path in SOURCES:
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, Function | ast.ClassDef) and node.name[0] != "_":
                homes.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    homes.pop("make_source")  # what each kind of camera is asked for by this name
    homes.pop("upgrade")  # and each revision of a store
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


def is_number(value: ast.expr | None) -> bool:
    """Whether an expression is written in figures alone: a number, or some of them."""
    match value:
        case ast.Constant(value=found):
            return isinstance(found, int | float) and not isinstance(found, bool)
        case ast.UnaryOp(operand=operand):
            return is_number(operand)
        case ast.BinOp(left=left, right=right):
            return is_number(left) and is_number(right)
        case ast.Tuple(elts=parts):
            return bool(parts) and all(map(is_number, parts))
        case ast.Call(func=ast.Name(id="Decimal" | "timedelta"), args=[first]):
            return isinstance(first, ast.Constant)
    return False


def bare_constants(path: Path) -> Iterator[str]:
    """Yield each module-level constant in figures that has no word of why beside it.

    A comment on its own lines or on the line above it counts, and a caption below.
    """
    lines = path.read_text("utf-8").splitlines()
    body = ast.parse("\n".join(lines)).body
    for node, after in itertools.zip_longest(body, body[1:]):
        if isinstance(node, ast.Assign):
            target: ast.expr = node.targets[0]
        elif isinstance(node, ast.AnnAssign):
            target = node.target
        else:
            continue
        if not (isinstance(target, ast.Name) and target.id.isupper()):
            continue
        assert node.end_lineno is not None
        captioned = isinstance(after, ast.Expr) and isinstance(
            after.value, ast.Constant
        )
        above = lines[node.lineno - 2].startswith("#")
        beside = any("#" in line for line in lines[node.lineno - 1 : node.end_lineno])
        if is_number(node.value) and not (captioned or above or beside):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {target.id}"


def test_every_constant_has_a_why_beside_it() -> None:
    assert [one for path in SOURCES for one in bare_constants(path)] == []


def test_tables_in_the_docs_are_what_the_program_says() -> None:
    script = ROOT / "scripts" / "print_tables.py"
    told = subprocess.run(
        [sys.executable, script, "--check"], capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr


def test_no_code_of_the_program_is_there_for_the_tests_framework() -> None:
    assert [str(p) for p in SOURCES if "__test__" in p.read_text("utf-8")] == []

"""Texts that a user reads go through the catalogue, whole and at the right time."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from vein_imaging import words

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "vein_imaging"
SOURCES = sorted(PACKAGE.rglob("*.py"))
FACES = [
    path
    for room in ("cli", "demo", "report", "viewer")
    for path in sorted((PACKAGE / room).rglob("*.py"))
]
LOOKS_UP = {"_", "translate", "plural", "marked"}
# What a face hands to a person, and which of its arguments are texts.
SHOWN = {
    **dict.fromkeys(("echo", "prompt", "confirm", "UsageError", "_BadInput"), (0,)),
    **dict.fromkeys(("ClickException", "BadParameter", "QLabel", "QPushButton"), (0,)),
    **dict.fromkeys(("setText", "setToolTip", "setPlaceholderText", "say"), (0,)),
    **dict.fromkeys(("setWindowTitle", "setAccessibleName", "addRow"), (0,)),
    **dict.fromkeys(("setInformativeText", "addButton", "addItem", "_button"), (0,)),
    **dict.fromkeys(("_caption", "Figure", "Section", "_field", "EntryError"), (0,)),
    **dict.fromkeys(("RecordError", "NoPictureError", "NoScreenError"), (0,)),
    "Notice": (1,),
    "tell": (1, 2),
    "ReasonDialog": (2, 3, 4),
    "DoseView": (1, 2),
    "Table": (0,),
}
SHOWN_BY_NAME = {"title", "subtitle", "note", "caption", "footer", "text"}
NAME_OF_THE_PROGRAM = "vein-imaging"


@pytest.fixture(scope="module")
def texts() -> ModuleType:
    spec = importlib.util.spec_from_file_location("texts", ROOT / "scripts/texts.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def template(texts: ModuleType) -> Catalog:
    collected: Catalog = texts.template()
    return collected


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call))


def called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    return getattr(function, "id", "") or getattr(function, "attr", "")


def bare_texts(node: ast.AST) -> Iterator[str]:
    """Words written into an expression that are not looked up in the catalogue."""
    if called(node) in LOOKS_UP | {"dumps", "get", "join", "isoformat", "strftime"}:
        if called(node) == "join":
            for argument in node.args:  # type: ignore[attr-defined]
                yield from bare_texts(argument)
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if re.search("[A-Za-z]{2}", node.value) and node.value != NAME_OF_THE_PROGRAM:
            yield node.value
        return
    if isinstance(node, ast.Subscript | ast.Compare | ast.keyword):
        return
    if isinstance(node, ast.Dict):
        for value in node.values:
            yield from bare_texts(value)
        return
    if isinstance(node, ast.FormattedValue):  # its format is no text
        yield from bare_texts(node.value)
        return
    for child in ast.iter_child_nodes(node):
        yield from bare_texts(child)


def where(path: Path, node: ast.expr) -> str:
    return f"{path.relative_to(PACKAGE)}:{node.lineno}"


def test_what_a_face_shows_is_looked_up_in_the_catalogue() -> None:
    bare = [
        f"{where(path, node)} {text!r}"
        for path in FACES
        for node in calls(path)
        if called(node) in SHOWN
        for argument in (
            *(node.args[at] for at in SHOWN[called(node)] if at < len(node.args)),
            *(word.value for word in node.keywords if word.arg in SHOWN_BY_NAME),
        )
        for text in bare_texts(argument)
    ]
    assert bare == []


def test_a_text_is_looked_up_whole_before_values_are_filled_in() -> None:
    wrong = [
        where(path, node)
        for path in SOURCES
        for node in calls(path)
        if called(node) in LOOKS_UP
        for argument in node.args[:2]
        if isinstance(argument, ast.JoinedStr | ast.BinOp)
        or called(argument) in ("format", "join", "str")
    ]
    assert wrong == []


def test_no_text_is_translated_when_a_module_is_loaded() -> None:
    """A constant is `marked`; else its language is that of the first import."""

    def outside_functions(node: ast.AST) -> Iterator[ast.AST]:
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, ast.FunctionDef | ast.Lambda):
                yield child
                yield from outside_functions(child)

    found = [
        where(path, node)
        for path in SOURCES
        for node in outside_functions(parsed(path))
        if isinstance(node, ast.Call) and called(node) in ("_", "translate", "plural")
    ]
    assert found == []


def test_no_function_hides_the_catalogue_behind_a_value_that_it_throws_away() -> None:
    hidden = []
    for path in SOURCES:
        for function in ast.walk(parsed(path)):
            if isinstance(function, ast.FunctionDef):
                inside = list(ast.walk(function))
                looks_up = any(called(node) == "_" for node in inside)
                stores = any(
                    isinstance(node, ast.Name)
                    and node.id == "_"
                    and isinstance(node.ctx, ast.Store)
                    for node in inside
                )
                if looks_up and stores:
                    hidden.append(f"{path.relative_to(PACKAGE)}:{function.name}")
    assert hidden == []


def test_the_template_holds_help_errors_labels_pages_and_aftercare(
    template: Catalog,
) -> None:
    held = {message.id for message in template}
    assert {
        "Erase without asking again.",  # an option's help
        "Clear the latched faults; their causes must be gone.",  # a command's help
        "LOG SITES: off",  # a label
        "over the maximum for one injection",  # a constant
        "Keep out of the heat: no hot bath, sauna or sunbed.",  # aftercare
        "Checkpoint of the record, to be checked with",  # the report's template
        ("{count} site: {given}", "{count} sites: {given}"),
    } <= held


def test_a_translation_is_one_file(template: Catalog, tmp_path: Path) -> None:
    """The command line speaks the language of a file that is put into a folder."""
    catalog = Catalog("de")
    for message in template:
        if message.id and "{" not in str(message.id):
            catalog.add(message.id, str(message.id).swapcase())
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / f"{words.DOMAIN}.mo").open("wb") as file:
        write_mo(file, catalog)
    answers = [
        subprocess.run(
            [sys.executable, "-m", "vein_imaging", *arguments],
            env={**os.environ, "LANGUAGE": "de", words.LOCALES_VARIABLE: str(tmp_path)},
            capture_output=True,
            text=True,
        )
        for arguments in (
            ["--help"],
            ["light", "off", "--help"],
            ["view", "--patient=x"],
        )
    ]
    assert "cHECK EVERYTHING THAT A STORE" in answers[0].stdout
    assert "sWITCH THE LIGHT OFF" in answers[1].stdout
    assert "NEED --STORE" in answers[2].stderr


def test_translators_begin_and_update_a_language_with_one_command(
    texts: ModuleType,
    template: Catalog,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(texts, "template", lambda: template)
    texts.update(["de"], tmp_path)
    written = tmp_path / "de/LC_MESSAGES/vein_imaging.po"
    text = written.read_text("utf-8")
    assert 'msgid "List every limit with its source."\nmsgstr ""' in text
    written.write_text(
        text.replace(
            'msgid "List every limit with its source."\nmsgstr ""',
            'msgid "List every limit with its source."\nmsgstr "Grenzen und Quellen."',
        ),
        "utf-8",
    )
    texts.update([], tmp_path)
    assert "Grenzen und Quellen." in written.read_text("utf-8")
    assert b"Grenzen und Quellen." in written.with_suffix(".mo").read_bytes()

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from vein_imaging.treatment.typed_injection import EntryText
from vein_imaging.viewer.injecting.entry_form import EntryForm

PRODUCTS = (("asclera", "Asclera (polidocanol)"), ("fibro-vein", "Fibro-Vein"))


@pytest.fixture
def form(qtbot: QtBot) -> EntryForm:
    form = EntryForm(PRODUCTS)
    qtbot.addWidget(form)
    form.show()
    return form


def test_an_untouched_form_is_empty(form: EntryForm) -> None:
    assert form.entry == EntryText()
    assert set(form.entry.missing) == {"product", "volume_ml"}


def test_text_is_kept_exactly_as_typed(
    form: EntryForm, qtbot: QtBot, person: Any
) -> None:
    form.product.setCurrentIndex(0)
    person.types(form.fields["volume_ml"], "0.10")
    assert form.entry.product == "asclera"
    assert form.entry.volume_ml == "0.10"


def test_a_listed_product_can_be_typed_in_any_case(
    form: EntryForm, qtbot: QtBot
) -> None:
    form.product.setEditText("fibro-vein")
    assert form.entry.product == "fibro-vein"


def test_any_other_product_can_be_typed(form: EntryForm) -> None:
    form.product.setEditText("glycerin from the pharmacy")
    assert form.entry.product == "glycerin from the pharmacy"


def test_the_gas_ratio_is_asked_for_foam_only(form: EntryForm) -> None:
    gas = form.fields["gas_parts_per_liquid_part"]
    assert not gas.isVisible()
    form.form.setCurrentIndex(1)
    assert gas.isVisible() and form.entry.form == "foam"


def test_every_change_is_told(form: EntryForm, qtbot: QtBot) -> None:
    with qtbot.waitSignal(form.changed) as sent:
        form.fields["volume_ml"].setText("0.2")
    assert sent.args is not None and sent.args[0].volume_ml == "0.2"


def test_a_problem_marks_its_field_and_says_why(form: EntryForm) -> None:
    form.show_problems({"volume_ml": "volume: got 'a lot', wanted 0.2"})
    assert form.fields["volume_ml"].property("wrong") == "true"
    assert form.fields["concentration_percent"].property("wrong") != "true"
    assert form.problem.isVisible() and "a lot" in form.problem.text()
    form.show_problems({})
    assert form.fields["volume_ml"].property("wrong") == "false"
    assert not form.problem.isVisible()

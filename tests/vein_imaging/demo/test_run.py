"""The whole story once, without a window."""

import html
import re
from decimal import Decimal

import pytest

from vein_imaging.demo import DemoResult, demo_work, run_demo
from vein_imaging.demo.story import CLINIC
from vein_imaging.storage.people.roles import Action
from vein_imaging.storage.people.signed_in import sign_in
from vein_imaging.storage.upkeep.checkpoint import compare_with_checkpoint
from vein_imaging.storage.upkeep.kept_checkpoints import checkpoint_file


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> DemoResult:
    out = tmp_path_factory.mktemp("demo")
    (out / "record").mkdir()
    (out / "record" / "left-over").write_text("from an earlier run")
    return run_demo(out)


def test_the_dose_over_the_maximum_is_caught_and_not_given(result: DemoResult) -> None:
    caught = [plan for visit in result.told.treated for plan in visit.caught]
    assert [plan.injection.volume.ml for plan in caught] == [Decimal("0.4")]
    rules = {f.rule for f in caught[0].findings if f.severity == "stop"}
    assert rules == {"per_injection_volume"}
    given = [
        injection
        for visit in result.told.treated
        for injection in visit.session.injections
    ]
    assert max(injection.volume.ml for injection in given) == Decimal("0.3")
    assert len(given) == 5


def test_the_record_opens_again_and_tells_the_same(result: DemoResult) -> None:
    out = result.report.parent
    with demo_work(result.store, result.clocks, out) as work:
        for visit in result.told.treated:
            assert work.reopen(visit.session_id).session == visit.session


def test_the_second_visit_is_explained_by_the_plan(result: DemoResult) -> None:
    """Eight weeks without an entry: the clock is not asked about."""
    with demo_work(result.store, result.clocks, result.report.parent) as work:
        assert work.clock_doubt is None


def test_the_drawn_pictures_are_in_the_record_as_drawings(result: DemoResult) -> None:
    for visit in result.told.treated:
        shown = [one.shows for one in visit.session.photographs]
        shown += [one.event.mark.shows for one in visit.session.entries]  # type: ignore[union-attr]
        assert set(shown) == {"drawing"}


def test_the_visits_are_aligned_to_a_fraction_of_a_millimetre(
    result: DemoResult,
) -> None:
    assert result.told.comparison.verdict == "comparable"
    page = result.report.read_text("utf-8")
    row = re.search(r"Alignment[^<]*</td><td[^>]*>([0-9.]+) \(([0-9.]+)", page)
    assert row is not None
    assert float(row[2]) < 0.5


def test_the_page_shows_the_stop_before_everything_else(result: DemoResult) -> None:
    page = result.report.read_text("utf-8")
    assert page.index("<b>stop</b>") < page.index("<img")
    assert "rxlist.com" in page  # the limit's source


def test_the_page_carries_a_checkpoint_that_the_record_agrees_with(
    result: DemoResult,
) -> None:
    printed = re.search(r"<pre>(.*?)</pre>", result.report.read_text("utf-8"), re.S)
    assert printed is not None
    name, password = CLINIC.author, CLINIC.password
    with sign_in(result.store, name, password, clocks=result.clocks) as signed_in:
        store = signed_in.allowed_store(Action.VERIFY)
        assert compare_with_checkpoint(store, html.unescape(printed[1])) is None
        assert (
            compare_with_checkpoint(
                store, checkpoint_file(store, result.store.parent).read_text("utf-8")
            )
            is None
        )


def test_what_an_earlier_run_left_is_replaced(result: DemoResult) -> None:
    assert not (result.store / "left-over").exists()


def test_the_demos_record_says_that_it_is_one(result: DemoResult) -> None:
    said = (result.store / "DEMO-ONLY.txt").read_text("utf-8")
    assert said.startswith("Demo only.")
    assert CLINIC.password in said

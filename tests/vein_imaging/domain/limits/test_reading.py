import re
import tomllib
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from vein_imaging.domain.limits import REGIONS, LimitTable, Source, load_limits
from vein_imaging.domain.limits.reading import read_table
from vein_imaging.domain.quantity import plain

FOLDER = Path(str(resources.files("vein_imaging.domain") / "limits"))
FILES = [file for file in FOLDER.glob("*.toml") if file.stem != "names"]
TABLES = [load_limits(region) for region in REGIONS]
SOURCE = """
region = "US"
[source.label]
title = "Label"
address = "example.org"
read_on = "2026-11"
"""
PRODUCT = SOURCE + '[[product]]\nkey = "x"\nname = "X"\nagent = "x"\n'


@pytest.mark.parametrize("table", TABLES, ids=REGIONS)
def test_every_figure_names_a_dated_source(table: LimitTable) -> None:
    figures = 0
    for product in table.products.values():
        sources = [limit.source for limit in product.limits]
        sources += [strength.source for strength in product.strengths]
        sources += [advice.source for advice in product.advice]
        sources += [product.test_dose.source] if product.test_dose else []
        for source in sources:
            figures += 1
            assert source.title
            assert source.address
            assert re.fullmatch(r"\d{4}-\d\d(-\d\d)?", source.read_on)
            assert source.sure in {"verified", "second-hand"}
    assert figures
    for limit in table.practice:
        assert limit.source.address


def test_a_limit_that_rests_on_a_second_hand_text_says_so() -> None:
    states = set()
    for table in TABLES:
        for product in table.products.values():
            for limit in product.limits:
                states.add(limit.source.state)
                said = "second-hand" in str(limit.source)
                assert said == (limit.source.state == "second hand")
    assert states == {"in force", "older", "second hand"}


def test_what_was_read_a_year_ago_is_stale() -> None:
    source = Source("Label", "here", "2026-11")
    assert not source.is_stale(date(2027, 11, 1))
    assert source.is_stale(date(2027, 11, 2))
    assert not Source("Label", "here", "2026-11-28").is_stale(date(2027, 11, 28))
    assert Source("Label", "here", "2026-11-28").is_stale(date(2027, 11, 29))


def test_every_file_of_the_folder_is_in_the_table() -> None:
    names = {file.stem for file in FOLDER.glob("*.toml")}
    assert names == {region.lower() for region in REGIONS} | {"practice", "names"}
    for file in FILES:
        assert read_table(file.read_text(encoding="utf-8")).region.lower() == file.stem


def test_every_source_of_a_file_is_used() -> None:
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        for key in tomllib.loads(text)["source"]:
            assert f'source = "{key}"' in text, (file.name, key)


def test_the_products_of_each_region() -> None:
    everywhere = {"glycerin-72", "saline-23.4"}
    assert {table.region: set(table.products) - everywhere for table in TABLES} == {
        "US": {"asclera", "varithena", "sotradecol"},
        "UK": {"fibro-vein", "aethoxysklerol"},
        "IE": {"fibro-vein"},
        "DE": {"aethoxysklerol"},
        "AT": {"aethoxysklerol", "veinfibro"},
        "CH": {"aethoxysklerol", "sclerovein"},
        "FR": {"aetoxisclerol", "fibro-vein", "trombovar", "scleremo"},
        "IT": {"atossisclerol"},
        "ES": {"etoxisclerol", "veinfibro"},
        "AU": {"aethoxysklerol", "fibro-vein"},
        "CA": {"trombovar", "tromboject"},
    }
    for table in TABLES:
        for key in everywhere:
            assert table.products[key].limits == ()
    for region, key in (
        *(("UK", "aethoxysklerol"), ("AT", "veinfibro"), ("ES", "veinfibro")),
        *(("AU", "aethoxysklerol"), ("AU", "fibro-vein")),
        *(("CA", "trombovar"), ("CA", "tromboject")),
    ):
        product = load_limits(region).products[key]
        assert product.limits == ()
        assert "read" in product.note


@pytest.mark.parametrize(
    ("product", "agent", "atc"),
    [
        ("asclera", "polidocanol", "C05BB02"),
        ("varithena", "polidocanol", "C05BB02"),
        ("aethoxysklerol", "polidocanol", "C05BB02"),
        ("aetoxisclerol", "polidocanol", "C05BB02"),
        ("sotradecol", "sodium tetradecyl sulfate", "C05BB04"),
        ("fibro-vein", "sodium tetradecyl sulfate", "C05BB04"),
        ("trombovar", "sodium tetradecyl sulfate", "C05BB04"),
        ("scleremo", "chromated glycerin", ""),
        ("glycerin-72", "glycerin", ""),
        ("saline-23.4", "hypertonic saline", ""),
    ],
)
def test_the_substance_of_each_product(product: str, agent: str, atc: str) -> None:
    held = [table.products[product] for table in TABLES if product in table.products]
    assert held
    assert {(one.agent, one.atc) for one in held} == {(agent, atc)}
    assert {table.agent(product) for table in TABLES} == {agent}
    assert load_limits("US").agent("Polymer X") == load_limits("US").agent("polymer-x")


def test_a_product_had_abroad_is_known_by_its_strongest_table() -> None:
    elsewhere = load_limits("US").elsewhere
    assert [plain(one) for one in elsewhere["fibro-vein"].percents][-1] == "3"
    assert elsewhere["aethoxysklerol"].agent == "polidocanol"


def test_the_version_is_a_hash_of_what_was_read() -> None:
    versions = {table.version for table in TABLES}
    assert len(versions) == len(REGIONS)
    for table in TABLES:
        assert re.fullmatch(rf"{table.region} sha256:[0-9a-f]{{64}}", table.version)
    assert load_limits("US") is load_limits("US")


def test_an_unknown_region_is_refused() -> None:
    with pytest.raises(ValueError, match="got 'EU', wanted one of US, UK, IE, DE"):
        load_limits("EU")


def test_a_general_figure_that_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        load_limits("US").general("none")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (SOURCE + "colour = 1\n", "source.label: unknown key 'colour'"),
        (SOURCE + "[colour]\n", "limit table: unknown key 'colour'"),
        (PRODUCT + "colour = 1\n", "x: unknown key 'colour'"),
        (
            PRODUCT + 'limits = [{ rule = "r", maximum = "1", unit = "mL" }]\n',
            "x, r: no source",
        ),
        (
            PRODUCT
            + 'limits = [{ rule = "r", maximum = "1", unit = "mL", source = "s" }]\n',
            "x, r: no source",
        ),
        (
            PRODUCT + 'strengths = [{ percent = "1", form = "liquid" }]\n',
            "x 1 %: no source",
        ),
        (PRODUCT + 'strengths = [{ colour = "1" }]\n', "x: unknown key 'colour'"),
        (PRODUCT + 'limits = [{ rule = "r", colour = 1 }]\n', "unknown key 'colour'"),
        (PRODUCT + 'advice = [{ text = "t" }]\n', "x, advice: no source"),
        (
            PRODUCT
            + "test_dose = { every_session = true, severity = 'note', text = 't' }\n",
            "x, test_dose: no source",
        ),
        (SOURCE + '[[practice]]\nrule = "r"\nmaximum = "1"\nunit = "s"\n', "no source"),
    ],
)
def test_a_figure_without_a_source_is_refused(text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=re.escape(wrong)):
        read_table(text)


def test_a_figure_is_text_and_no_float() -> None:
    text = 'limits = [{ rule = "r", maximum = 1.0, unit = "mL", source = "label" }]\n'
    with pytest.raises(TypeError, match="wanted decimal text"):
        read_table(PRODUCT + text)

"""Sixty spellings, and what each was read as."""

import pytest

from vein_imaging.domain.injection import injection_from_json
from vein_imaging.domain.limits import load_limits
from vein_imaging.domain.limits.naming import Named, shipped_names

CERTAIN = [
    # region, as typed, read as
    *[
        ("US", text, "asclera")
        for text in (
            *("asclera", "Asclera", "ASCLERA", " asclera ", "as\u00adclera"),
            *("Asclera®", "Asclera (R)", "Asclera™", "ascl\u200bera", "\ufeffasclera"),
            *(
                "asclera\u00a0",
                "\uff41\uff53\uff43\uff4c\uff45\uff52\uff41",
                "Ásclera",
                "asclera\u202e",
                "asclera.",
            ),
            *("Asclera 0.5%", "Asclera 0,5 %", "asclera 1 %", "Asclera 5 mg/mL"),
            *("Asclera (polidocanol)", "Asclera injection", "asclera inj. 0.5 %"),
            *("Polidocanol", "POLIDOCANOL 1%", "polidocanol 400", "Lauromacrogol"),
            *("lauromacrogol 400", "Laureth-9", "polidocanolum"),
        )
    ],
    ("US", "Varithena®", "varithena"),
    ("US", "Varithena (polidocanol injectable foam) 1%", "varithena"),
    ("US", "STS", "sotradecol"),
    ("US", "sodium tetradecyl sulphate", "sotradecol"),
    ("US", "Sotradecol 3 %", "sotradecol"),
    ("US", "Glycerin", "glycerin-72"),
    ("US", "glycerol 72 %", "glycerin-72"),
    ("US", "Hypertonic saline 23.4%", "saline-23.4"),
    ("US", "aethoxysclerol", "aethoxysklerol"),
    ("UK", "Fibrovein", "fibro-vein"),
    ("UK", "fibro vein 3%", "fibro-vein"),
    ("UK", "STD Fibrovein®", "fibro-vein"),
    ("UK", "FIBRO-VEIN 0.2 % ampoules", "fibro-vein"),
    ("DE", "aethoxysclerol", "aethoxysklerol"),
    ("DE", "Äthoxysklerol", "aethoxysklerol"),
    ("DE", "Aethoxysklerol® 0,25 %", "aethoxysklerol"),
    ("FR", "Aétoxisclérol", "aetoxisclerol"),
    ("FR", "AETOXISCLEROL TAMPONNÉ 2 %", "aetoxisclerol"),
    ("FR", "Sclérémo", "scleremo"),
    ("IT", "Atossisclerol 3%", "atossisclerol"),
    ("ES", "Etoxisclerol", "etoxisclerol"),
    ("DE", "STS", "sodium tetradecyl sulfate"),
    ("US", "polymer-x", "polymer-x"),
    ("US", "heparin", "heparin"),
]
DOUBTFUL = [
    ("US", "\u0430sclera", "asclera", "letters of another script"),
    ("US", "ascelra", "asclera", "is nearly asclera"),
    ("US", "Ascleraa", "asclera", "is nearly asclera"),
    ("US", "ascl", "asclera", "is nearly asclera"),
    ("US", "Polidocnaol", "asclera", "is nearly polidocanol"),
    ("US", "sotradecal", "sotradecol", "is nearly sotradecol"),
    ("US", "asclera + lidocaine", "asclera", "is nearly asclera"),
    ("US", "Asclera/Varithena", "asclera", "names asclera and varithena"),
    ("UK", "fibrovien", "fibro-vein", "is nearly fibro-vein"),
    ("DE", "aethoxyskleroll", "aethoxysklerol", "is nearly aethoxysklerol"),
    ("FR", "STS", "fibro-vein", "may mean fibro-vein or trombovar"),
    ("CH", "polidocanol", "aethoxysklerol", "may mean aethoxysklerol or sclerovein"),
]


def read(region: str, text: str) -> Named:
    body = {"at": "2026-11-22T10:05:00+00:00", "form": "liquid", "volume_ml": "0.1"}
    if "foam" in text.lower():
        body["form"] = "foam"
    return load_limits(region).read_name(injection_from_json(body | {"product": text}))


def test_there_are_sixty_spellings() -> None:
    assert len(CERTAIN) + len(DOUBTFUL) >= 60


@pytest.mark.parametrize(("region", "text", "key"), CERTAIN)
def test_a_spelling_is_read_as_its_product(region: str, text: str, key: str) -> None:
    named = read(region, text)
    assert (named.key, named.doubt) == (key, "")


@pytest.mark.parametrize(("region", "text", "key", "doubt"), DOUBTFUL)
def test_a_doubtful_spelling_counts_as_the_nearest_and_says_why(
    region: str, text: str, key: str, doubt: str
) -> None:
    named = read(region, text)
    assert named.key == key
    assert doubt in named.doubt


def test_the_strength_in_a_name_is_read_in_per_cent() -> None:
    texts = {"Asclera 0,5 %": "0.5", "Asclera 5 mg/mL": "0.5", "Asclera 1%": "1"}
    for text, percent in texts.items():
        assert [f"{one.normalize():f}" for one in read("US", text).percents] == [
            percent
        ]


def test_foam_named_by_its_substance_is_the_product_that_comes_as_foam() -> None:
    assert read("US", "polidocanol foam").key == "varithena"


def test_no_spelling_of_the_table_stands_for_two() -> None:
    table = shipped_names()
    assert not set(table.products) & set(table.substances)

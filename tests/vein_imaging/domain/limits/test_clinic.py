import re
from decimal import Decimal

import pytest

from vein_imaging.domain.limits import load_limits

HEAD = 'clinic = "Example Clinic"\ndate = "2026-11-01"\nregion = "{region}"\n'


def own(
    product: str, rule: str, maximum: str, *, region: str = "US", **only: str
) -> str:
    more = "".join(f"{key} = [{value}]\n" for key, value in only.items())
    return (
        HEAD.format(region=region)
        + f'[[limit]]\nproduct = "{product}"\nrule = "{rule}"\n'
        + f'maximum = "{maximum}"\n{more}'
    )


def test_a_clinic_adds_its_name_date_and_tighter_figure() -> None:
    table = load_limits("US", own("asclera", "per_session_volume", "8"))
    limit = table.products["asclera"].limits[-1]
    assert limit.clinic
    assert limit.maximum == Decimal(8)
    assert limit.unit == "mL"
    assert str(limit.source).startswith("Own limit of Example Clinic")
    assert table.policy is not None
    assert (table.policy.clinic, table.policy.date) == ("Example Clinic", "2026-11-01")
    assert not table.policy.fraction_rule
    assert load_limits("US").policy is None


def test_the_label_still_holds_beside_the_clinics_figure() -> None:
    label = load_limits("US").products["asclera"].limits
    table = load_limits("US", own("asclera", "per_session_volume", "8"))
    assert table.products["asclera"].limits[: len(label)] == label


def test_the_version_changes_with_the_clinics_file() -> None:
    texts = [own("asclera", "per_session_volume", figure) for figure in ("8", "9")]
    versions = {load_limits("US", text).version for text in (None, *texts)}
    assert len(versions) == 3


@pytest.mark.parametrize(
    ("product", "rule", "equal", "looser", "region"),
    [
        ("asclera", "per_session_volume", "10", "10.01", "US"),
        ("asclera", "per_injection_volume", "0.3", "0.31", "US"),
        ("asclera", "minimum_interval", "7", "6", "US"),
        ("fibro-vein", "sites_per_session", "10", "11", "IE"),
        ("aethoxysklerol", "per_day_mass_per_kg", "2", "2.01", "DE"),
        ("aethoxysklerol", "per_day_volume", "10", "10.01", "DE"),
    ],
)
def test_a_clinic_may_only_tighten(
    product: str, rule: str, equal: str, looser: str, region: str
) -> None:
    assert load_limits(region, own(product, rule, equal, region=region))
    with pytest.raises(ValueError, match="a clinic may only tighten"):
        load_limits(region, own(product, rule, looser, region=region))


def test_a_figure_for_some_strengths_is_measured_against_theirs() -> None:
    three = {"strengths": '"3"', "region": "UK"}
    with pytest.raises(ValueError, match="the label's 4"):
        load_limits("UK", own("fibro-vein", "per_session_volume", "4.01", **three))
    assert load_limits("UK", own("fibro-vein", "per_session_volume", "4", **three))
    foam = {"forms": '"foam"', "region": "DE"}
    with pytest.raises(ValueError, match="the label's 6"):
        load_limits("DE", own("aethoxysklerol", "per_injection_volume", "6.1", **foam))
    assert load_limits("DE", own("aethoxysklerol", "per_injection_volume", "6", **foam))


def test_a_clinic_may_cap_what_has_no_published_limit() -> None:
    texts = {
        "glycerin-72": own("glycerin-72", "per_session_volume", "5"),
        "polymer-x": own("polymer-x", "per_session_volume", "5") + "own_agent = true\n",
    }
    for product, text in texts.items():
        table = load_limits("US", text)
        assert table.products[product].limits[-1].maximum == Decimal(5)
    abroad = load_limits("DE", own("asclera", "per_session_volume", "5", region="DE"))
    assert abroad.products["asclera"].agent == "polidocanol"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("clinic = ", "clinic file: not TOML"),
        ('clinic = "x"\nregion = "US"\n', "'date' is missing"),
        (HEAD.format(region="DE"), "it is for region 'DE', the check for 'US'"),
        (HEAD.format(region="US") + "colour = 1\n", "unknown key 'colour'"),
        (own("asclera", "vein_too_large", "2"), "a clinic cannot set 'vein_too_large'"),
        (own("asclera", "per_session_volume", "1e1"), "wanted plain decimal text"),
        (
            HEAD.format(region="US") + '[[limit]]\nproduct = "asclera"\n',
            "'maximum' is missing",
        ),
        (
            own("asclera", "per_session_volume", "5") + 'colour = "red"\n',
            "unknown key 'colour'",
        ),
        (
            'clinic = "x"\ndate = "1 Nov"\nregion = "US"\n',
            "clinic file, line 2: date: got '1 Nov'",
        ),
        (
            own("ascelra", "per_session_volume", "5"),
            "line 5: product: got 'ascelra', nearly asclera; wanted one of asclera",
        ),
        (
            own("polymer-x", "per_session_volume", "5"),
            "line 5: product: got 'polymer-x', which is not known; wanted one of "
            "asclera, varithena, sotradecol",
        ),
        (own("Asclera 1 %", "per_session_volume", "5"), "a name with a strength in it"),
        (own("asclera", "per_session", "5"), "line 6: a clinic cannot set"),
        (
            own("asclera", "per_session_volume", "0"),
            "line 7: per_session_volume: got 0",
        ),
        (
            own("asclera", "per_session_volume", "5", strengths='"5"'),
            'line 8: strengths: got 5 %, wanted one of the label\'s: "0.5", "1"',
        ),
        (
            own("asclera", "per_session_volume", "5", forms='"fluid"'),
            "line 8: forms: got ['fluid']",
        ),
        (
            own("asclera", "per_session_volume", "5").replace('"5"', "5"),
            "line 7: per_session_volume: got int 5, wanted decimal text",
        ),
        (
            own("asclera", "per_session_volume", "5")
            + own("asclera", "per_injection_volume", "0.4").split("\n", 3)[3],
            "line 11: asclera per_injection_volume 0.4 mL would loosen",
        ),
        (HEAD.format(region="US") + "limit = 3\n", "line 4: limit: wanted [[limit]]"),
        (
            HEAD.format(region="US") + "fraction_rule = 1\n",
            "line 4: fraction_rule: got 1",
        ),
        (HEAD.format(region="US").replace('"Example Clinic"', "7"), "line 1: clinic"),
    ],
)
def test_a_wrong_file_is_refused(text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=re.escape(wrong)):
        load_limits("US", text)


def test_a_clinic_may_write_the_name_as_a_person_would() -> None:
    for text in ("Asclera®", "ASCLERA", "asclera "):
        table = load_limits("US", own(text, "per_session_volume", "8"))
        assert table.products["asclera"].limits[-1].clinic

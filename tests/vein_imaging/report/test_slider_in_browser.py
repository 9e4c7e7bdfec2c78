"""The page in a real browser: the slider moves, nothing is fetched or cut off."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from vein_imaging.report import Report, Table, render_html
from vein_imaging.report.comparison_page import (
    ComparisonAnswer,
    ComparisonPage,
    picture_uri,
    render_comparison,
)

PHONE, DESKTOP = (390, 844), (1440, 900)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("chromium and chromium-driver are not installed")
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    profile = tmp_path_factory.mktemp("profile")
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        f"--user-data-dir={profile}", "--force-device-scale-factor=1",
    ):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(executable_path=driver)
    with webdriver.Chrome(options=options, service=service) as opened:
        yield opened


def shown(browser: Any, report: Report, tmp_path: Path, size: tuple[int, int]) -> None:
    file = tmp_path / "page.html"
    file.write_text(render_html(report), "utf-8")
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False},
    )
    browser.get(file.as_uri())


def greys(browser: Any) -> tuple[float, float]:
    """Mean grey of the left and the right part of the two pictures, as drawn."""
    pair = browser.find_element("css selector", ".pair")
    browser.execute_script("arguments[0].scrollIntoView({block: 'start'})", pair)
    data = np.frombuffer(pair.screenshot_as_png, np.uint8)
    drawn = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.float64)
    height, width = drawn.shape
    rows = slice(int(0.6 * height), int(0.9 * height))
    quarter = width // 4
    return drawn[rows, 10:quarter].mean(), drawn[rows, -quarter:-10].mean()


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_the_slider_uncovers_before_and_after(
    browser: Any, whole_report: Report, tmp_path: Path, size: tuple[int, int]
) -> None:
    from selenium.webdriver.common.keys import Keys

    shown(browser, whole_report, tmp_path, size)
    left, right = greys(browser)
    assert left < 60 < 180 < right  # half and half: before is dark, after is bright
    slider = browser.find_element("css selector", ".slider input")
    slider.send_keys(Keys.HOME)
    assert min(greys(browser)) > 180  # all of it after
    slider.send_keys(Keys.END)
    assert max(greys(browser)) < 60  # all of it before


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_nothing_is_wider_than_the_screen_and_nothing_is_fetched(
    browser: Any, whole_report: Report, tmp_path: Path, size: tuple[int, int]
) -> None:
    shown(browser, whole_report, tmp_path, size)
    wide = browser.execute_script("return document.documentElement.scrollWidth")
    assert wide <= size[0]
    fetched = browser.execute_script(
        "return performance.getEntriesByType('resource')"
        ".map(one => one.name).filter(name => !name.startsWith('data:'))"
    )
    assert fetched == []
    complaints = [
        one for one in browser.get_log("browser") if "favicon" not in one["message"]
    ]
    assert complaints == []


@pytest.mark.parametrize(("size", "beside"), [(PHONE, False), (DESKTOP, True)])
def test_a_comparison_is_not_cut_off_and_its_pictures_are_level(
    browser: Any, tmp_path: Path, size: tuple[int, int], beside: bool
) -> None:
    picture = picture_uri(np.full((90, 160, 3), 120, np.uint8))
    reason = "no vein near the mark stands out enough to be judged"
    sites = Table(
        ("Site", "Product", "Strength", "Became", "Cleared, 95 %"),
        (("left thigh lateral 1", "asclera", "0.5 %", "cannot tell", reason),),
        "Treated sites",
    )
    page = ComparisonPage(
        title="Before and after",
        answers=(ComparisonAnswer("note", "Improved", ("38 % cleared",)),),
        before=picture,
        after=picture,
        before_caption="BEFORE",
        after_caption="AFTER 01 Nov 2026, aligned to BEFORE, in words " * 2,
        aligned=True,
        difference=picture,
        tables=(sites,),
    )
    file = tmp_path / "comparison.html"
    file.write_text(render_comparison(page), "utf-8")
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False},
    )
    browser.get(file.as_uri())
    width = browser.execute_script("return document.documentElement.scrollWidth")
    assert width <= size[0]
    before, after = (
        browser.find_element("id", one).rect for one in ("before", "after")
    )
    assert (before["y"] == after["y"]) is beside
    assert after["width"] >= 0.4 * size[0]
    buttons = browser.find_elements("css selector", "button")
    assert buttons and min(one.rect["height"] for one in buttons) >= 44

"""The desk as an analyst meets it: in Chromium, by mouse and keys, light and dark, narrow, and fed with hostile text."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.desk_server import HOSTILE, desk_settings, filled_index, served

pytestmark = [pytest.mark.browser, pytest.mark.elastic]

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium_path(playwright):
    bundled = playwright.chromium.executable_path
    for found in (*map(shutil.which, CHROMIUM_NAMES), bundled):
        if found and Path(found).exists():
            return found
    pytest.fail(
        "Chromium is missing; install it with `apt-get install chromium` (or `playwright install chromium`)"
    )


@pytest.fixture(scope="module")
def browser():
    # Of this module only: Playwright's loop runs in this thread as long as it is open.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium_path(playwright), args=QUIET)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def desk(node_url, tmp_path_factory):
    home = tmp_path_factory.mktemp("desk")
    with (
        filled_index(node_url, home) as index,
        served(desk_settings(index, home, WIREWATCH_DESK_ANALYST="ana")) as address,
    ):
        yield address


@pytest.fixture
def page(browser, desk):
    context = browser.new_context(base_url=desk, viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    yield opened
    context.close()


def every_page(page):
    """The address of each kind of page, found by following the links of the desk itself."""
    page.goto("/stories/crossing")
    article = page.locator(".timeline h3 a").first.get_attribute("href")
    page.goto("/stories/hostile")
    hostile = page.locator(".timeline h3 a").first.get_attribute("href")
    page.goto("/feeds")
    feed = page.locator("tbody th a").first.get_attribute("href")
    return [
        "/", "/?q=sergeant&topic=defection", "/?q=((", "/?topic=none", "/stories/crossing?beside=true", "/stories/tongues",
        "/stories/hostile", article, hostile, "/feeds", feed, "/workbench", "/workbench?topic=defection", "/searches", "/digests",
        "/digests/sample", "/decisions", "/stories/none",
    ]  # fmt: skip


def test_an_analyst_filters_by_topic_opens_a_story_and_unfolds_its_copies(page):
    page.goto("/")
    page.locator(".facets").get_by_role("link", name="defection").click()
    page.get_by_role("link", name="topic: defection").wait_for()
    page.get_by_role("link", name="Sergeant crosses the line").click()
    assert page.get_by_role("heading", name="Figures that do not agree").is_visible()
    assert page.get_by_text("count as one: Harbour Post is a copy of Lantern").is_visible()
    folded = page.get_by_role("link", name="A walk to freedom")
    assert not folded.is_visible()
    page.get_by_text("2 copies of this text").click()
    assert folded.is_visible()
    assert page.get_by_role("link", name="Unarmed and alone").is_visible()


def test_the_walk_of_an_analyst_from_the_list_to_a_corrected_tag_and_a_subscription(page):
    page.goto("/")
    page.locator(".facets").get_by_role("link", name="defection").click()
    page.get_by_role("link", name="Sergeant crosses the line").click()
    page.get_by_text("2 copies of this text").click()
    assert page.get_by_role("link", name="A walk to freedom").is_visible()
    assert page.locator("tr.contested .figure").count() == 2
    page.locator(".timeline h3 a").first.click()
    page.get_by_role("button", name=re.compile("Not this topic.*defection")).click()
    page.get_by_text("The machine says it has, ana says it has not this topic").wait_for()
    assert page.locator("mark.topic").count() == 0
    page.get_by_role("button", name=re.compile("Take back.*defection")).click()
    page.get_by_role("button", name=re.compile("Not this topic.*defection")).wait_for()
    assert page.locator("mark.topic").count() > 0
    page.goto("/?topic=defection&reports=2")
    page.get_by_text("Save this search").click()
    page.get_by_label("Name").fill("Crossings, confirmed")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator("summary", has_text="Subscribe").click()
    page.get_by_label("How often").select_option("hourly")
    page.get_by_role("button", name="Subscribe", exact=True).click()
    page.get_by_text("Digest every hour, filed in the outbox").wait_for()
    page.get_by_role("link", name="crossings-confirmed-").click()
    page.get_by_text("found by the saved search “Crossings, confirmed”").first.wait_for()
    page.goto("/searches")
    feed = page.get_by_role("link", name=re.compile("Atom feed")).get_attribute("href")
    assert "Sergeant crosses the line" in page.request.get(feed).text()


def test_deciding_works_without_scripts(browser, desk):
    context = browser.new_context(base_url=desk, java_script_enabled=False)
    opened = context.new_page()
    opened.goto("/stories/tongues")
    opened.get_by_text("Pin or mute this story").click()
    opened.get_by_label("Why (may be left empty)").first.fill("two languages")
    opened.get_by_role("button", name="Pin: show it first").click()
    opened.get_by_text("pinned: stands first in lists and digests; two languages").wait_for()
    opened.goto("/")
    assert opened.locator(".story").first.get_by_text("pinned").is_visible()
    opened.goto("/decisions")
    opened.get_by_role("button", name=re.compile("Take back.*pinned")).first.click()
    opened.get_by_text("taken back by ana").first.wait_for()
    context.close()


def test_a_page_of_another_site_cannot_decide_in_the_analysts_name(browser, desk):
    context = browser.new_context()
    opened = context.new_page()
    form = (
        f'<form method="post" action="{desk}/stories/crossing/mark"><button name="kind" value="mute">A prize'
    )
    opened.route("http://prizes.example/", lambda route: route.fulfill(body=form, content_type="text/html"))
    opened.goto("http://prizes.example/")
    opened.get_by_role("button").click()
    opened.get_by_text("This request was not carried out").wait_for()
    opened.goto(f"{desk}/stories/crossing")
    assert opened.get_by_text("muted: left out").count() == 0
    context.close()


def test_titles_answer_between_two_keys_and_the_texts_when_the_typing_pauses(page):
    # The pauses are ended by hand: how long they are is no matter of this test.
    page.add_init_script("window.paused = []; window.setTimeout = (then) => window.paused.push(then)")
    page.goto("/")
    page.locator("#q").press_sequentially("serg")
    page.evaluate("window.paused.at(-2)()")
    page.get_by_text("with these words in the title").wait_for()
    assert page.locator(".story h2").all_inner_texts() == ["Sergeant crosses the line"]
    page.evaluate("window.paused.at(-1)()")
    page.get_by_text("0 stories").wait_for()
    assert page.url.endswith("/?q=serg")


def test_evidence_is_marked_and_topics_differ_from_figures_by_more_than_colour(page):
    page.goto("/stories/crossing")
    topic = page.locator("blockquote mark.topic", has_text="crossed the demarcation line")
    figure = page.locator("blockquote mark.claim", has_text="About 20 soldiers")
    styles = [
        mark.first.evaluate(
            "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).borderBottomStyle]"
        )
        for mark in (topic, figure)
    ]
    assert styles[0][0] != styles[1][0]
    assert styles[0][1] != styles[1][1]


def test_conflicting_figures_stand_first_with_who_says_and_who_prints_them(page):
    page.goto("/stories/crossing")
    rows = page.locator("tbody.disputed tr").all_inner_texts()
    assert "defected" in rows[0]
    assert any("about 20 soldiers" in row and "the ministry" in row and "Lantern" in row for row in rows)
    assert any("35 soldiers" in row and "Meridian" in row for row in rows)


def test_keys_walk_the_list_open_a_story_and_reach_the_search(page):
    page.goto("/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.locator("[data-item].current").count() == 1
    assert "Sergeant crosses" in page.locator("[data-item].current").inner_text()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("jk")
    assert page.locator("#q").input_value() == "jk"
    page.keyboard.press("Escape")
    page.goto("/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/stories/crossing")


def test_the_list_follows_the_typing_without_a_new_page(page):
    page.goto("/")
    page.evaluate("window.same = true")
    page.locator("#q").press_sequentially("farmer", delay=20)
    page.wait_for_url("**/?q=farmer")
    page.get_by_text("1 story").wait_for()
    assert page.locator(".story h2").all_inner_texts() == ["Sergeant crosses the line"]
    assert page.evaluate("window.same") is True


def test_stories_without_a_topic_wait_behind_a_link(page):
    page.goto("/")
    assert page.get_by_text("Winger defects").count() == 0
    page.get_by_text("1 without a topic").get_by_role("link", name="show").click()
    page.get_by_role("link", name="Winger defects to rivals").wait_for()


def test_the_workbench_shows_what_fires(page):
    page.goto("/workbench")
    page.get_by_label("Headline").fill("North Korean soldier defects to South")
    page.get_by_label("Text", exact=True).fill("A North Korean soldier defected to South Korea on Friday.")
    page.get_by_role("button", name="Try it", exact=True).click()
    page.get_by_role("heading", name="Rules that fired").wait_for()
    assert page.locator(".body mark.topic").count() > 0


def test_a_dark_screen_gets_a_dark_desk(browser, desk):
    shades = {}
    for scheme in ("light", "dark"):
        context = browser.new_context(base_url=desk, color_scheme=scheme)
        opened = context.new_page()
        opened.goto("/")
        shades[scheme] = opened.evaluate("getComputedStyle(document.body).backgroundColor")
        context.close()
    brightness = {scheme: sum(map(int, shade[4:-1].split(","))) for scheme, shade in shades.items()}
    assert brightness["dark"] < 150 < 600 < brightness["light"]


def test_no_page_scrolls_sideways_on_a_phone(browser, desk):
    context = browser.new_context(base_url=desk, viewport={"width": 360, "height": 740})
    opened = context.new_page()
    for address in every_page(opened):
        opened.goto(address)
        opened.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        widths = opened.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert widths[0] <= widths[1], address
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_any_page(browser, desk, scheme):
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(base_url=desk, color_scheme=scheme)
    opened = context.new_page()
    found = []
    for address in every_page(opened):
        opened.goto(address)
        opened.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        found.extend(
            (address, violation["id"], violation["nodes"][0]["html"][:200])
            for violation in Axe().run(opened).response["violations"]
            if violation["impact"] in {"serious", "critical"}
        )
    context.close()
    assert found == []


def test_hostile_text_stays_text(page):
    dialogs, complaints = [], []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
    for address in [
        *every_page(page),
        "/?q=" + HOSTILE.replace("&", "%26"),
        "/?topic=<script>window.ran=1</script>",
    ]:
        page.goto(address)
        assert page.evaluate("window.ran") is None, address
        assert page.locator("main script, main img").count() == 0, address
    assert dialogs == complaints == []


def test_a_link_that_is_a_script_does_not_run(page):
    page.goto("/stories/hostile")
    page.get_by_role("link", name="original page").click(modifiers=["Control"])
    page.get_by_role("link", name="original page").evaluate("link => { link.target = ''; link.click(); }")
    page.wait_for_timeout(200)
    assert page.evaluate("window.ran") is None


def test_paper_shows_what_the_screen_folds(page):
    page.goto("/stories/crossing")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.get_by_role("link", name="A walk to freedom").is_visible()
    assert not page.locator(".bar").is_visible()


def test_chromium_is_named_when_it_is_missing(monkeypatch):
    class Nowhere:
        executable_path = os.devnull + "/none"

    class Playwright:
        chromium = Nowhere

    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium"):
        chromium_path(Playwright)

"""The sample newsroom keeps its promises: formats, languages, dates, copies, editions, HTTP, and nothing real in it."""

import json
import re
import socket
import tomllib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import RemoteDisconnected
from itertools import combinations
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener
from zoneinfo import ZoneInfo

import feedparser
import pytest

from extractors.fingerprints import overlap, shingles
from wirewatch.newsroom import Newsroom, NewsroomFault
from wirewatch.newsroom.press import PressFault, load_press
from wirewatch.newsroom.printing import print_articles
from wirewatch.newsroom.truth import true_articles, true_events

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)

REAL_NAMES = re.compile(
    r"\b(?:yonhap|reuters|associated press|afp|bbc|cnn|nhk|kcna|tass|interfax|xinhua|kyodo|bloomberg|rodong|"
    r"new york times|guardian|washington post|korea herald|korea times|chosun|joongang|hankyoreh|ukrinform|"
    r"kyiv independent|pravda|izvestia|kommersant|sputnik|kim jong|putin|zelensk\w+|trump|biden)\b"
    r"|연합뉴스|뉴시스|조선일보|중앙일보|동아일보|한겨레|경향신문|조선중앙통신|노동신문|로이터|김정은|푸틴"
    r"|\b(?:ТАСС|РИА|Интерфакс|Известия|Коммерсант\w*|Правда|Путин\w*|Зеленск\w+|Ким Чен)\b",
    re.IGNORECASE,
)


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def get(url, *, follow=True, **headers):
    opener = build_opener(ProxyHandler({}), *([] if follow else [_Stay()]))
    return opener.open(Request(url, headers=headers), timeout=10)


def body(url):
    with get(url) as answer:
        return answer.read()


def refused(url, **headers):
    """The status and headers of an answer that is not a 200."""
    with pytest.raises(HTTPError) as fault:
        get(url, follow=False, **headers)
    fault.value.close()
    return fault.value


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory):
    with Newsroom(tmp_path_factory.mktemp("home"), NOW) as newsroom:
        yield newsroom


@pytest.fixture
def advanced(tmp_path):
    with Newsroom(tmp_path, NOW) as newsroom:
        newsroom.advance(LATER)
        yield newsroom


def articles():
    return {article.key: article for publisher in load_press() for article in publisher.articles}


def served():
    """The first edition's articles that have a page."""
    return {key: one for key, one in articles().items() if one.late is None and one.special != "missing"}


def root(key):
    while articles()[key].copy_of:
        key = articles()[key].copy_of
    return key


# --------------------------------------------------------------------------- what there is


def test_there_are_enough_publishers_feeds_and_articles():
    feeds = [feed for publisher in load_press() for feed in publisher.feeds]
    assert len(load_press()) >= 8
    assert len(feeds) >= 12
    assert {feed.format for feed in feeds} == {"rss", "atom", "json"}
    assert {feed.dates for feed in feeds} == {"offset", "zone-name", "local", "gmt"}
    assert {publisher.language for publisher in load_press()} == {"en", "ko", "ru"}
    assert {publisher.metadata for publisher in load_press()} == {"json-ld", "meta", "visible", "microdata"}
    assert len(served()) >= 64


def test_every_kind_of_article_is_there():
    kinds = {article.kind for article in true_articles()}
    assert kinds == {
        "news",
        "bulletin",
        "opinion",
        "roundup",
        "anniversary",
        "feature",
        "filler",
        "off-topic",
    }
    specials = {article.special for article in true_articles()} - {None}
    assert specials == {"robots", "missing", "consent", "paywall", "redirect"}
    assert sum(article.copy_of is not None for article in true_articles()) >= 10
    assert any(article.revised for article in true_articles())
    assert any(article.late for article in true_articles())


def test_two_publishers_are_of_one_family():
    families = [publisher.family for publisher in load_press()]
    assert len(families) > len(set(families))


def test_the_topics_of_the_job_are_covered():
    topics = {topic for article in true_articles() for topic in article.topics}
    assert topics >= {
        "defection",
        "desertion",
        "troop_deployment",
        "balloon_leaflet",
        "border_incident",
        "missile_test",
        "prisoners_of_war",
        "arms_transfer",
        "sanctions",
        "cyber",
        "diplomacy",
        "military_exercise",
        "ceasefire",
        "armed_clash",
    }


def test_off_topic_and_filler_articles_promise_no_topic_and_no_event():
    for article in true_articles():
        if article.kind in {"off-topic", "filler", "roundup", "anniversary"}:
            assert article.topics == ()
            assert article.event is None


def test_several_events_have_more_than_one_independent_report_and_conflicts():
    assert sum(len(event.reports) >= 3 for event in true_events()) >= 6
    assert sum(event.conflict is not None for event in true_events()) >= 4


def test_no_independent_report_shares_a_house_or_a_text_with_another():
    families = {publisher.key: publisher.family for publisher in load_press()}
    for event in true_events():
        for one, other in combinations(event.reports, 2):
            assert not {families[root(key).partition("/")[0]] for key in one} & {
                families[root(key).partition("/")[0]] for key in other
            }, event.key


def test_independent_reports_are_counted_among_given_articles():
    event = next(event for event in true_events() if event.key == "hwacheon-crossing")
    assert event.independent_reports(of=frozenset(event.articles)) == 4
    assert event.independent_reports(of=frozenset(event.reports[0])) == 1


# --------------------------------------------------------------------------- the texts


def test_copies_share_their_text_and_nothing_else_does():
    readable = {
        key: shingles("\n".join(one.body))
        for key, one in articles().items()
        if one.kind != "bulletin" and one.special != "missing"
    }
    for one, other in combinations(readable, 2):
        jaccard, containment = overlap(readable[one], readable[other])
        if root(one) == root(other):
            # The late copy was taken from the second edition of its original.
            late = articles()[one].late or articles()[other].late
            assert containment >= (0.3 if late else 0.5), (one, other)
        else:
            assert jaccard < 0.05, (one, other)
            assert containment < 0.15, (one, other)


def test_bulletins_share_a_template_and_differ_in_their_figures():
    bulletins = [one for one in articles().values() if one.kind == "bulletin"]
    for one, other in combinations(bulletins, 2):
        figures = [set(re.findall(r"\d[\d,]*", " ".join(b.body))) for b in (one, other)]
        assert len(figures[0] ^ figures[1]) >= 10
        assert one.copy_of is None


def test_english_reports_have_the_length_of_reports():
    for publisher in load_press():
        for article in publisher.articles:
            if publisher.language == "en" and article.special is None:
                assert 110 <= len(" ".join(article.body).split()) <= 500, article.key


def test_korean_and_russian_reports_are_in_their_script():
    scripts = {"ko": "[가-힣]", "ru": "[а-яё]", "en": "[a-z]"}
    for publisher in load_press():
        for article in publisher.articles:
            text = " ".join((article.title, *article.body))
            letters = [letter for letter in text.lower() if letter.isalpha()]
            ours = re.findall(scripts[publisher.language], text.lower())
            assert len(ours) > 0.85 * len(letters), article.key


def test_no_two_articles_have_one_title():
    titles = [article.title for article in articles().values()]
    assert len(titles) == len(set(titles))


def test_nothing_in_it_is_real():
    for publisher in load_press():
        for article in publisher.articles:
            for block in (
                publisher.name,
                publisher.about,
                article.title,
                article.author or "",
                *article.body,
            ):
                assert REAL_NAMES.search(block) is None, (article.key, block)


def test_no_placeholder_is_left_on_any_page(advanced):
    for url in advanced.addresses().values():
        if "panto" not in url:
            page = body(url).decode()
            assert re.search(r"\{(?:day|date|month|year|title)", page) is None, url


# --------------------------------------------------------------------------- feeds


def dates_of(raw):
    """Address -> date string of every entry of a feed, whatever its format."""
    if raw.lstrip().startswith(b"{"):
        return {item["url"]: item["date_published"] for item in json.loads(raw)["items"]}
    parsed = feedparser.parse(raw)
    assert not parsed.bozo
    return {entry.link: entry.published for entry in parsed.entries}


def test_every_feed_lists_articles_that_are_there(newsroom):
    known = set(newsroom.addresses().values())
    for feed in newsroom.feeds():
        entries = dates_of(body(feed.url))
        assert entries, feed.url
        for link in entries:
            address = re.sub(r"[?&]utm_.*", "", link)
            assert address in known or "/go/" in address


def test_every_article_is_in_a_feed(newsroom):
    assert set(newsroom.addresses()) == {one.key for one in articles().values() if one.late is None}


def test_every_page_answers_and_says_that_it_is_fiction(newsroom):
    notes = ("fictional publisher", "가상 언론사", "вымышленное издание")
    for key, url in newsroom.addresses().items():
        if articles()[key].special == "missing":
            assert refused(url).code == 404
            continue
        page = body(url).decode()
        assert any(note in page for note in notes), url
        if articles()[key].special != "consent":
            assert page.count("<nav") == 1
            assert "<footer" in page


def test_dates_count_back_from_the_epoch(newsroom):
    assert newsroom.epoch == NOW
    feed = next(
        feed for feed in newsroom.feeds() if feed.url.endswith("/rss/news.xml") and feed.language == "en"
    )
    dates = {parsedate_to_datetime(raw) for raw in dates_of(body(feed.url)).values()}
    ages = {one.age for one in articles().values() if one.key.startswith("hanbit/")}
    assert dates == {NOW - age for age in ages}
    assert all(one.age > timedelta(0) for one in articles().values() if one.age is not None)
    assert all(one.age <= timedelta(hours=60) for one in articles().values() if one.age is not None)


def test_some_feeds_give_no_zone_or_one_by_name(newsroom):
    raws = [raw for feed in newsroom.feeds() for raw in dates_of(body(feed.url)).values()]
    assert any(raw.endswith("KST") for raw in raws)
    assert any(raw.endswith("MSK") for raw in raws)
    assert any(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", raw) for raw in raws)


def test_weekdays_in_a_copy_are_those_of_its_original(newsroom):
    pages = {key: body(url).decode() for key, url in newsroom.addresses().items() if key in {
        "hanbit/captured-soldiers-wish", "courier/rubbish-balloons-return", "hanbit/balloons-third-night"
    }}  # fmt: skip
    day = re.search(r"said (\w+day)", pages["hanbit/balloons-third-night"])[1]
    assert f"said on {day}" in pages["courier/rubbish-balloons-return"]


def test_the_feed_list_says_what_the_feeds_are(newsroom, tmp_path):
    newsroom.write_feed_list(tmp_path / "feeds.toml")
    tables = tomllib.loads((tmp_path / "feeds.toml").read_text(encoding="utf-8"))["feed"]
    assert [table["url"] for table in tables] == [feed.url for feed in newsroom.feeds()]
    assert all(set(table) == {"url", "publisher", "family", "language", "zone"} for table in tables)
    assert {table["publisher"] for table in tables} == {publisher.name for publisher in load_press()}


# --------------------------------------------------------------------------- HTTP


def test_a_known_etag_or_date_is_answered_304(newsroom):
    url = newsroom.feeds()[0].url
    with get(url) as answer:
        etag, modified = answer.headers["ETag"], answer.headers["Last-Modified"]
    for headers in (
        {"If-None-Match": etag},
        {"If-None-Match": f'W/{etag}, "other"'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": modified},
        {"If-None-Match": etag, "If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
    ):
        fault = refused(url, **headers)
        assert fault.code == 304
        assert fault.headers["ETag"] == etag


def test_an_unknown_etag_or_old_date_gets_the_body(newsroom):
    url = newsroom.feeds()[0].url
    with get(url) as answer:
        modified = answer.headers["Last-Modified"]
    for headers in (
        {"If-None-Match": '"other"', "If-Modified-Since": modified},
        {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
    ):
        with get(url, **headers) as answer:
            assert answer.status == 200


def test_bodies_are_compressed_for_those_who_ask(newsroom):
    with get(newsroom.feeds()[0].url, **{"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"


def test_an_entry_leads_through_a_redirect(newsroom):
    feed = next(feed for feed in newsroom.feeds() if feed.url.endswith("/feed.json"))
    link = next(link for link in dates_of(body(feed.url)) if "/go/" in link)
    assert refused(link).code == 302
    with get(link) as answer:
        assert answer.url == newsroom.addresses()["meridian/bakers-of-obolon"]


def test_an_entry_leads_where_robots_may_not_go(newsroom):
    url = newsroom.addresses()["hanbit/press-pool-notes"]
    rules = body(newsroom.base("hanbit") + "/robots.txt").decode()
    assert "Disallow: /internal/" in rules
    assert url.startswith(newsroom.base("hanbit") + "/internal/")


def test_an_entry_leads_to_a_consent_wall(newsroom):
    page = body(newsroom.addresses()["courier/lifeboat-volunteers"]).decode()
    assert "Before you continue" in page
    assert "twelve new volunteers" not in page


def test_tracking_and_the_order_of_parameters_do_not_matter(newsroom):
    url = newsroom.addresses()["dumul/pungseon-suge"]
    path, _, query = url.partition("?")
    turned = path + "?" + "&".join([*reversed(query.split("&")), "utm_source=x"])
    assert body(turned) == body(url)


def test_a_path_with_nothing_answers_404(newsroom):
    assert refused(newsroom.base("vega") + "/news/none").code == 404


def test_front_and_section_pages_point_to_the_feeds(newsroom):
    page = body(newsroom.base("stvor") + "/").decode()
    assert 'type="application/rss+xml"' in page
    assert 'type="application/atom+xml"' in page
    assert body(newsroom.base("stvor") + "/section/1")


def test_visits_are_logged(newsroom):
    before = len(newsroom.visits)
    body(newsroom.base("vega") + "/robots.txt")
    assert [(one.publisher, one.path, one.status) for one in newsroom.visits[before:]] == [
        ("vega", "/robots.txt", 200)
    ]


# --------------------------------------------------------------------------- editions and starts


def test_the_second_edition_changes_one_article_and_brings_late_ones(tmp_path):
    with Newsroom(tmp_path, NOW) as newsroom:
        first = newsroom.addresses()
        url = first["hanbit/soldier-crosses-mdl"]
        with get(url) as answer:
            before, etag = answer.read().decode(), answer.headers["ETag"]
        assert newsroom.advance(LATER)
        assert not newsroom.advance(LATER + timedelta(hours=1))
        with get(url, **{"If-None-Match": etag}) as answer:
            after = answer.read().decode()
            assert parsedate_to_datetime(answer.headers["Last-Modified"]) == LATER
        late = set(newsroom.addresses()) - set(first)
        assert newsroom.addresses()["hanbit/soldier-crosses-mdl"] == url
    assert "second man" in after
    assert "second man" not in before
    assert '"dateModified": "2026-11-20T21:30:00+09:00"' in after
    assert late == {one.key for one in articles().values() if one.late is not None}


def test_a_feed_changes_with_the_second_edition(tmp_path):
    with Newsroom(tmp_path, NOW) as newsroom:
        url = newsroom.base("hanbit") + "/rss/northkorea.xml"
        with get(url) as answer:
            etag = answer.headers["ETag"]
        newsroom.advance(LATER)
        with get(url, **{"If-None-Match": etag}) as answer:
            assert "(2nd LD)" in answer.read().decode()


def test_a_second_start_serves_the_same_addresses_dates_and_edition(tmp_path):
    with Newsroom(tmp_path, NOW) as newsroom:
        newsroom.advance(LATER)
        first = newsroom.addresses(), newsroom.epoch, {feed.url: body(feed.url) for feed in newsroom.feeds()}
    said = []
    with Newsroom(tmp_path, NOW + timedelta(days=9), say=said.append) as newsroom:
        second = newsroom.addresses(), newsroom.epoch, {feed.url: body(feed.url) for feed in newsroom.feeds()}
        assert newsroom.advanced_at == LATER
    assert second == first
    assert said == []


def test_a_taken_port_is_replaced_and_said(tmp_path):
    with Newsroom(tmp_path, NOW) as newsroom:
        bases = {publisher.key: newsroom.base(publisher.key) for publisher in load_press()}
    port = int(bases["vega"].rpartition(":")[2])
    said = []
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", port))
        squatter.listen()
        with Newsroom(tmp_path, NOW, say=said.append) as newsroom:
            changed = [key for key, base in bases.items() if newsroom.base(key) != base]
            assert body(newsroom.base("vega") + "/export/rss.xml")
    assert changed == ["vega"]
    assert len(said) == 1
    assert str(port) in said[0]


def test_with_a_clock_articles_appear_as_their_time_comes(tmp_path):
    clock = [NOW - timedelta(hours=61)]
    with Newsroom(tmp_path, NOW, clock=lambda: clock[0]) as newsroom:
        url = newsroom.base("northline") + "/feeds/world.atom"
        counts = []
        for hours in (61, 50, 40, 20, 0):
            clock[0] = NOW - timedelta(hours=hours)
            counts.append(len(feedparser.parse(body(url)).entries))
        everything = newsroom.addresses()
    assert counts == sorted(counts)
    assert counts[0] == 0
    assert counts[-1] == 9
    assert len(everything) == sum(one.late is None for one in articles().values())


def test_trouble_answers_instead(tmp_path):
    def trouble(publisher, path):
        return {"/rss.xml": 503, "/world/atom.xml": 0}.get(path) if publisher == "stvor" else None

    with Newsroom(tmp_path, NOW, trouble=trouble) as newsroom:
        base = newsroom.base("stvor")
        assert refused(base + "/rss.xml").code == 503
        with pytest.raises((ConnectionError, RemoteDisconnected)):
            body(base + "/world/atom.xml")
        assert body(base + "/")


def test_an_unreadable_state_file_begins_anew(tmp_path):
    (tmp_path / "newsroom.json").write_text("{", encoding="utf-8")
    with Newsroom(tmp_path, NOW) as newsroom:
        assert newsroom.epoch == NOW


def test_addresses_are_known_only_after_a_start(tmp_path):
    newsroom = Newsroom(tmp_path, NOW)
    with pytest.raises(NewsroomFault):
        newsroom.feeds()
    newsroom.start()
    feeds = newsroom.feeds()
    newsroom.stop()
    newsroom.stop()
    assert Newsroom(tmp_path, NOW).feeds() == feeds


def test_it_listens_on_loopback_only(newsroom):
    assert all(feed.url.startswith("http://127.0.0.1:") for feed in newsroom.feeds())


def test_a_fault_in_the_content_names_its_file(tmp_path):
    (tmp_path / "odd.toml").write_text('name = "Odd"\nzone = "UTC"\n', encoding="utf-8")
    with pytest.raises(PressFault, match=r"odd\.toml"):
        load_press(tmp_path)


@pytest.mark.parametrize("hour", [0, 3, 7, 11, 14, 18, 22])
@pytest.mark.parametrize("day", [datetime(2026, 11, 20, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)])
def test_every_report_of_an_event_names_the_same_day_and_not_one_to_come(day, hour):
    epoch = day + timedelta(hours=hour, minutes=17)
    named = {}
    for publisher in load_press():
        raw = {article.key: article for article in publisher.articles}
        for one in print_articles(publisher, base="http://127.0.0.1:1", epoch=epoch, advanced_at=epoch):
            written = "\n".join((raw[one.article.key].second or raw[one.article.key]).body)
            before, found, _ = written.partition("{event}")
            if found and publisher.language == "en":
                said = "\n".join(one.article.body)[len(written.partition("{")[0]) :]
                weekday = re.search(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day", said)
                assert weekday, (one.article.key, before[-40:])
                happened = raw[one.article.key].happened
                local = (epoch - happened.before).astimezone(ZoneInfo(happened.zone))
                assert weekday[0] in {f"{local:%A}", f"{local - timedelta(days=1):%A}"}
                named.setdefault(raw[one.article.key].event, set()).add(weekday[0])
    assert len(named) >= 6
    assert all(len(days) == 1 for days in named.values()), named

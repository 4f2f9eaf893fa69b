"""No date is made up: where metadata, address and byline have none, the answer is none, however many days the text names."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.articles import extract_article
from extractors.records import Article, Page

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PROSE = {
    "en": ["On March 3, 2024, the pier of Marlow Bay was closed to all boats, and on 5 June 2025 the council voted to mend it at last.", "The vote of November 18, 2026 was the last, the port authority said; the work is to begin on 1 December 2026 and to end in spring."],
    "ko": ["말로만 부두는 2024년 3월 3일 폐쇄되었고, 시의회는 2025년 6월 5일 보수 공사를 하기로 의결했다고 항만 당국이 밝혔다.", "마지막 표결은 2026년 11월 18일에 있었으며 공사는 2026년 12월 1일에 시작될 예정이라고 관계자는 설명했다."],
    "ru": ["Пирс залива Марлоу закрыли 3 марта 2024 года, а 5 июня 2025 года совет проголосовал за его ремонт, сообщили в порту.", "Последнее голосование прошло 18 ноября 2026 года; работы начнутся 1 декабря 2026 года и закончатся весной, сказал мэр."],
    "uk": ["Пірс затоки Марлоу закрили 3 березня 2024 року, а 5 червня 2025 року рада проголосувала за його ремонт, сказали в порту.", "Останнє голосування відбулося 18 листопада 2026 року; роботи почнуться 1 грудня 2026 року, повідомив мер міста."],
    "zh": ["马洛湾码头于2024年3月3日关闭，市议会于2025年6月5日投票决定修复码头，港口管理局在一份声明中表示。", "最后一次投票于2026年11月18日举行，工程将于2026年12月1日开始，预计明年春季完工，市长在会后告诉居民。"],
    "ja": ["マーロー湾の桟橋は2024年3月3日に閉鎖され、市議会は2025年6月5日に修理を決議したと港湾局が発表した。", "最後の採決は2026年11月18日に行われ、工事は2026年12月1日に始まる予定だと市長は住民に説明した。"],
    "ar": ["أغلق رصيف خليج مارلو في 3 مارس 2024، وصوت المجلس في 5 يونيو 2025 على إصلاحه، كما قالت هيئة الميناء في بيان لها.", "جرى التصويت الأخير في 18 نوفمبر 2026، وتبدأ الأعمال في 1 ديسمبر 2026 وتنتهي في الربيع، كما قال رئيس البلدية."],
}  # fmt: skip
FRAME = """<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>The pier of Marlow Bay</title></head><body>
<header><nav><a href="/2026/11/19/other-report">Other report</a></nav></header><main><article><h1>The pier of Marlow Bay</h1>{body}</article>
{around}</main><footer>© 2026 The Daily Example</footer></body></html>"""
AROUND = [
    "<section class='comments'><h2>Comments</h2><div>Pam <time datetime='2026-11-19T10:00:00Z'>19 November 2026</time><p>At last.</p></div></section>",
    "<aside class='related'><h3>Related</h3><ul><li><a href='/2026/11/18/a'>Storm of November 18, 2026</a></li></ul></aside>",
    "<table><tr><th>Boat</th><th>From</th></tr><tr><td>Night boat</td><td>2026-12-04</td></tr></table>",
    "<p>Copyright 2019-2026. Last bus: 23:40.</p>",
    "<div class='calendar'>November 2026 <b>20</b></div>",
    "<h3>19 October 2026</h3><p>The pier was measured.</p><h3>2 November 2026</h3><p>It was found wanting.</p>",
    "<p><strong>19 October 2026</strong></p><p>The pier was measured.</p>",
    "<dl><dt>When</dt><dd>5 March 2026</dd><dt>Where</dt><dd>The old pier</dd></dl>",
    "<div class='card'><span>18 November 2026</span> Boats</div><div class='card'><span>17 November 2026</span> Nets</div>",
    "<div class='widget'><time datetime='2026-11-18'>a</time></div><div class='widget'><time datetime='2026-11-17'>b</time></div>",
    "<table><tr><th>Fares of</th><td>2 March 2026</td></tr></table>",
]


def published(body, around="", language="en"):
    url = "https://daily.example/news/the-pier-of-marlow-bay"
    html = FRAME.format(language=language, body=body, around=around)
    page = Page(url=url, final_url=url, status=200, body=html.encode(), fetched_at=NOW)
    article = extract_article(page, now=NOW)
    assert isinstance(article, Article), article
    return article.published


@pytest.mark.parametrize("language", PROSE)
def test_days_in_prose_date_no_article(language):
    body = "".join(f"<p>{paragraph}</p>" for paragraph in PROSE[language] * 2)
    assert published(body, language=language) is None


@pytest.mark.parametrize("around", AROUND)
def test_days_around_an_article_do_not_date_it(around):
    body = "".join(f"<p>{paragraph}</p>" for paragraph in PROSE["en"] * 2)
    assert published(body, around) is None


@settings(max_examples=40, deadline=None)
@given(
    st.dates((NOW - timedelta(days=4000)).date(), NOW.date()),
    st.sampled_from(["%d %B %Y", "%B %d, %Y", "%Y-%m-%d", "%d.%m.%Y", "%A, %d %B"]),
    st.integers(0, 3),
)
def test_no_form_of_a_day_inside_a_paragraph_dates_the_article(day, form, place):
    paragraphs = [*PROSE["en"], *PROSE["en"]]
    paragraphs[place] = (
        f"The council met again on {day.strftime(form)} to count the costs of the pier, officials said there."
    )
    assert published("".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)) is None

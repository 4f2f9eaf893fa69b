"""The dashboard *Watch floor*: what an analyst looks at first. Pure.

All of it stands on the articles view, so that every control reaches every panel: what is known of a story (title,
independent reports, conflicts) is on each of its articles. Numbers count stories, not reprints.
"""

from __future__ import annotations

from wirewatch.kibana.lens import (
    Head,
    cloud,
    count,
    earliest,
    heatmap,
    highest,
    latest,
    metric,
    middle,
    over_time,
    table,
    timeline,
    unique,
    values,
)
from wirewatch.kibana.objects import Control, Panel, Saved, dashboard
from wirewatch.kibana.places import story_map
from wirewatch.kibana.views import ONE_A_STORY, Views

FLOOR, HEALTH = "watch-floor", "feed-health"
TITLE = "Watch floor"
_INTRODUCTION = (
    "**Stories, not reprints.** A number counts stories (one event, however many articles) unless it says articles. "
    "*Independent reports* share neither text nor publisher family nor credited agency. Click a name, a topic or a "
    "cell to filter everything by it; hover the title of a panel for how to read it."
)
_STORIES = "story_key"
_WITH_TOPIC = "topics_all : *"


def floor(views: Views, links: Saved) -> tuple[Saved, list[Saved]]:
    """The dashboard, and the visualisations on it."""
    p, articles = views.prefix, views.view("articles")
    numbers = _numbers(p, articles)
    by_topic = timeline(
        Head(
            f"{p}-stories-by-topic",
            "Stories by topic over time",
            articles,
            about="A flag marks a feed that was read for the first time: a rise there is the feed, not the world.",
        ),
        x=over_time("sort_at", "published"),
        split=values("topics_all", "topic", size=8, by="value"),
        value=unique(_STORIES, "stories"),
        marks=(views.view("feeds"), "first_read_at", "first_read_at : *", "a feed was added"),
    )
    corroborated = table(
        Head(
            f"{p}-corroborated",
            "Most corroborated stories",
            articles,
            about="Stories with the most independent reports. Many articles and few reports: one text, reprinted.",
            kql=_WITH_TOPIC,
        ),
        {
            "key": values(_STORIES, "story", size=15, by="reports"),
            "title": values("story_title", "title", size=1, by=None, ascending=True),
            "reports": highest("independent_reports", "independent reports"),
            "publishers": unique("publisher", "publishers"),
            "articles": count("articles"),
            "first": earliest("first_seen_at", "first seen"),
            "last": latest("first_seen_at", "last seen"),
        },
        hidden=() if views.desk else ("key",),
        sort=("reports", "desc"),
    )
    names = cloud(
        Head(
            f"{p}-entities",
            "Who and where",
            articles,
            about="Names of people, units, bodies and places, in English whatever the language of the article.",
        ),
        values("entities", "name", size=40, by="value"),
        unique(_STORIES, "stories"),
    )
    grid = heatmap(
        Head(
            f"{p}-topic-by-publisher",
            "Topics by publisher",
            articles,
            about="A row with one dark cell is a topic that only one publisher writes of.",
        ),
        values("publisher", "publisher", size=15, by="value"),
        values("topics_all", "topic", size=15, by="value"),
        unique(_STORIES, "stories"),
    )
    lag = table(
        Head(
            f"{p}-lag",
            "Who reports first",
            articles,
            about="Only originals, and only stories that more than one report stands behind.",
            kql="not near_duplicate_of : * and independent_reports >= 2",
        ),
        {
            "publisher": values("publisher", "publisher", size=20, by="stories"),
            "lag": middle("lag_minutes", "median minutes after the first"),
            "firsts": unique(_STORIES, "stories it was first with", kql="lag_minutes <= 0"),
            "stories": unique(_STORIES, "stories"),
        },
        sort=("lag", "asc"),
    )
    where = story_map(
        Head(
            f"{p}-map",
            "Where",
            articles,
            about="Places that the stories name. The larger the circle, the more stories.",
            kql=ONE_A_STORY,
        ),
        field="places",
        label="stories",
        unique=_STORIES,
    )
    panels = [
        Panel(x=0, y=0, w=34, h=4, markdown=_INTRODUCTION),
        Panel(x=34, y=0, w=14, h=4, shows=links),
        *(Panel(x=x, y=4, w=w, h=6, shows=number) for x, w, number in _row(numbers)),
        Panel(x=0, y=10, w=26, h=14, shows=by_topic),
        Panel(x=26, y=10, w=22, h=14, shows=corroborated),
        Panel(x=0, y=24, w=26, h=14, shows=views.new()),
        Panel(x=26, y=24, w=22, h=14, shows=views.conflicting()),
        Panel(x=0, y=38, w=24, h=16, shows=where),
        Panel(x=24, y=38, w=24, h=16, shows=names),
        Panel(x=0, y=54, w=28, h=16, shows=grid),
        Panel(x=28, y=54, w=20, h=16, shows=lag),
        Panel(x=0, y=70, w=48, h=14, shows=views.single_source()),
    ]
    made = dashboard(
        f"{p}-{FLOOR}",
        title=f"{views.prefix.capitalize()}: {TITLE}",
        description="What is going on, who confirms it, and where accounts differ.",
        time_from="now-7d",
        panels=panels,
        controls=[
            Control(id="topic", field="topics_all", title="Topic", view=articles),
            Control(id="publisher", field="publisher", title="Publisher", view=articles),
            Control(id="entity", field="entities", title="Who or where", view=articles),
            Control(id="language", field="language", title="Language", view=articles),
            Control(
                id="reports",
                field="independent_reports",
                title="Independent reports",
                view=articles,
                range=True,
            ),
        ],
    )
    return made, [*numbers, by_topic, corroborated, names, grid, lag, where]


def _numbers(p: str, articles: Saved) -> list[Saved]:
    """The row of large numbers."""
    return [
        metric(
            Head(
                f"{p}-number-stories",
                "Stories",
                articles,
                about="Stories with at least one topic, and how many there were in the period of equal length before.",
            ),
            unique(_STORIES, "stories on a topic", kql=_WITH_TOPIC),
            second=unique(_STORIES, "in the period before", kql=_WITH_TOPIC, shift="previous"),
        ),
        metric(
            Head(
                f"{p}-number-corroborated",
                "Corroborated",
                articles,
                about="Stories that at least three reports stand behind which share neither text nor family nor agency.",
            ),
            unique(_STORIES, "stories with 3 or more independent reports", kql="independent_reports >= 3"),
            second=unique(_STORIES, "with 2", kql="independent_reports : 2"),
        ),
        metric(
            Head(
                f"{p}-number-conflicts",
                "In conflict",
                articles,
                about="Stories whose sources give figures for one event that do not agree.",
            ),
            unique(_STORIES, "stories whose figures disagree", kql="conflicts : *"),
        ),
        metric(
            Head(
                f"{p}-number-publishers",
                "Publishers",
                articles,
                about="A fall here is a feed that broke, not a quiet day: look at Feed health.",
            ),
            unique("publisher", "publishers with an article"),
            second=unique("publisher", "in the period before", shift="previous"),
        ),
        metric(
            Head(
                f"{p}-number-articles",
                "Articles",
                articles,
                about="Everything published, and how much of it is a copy of another article.",
            ),
            count("articles"),
            second=count("of them copies", kql="near_duplicate_of : *"),
        ),
    ]


def _row(numbers: list[Saved]) -> list[tuple[int, int, Saved]]:
    """Numbers side by side over the whole width: (x, width, number)."""
    edges = [round(48 * place / len(numbers)) for place in range(len(numbers) + 1)]
    return [(left, right - left, each) for left, right, each in zip(edges, edges[1:], numbers, strict=False)]

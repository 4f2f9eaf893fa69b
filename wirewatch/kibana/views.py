"""Data views and saved searches: what an analyst chooses from in Discover. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wirewatch.index.fields import stored_fields
from wirewatch.kibana.objects import Saved, data_view, search

# The kinds that analysts and operators ask, with the field that Kibana's time filter goes by: one that every document
# has. Feeds and subscribers have none: each is one document that says how things are now.
TIME_FIELDS: Mapping[str, str | None] = {
    "articles": "sort_at",
    "stories": "last_seen_at",
    "claims": "sort_at",
    "entries": "seen_at",
    "feeds": None,
    "deliveries": "planned_at",
    "subscribers": None,
    "corrections": "made_at",
}
_LINKS: Mapping[str, tuple[str, ...]] = {
    "articles": ("url", "canonical_url", "syndicated_from"),
    "claims": ("url",),
    "entries": ("url", "link", "feed"),
    "feeds": ("url", "current_url", "moved_to"),
}
_AGES: Mapping[str, tuple[str, ...]] = {"feeds": ("polled_at", "read_at", "changed_at", "next_poll_at")}

ONE_A_STORY = "is_representative : true"


@dataclass(frozen=True, slots=True)
class Views:
    """The data views under one index prefix; ids are readable and carry the prefix. `desk` is its address, if known."""

    prefix: str
    desk: str | None = None

    def view(self, kind: str) -> Saved:
        """The data view of one kind."""
        return data_view(
            f"{self.prefix}-{kind}",
            title=f"{self.prefix}-{kind}",
            name=f"{self.prefix.capitalize()}: {kind}",
            time_field=TIME_FIELDS[kind],
            formats=self._formats(kind),
            descriptions=_descriptions(kind),
        )

    def all(self) -> list[Saved]:
        """Every data view."""
        return [self.view(kind) for kind in TIME_FIELDS]

    def new(self) -> Saved:
        """Stories that began in the last day, and not the old ones that came with a feed's first read."""
        return search(
            f"{self.prefix}-new",
            title="New in 24 hours",
            description="Stories first seen in the last 24 hours, one row each, newest first. Old stories that came "
            "with the first read of a feed are left out.",
            view=self.view("articles"),
            kql=f'{ONE_A_STORY} and first_seen_at >= "now-24h" and not published_at < "now-24h"',
            columns=("story_title", "publisher", "independent_reports", "topics_all", "entities"),
            sort=(("first_seen_at", "desc"),),
        )

    def conflicting(self) -> Saved:
        """Stories whose sources give figures that do not agree."""
        return search(
            f"{self.prefix}-conflicting",
            title="Conflicting claims",
            description="Stories whose sources give figures that do not agree, with who says what. One row a story.",
            view=self.view("articles"),
            kql=f"{ONE_A_STORY} and conflicts : *",
            columns=("story_title", "conflicts", "publisher", "independent_reports"),
            sort=(("sort_at", "desc"),),
        )

    def single_source(self) -> Saved:
        """Tagged stories that only one independent report stands behind."""
        return search(
            f"{self.prefix}-single-source",
            title="Single source",
            description="Stories on a topic that rest on one independent report, however often it was reprinted.",
            view=self.view("articles"),
            kql=f"{ONE_A_STORY} and independent_reports : 1 and topics_all : *",
            columns=("story_title", "publisher", "credit", "topics_all"),
            sort=(("sort_at", "desc"),),
        )

    def troubled(self) -> Saved:
        """Feeds that do not give what a feed should."""
        return search(
            f"{self.prefix}-feeds-troubled",
            title="Feeds in trouble",
            description="Feeds whose last polls failed or gave no feed, worst first, with the reason.",
            view=self.view("feeds"),
            kql="failures > 0 or status : (blocked or broken or gone or unreachable or refused)",
            columns=("url", "publisher", "status", "reason", "failures", "next_poll_at"),
            sort=(("failures", "desc"),),
        )

    def searches(self) -> list[Saved]:
        """Every saved search."""
        return [self.new(), self.conflicting(), self.single_source(), self.troubled()]

    def _formats(self, kind: str) -> dict[str, Any]:
        formats: dict[str, Any] = {
            field: {"id": "url", "params": {"type": "a", "openLinkInCurrentTab": False}}
            for field in _LINKS.get(kind, ())
        }
        formats.update({field: {"id": "relative_date", "params": {}} for field in _AGES.get(kind, ())})
        if self.desk and kind in {"articles", "stories", "claims"}:
            pages = {"story_key": "stories", **({"article_key": "articles"} if kind != "stories" else {})}
            for field, page in pages.items():
                address = f"{self.desk.rstrip('/')}/{page}/{{{{value}}}}"
                formats[field] = {
                    "id": "url",
                    "params": {"type": "a", "urlTemplate": address, "labelTemplate": "open in the desk"},
                }
        return formats


def _descriptions(kind: str) -> dict[str, str]:
    """A sentence for each field that Discover lists on every server."""
    return {
        field.name: field.about
        for field in stored_fields(kind)
        if field.about
        and field.searchable
        and field.type != "object"
        and not ("." in field.name and field.type == "text")
    }

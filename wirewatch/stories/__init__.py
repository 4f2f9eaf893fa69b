"""Articles into stories, pure and incremental: copies, likeness, independent reports, conflicts, revisions."""

from wirewatch.stories.copies import Comparable, Copies, Copy, find_copies
from wirewatch.stories.reports import independent_reports
from wirewatch.stories.sameness import Overlap, compare, copy_kind, what_changed
from wirewatch.stories.telling import Told, tell

__all__ = [
    "Comparable", "Copies", "Copy", "Overlap", "Told", "compare", "copy_kind", "find_copies", "independent_reports",
    "tell", "what_changed",
]  # fmt: skip

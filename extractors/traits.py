"""What can be measured of a page's blocks that tells an article's paragraphs from the boxes around them.

Shallow features of the text (words, links, punctuation), of where the block stands and of what two extractors made of it and of
its like: the features of Kohlschuetter, Fankhauser and Nejdl, "Boilerplate detection using shallow text features" (WSDM 2010),
with the context of neighbours and parents from Vogels, Ganea and Eickhoff, "Web2Text" (ECIR 2018). Measures only; `likelihood`
weighs. No trait depends on a site, and words matter only in the names of boxes.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from extractors.headlines import fold
from extractors.paragraphs import HEADINGS, linked_share, squeeze
from extractors.vicinity import names

if TYPE_CHECKING:
    import lxml.html

    from extractors.paragraphs import Reading, Witness

# The columns of the table.
TRAITS = (
    "words", "links", "emphasis", "ends_sentence", "capitals", "tag", "box_name", "stated", "in_base", "in_second", "in_ours",
    "agreement", "base_words", "base_share", "second_to_base", "place", "place_in_base", "after_first", "before_last", "to_next_base",
    "base_before", "base_after", "after_headline", "since_heading", "depth", "in_container", "parent_words", "parent_links",
    "parent_in_base", "second_parent_words", "second_parent_links", "second_parent_in_base", "third_parent_in_base", "like_count",
    "like_words", "like_links", "like_in_base", "like_in_ours", "previous_words", "next_words", "around_words", "around_links",
    "around_in_base",
)  # fmt: skip

_TAGS = {
    "p": 0, "h1": 1, "h2": 1, "h3": 1, "h4": 1, "h5": 1, "h6": 1, "li": 2, "dd": 2, "dt": 2, "td": 3, "th": 3, "tr": 3, "div": 4,
    "section": 4, "article": 4, "main": 4, "blockquote": 5, "pre": 5, "figcaption": 6, "figure": 6,
}  # fmt: skip
_OTHER_TAG = 7
# How far on either side a block's surroundings reach, in blocks.
AROUND = 5
# Places are counted up to here: what is farther is far.
FAR = 20
# A block of fewer words is in the base only where it is a line of it: a short one stands in any text by chance.
SHORT = 4
# A block from this many words on counts where a base begins and ends.
LONG = 15
PARAGRAPH = 8
# The container is the smallest element with this share of the base's words.
CONTAINED = 0.8
# A stated body shorter than this says nothing of what it lacks: characters.
LEAST_STATED = 300
# The share of the base around a block that has nothing around it.
NOTHING = -0.2

_SENTENCE_END = re.compile(r"[.!?…。！？»”\"’')\]]\s*$")
_BOX = re.compile(
    r"relat|recommend|share|social|comment|author|bio|byline|foot|widget|sidebar|tag|categor|topic|meta|promo|newsletter|subscri|"
    r"sign-?up|teaser|card|carousel|slider|gallery|menu|nav|breadcrumb|caption|credit|copyright|disclaim|adv|banner|popup|modal|"
    r"cookie|cta|button|btn|rating|toc|head|infobox|latest|popular|more|list|product|price|image|img|media|figure|video|embed|"
    r"kicker|date|time|form|poll|survey|quiz|paywall|login"
)


def measure(
    reading: Reading, base: Witness, second: Witness, *, headline: str | None = None, stated: str = ""
) -> Any:
    """A table with a row for each block and a column for each of `TRAITS`.

    `base` is trafilatura's word, `second` resiliparse's, `stated` a body that the page's structured data brings.
    """
    import numpy as np

    if not reading.blocks:
        return np.zeros((0, len(TRAITS)))
    columns: dict[str, Any] = {}
    kept = _kept(reading, base)
    sums = _Sums(
        words=np.array(reading.sizes, dtype=np.float64),
        links=np.array([linked_share(block) for block in reading.blocks]),
        in_base=(kept == 2) | ((kept == 1) & (np.array(reading.sizes) >= SHORT)),
        in_ours=np.isin(np.arange(len(kept)), list(reading.ours)),
    )
    kin = _Kin(reading, sums)
    _of_text(columns, reading, sums, kin)
    _of_witnesses(columns, reading, sums, base, second)
    columns["stated"] = _of_stated(reading, squeeze(stated))
    columns["in_base"] = kept
    _of_place(columns, reading, sums, headline)
    kin.measure(columns)
    _of_neighbours(columns, sums)
    table = np.empty((len(kept), len(TRAITS)))
    for number, name in enumerate(TRAITS):
        table[:, number] = columns[name]
    return table


class _Sums:
    """Words, links and witnesses of the blocks, and their sums from the first block on."""

    def __init__(self, *, words: Any, links: Any, in_base: Any, in_ours: Any) -> None:
        self.words, self.links, self.in_base, self.in_ours = words, links, in_base, in_ours
        self.linked, self.base, self.ours = words * links, words * in_base, words * in_ours
        self.up_to_words, self.up_to_linked = _up_to(words), _up_to(self.linked)
        self.up_to_base = _up_to(self.base)


def _up_to(values: Any) -> Any:
    import numpy as np

    return np.concatenate(([0.0], np.cumsum(values)))


def _kept(reading: Reading, base: Witness) -> Any:
    """For each block 2 where it is a line of the base, 1 where it stands in it, or its middle does, 0 otherwise."""
    import numpy as np

    lines = {squeeze(line.lstrip("-•* ")) for line in base.text.splitlines()}
    found = []
    for place, text in enumerate(reading.squeezed):
        stands = place in base.kept
        if not stands and len(text) > 60 and reading.sizes[place] >= PARAGRAPH:
            middle = len(text) // 2
            stands = text[middle - 15 : middle + 15] in base.squeezed
        found.append(2 if text in lines else int(stands))
    return np.array(found)


def _of_text(columns: dict[str, Any], reading: Reading, sums: _Sums, kin: _Kin) -> None:
    import numpy as np

    blocks = reading.blocks
    columns["words"], columns["links"] = np.log1p(sums.words), sums.links
    columns["emphasis"] = [block.emphasised / max(1, len(block.text)) for block in blocks]
    columns["ends_sentence"] = [_SENTENCE_END.search(block.text[-4:]) is not None for block in blocks]
    columns["capitals"] = [_capitals(block.text[:400].split()) for block in blocks]
    columns["tag"] = [_TAGS.get(block.tag, _OTHER_TAG) for block in blocks]
    columns["box_name"] = [min(3, sum(kin.box_names[number] for number in below[-4:])) for below in kin.below]


def _capitals(words: list[str]) -> float:
    return sum(word[0].isupper() for word in words) / max(1, len(words))


@lru_cache(maxsize=20_000)
def _box_names(called: str) -> int:
    """How many words in an element's names are those of boxes."""
    return len(_BOX.findall(called.lower()))  # five times as fast as a pattern that ignores case


def _of_witnesses(
    columns: dict[str, Any], reading: Reading, sums: _Sums, base: Witness, second: Witness
) -> None:
    """What the other texts of the page say of each block, and how much they agree."""
    columns["in_second"] = [place in second.kept for place in range(len(reading.blocks))]
    columns["second_to_base"] = math.log((len(second.squeezed) + 10) / (len(base.squeezed) + 10))
    columns["in_ours"] = sums.in_ours
    both, either = (sums.base * sums.in_ours).sum(), sums.base.sum() + sums.ours.sum()
    columns["agreement"] = 2 * both / max(1.0, either)
    columns["base_words"] = math.log1p(sums.base.sum())
    columns["base_share"] = sums.base.sum() / max(1.0, sums.words.sum())


def _of_stated(reading: Reading, stated: str) -> list[float]:
    """1 where the stated body has the block, -1 where a long one has not, 0 where nothing is stated."""
    missing = -1.0 if len(stated) > LEAST_STATED else 0.0
    return [(1.0 if len(text) > 12 else 0.0) if text in stated else missing for text in reading.squeezed]


def _of_place(columns: dict[str, Any], reading: Reading, sums: _Sums, headline: str | None) -> None:
    """Where the blocks stand on the page, in the base, and from the headings."""
    import numpy as np

    blocks, count = reading.blocks, len(reading.blocks)
    places = np.arange(count)
    long = np.flatnonzero(sums.in_base & (sums.words >= LONG))
    first, last = (int(long[0]), int(long[-1])) if len(long) else (0, count - 1)
    columns["place"], columns["place_in_base"] = places / count, (places - first) / max(1, last - first + 1)
    columns["after_first"] = np.clip(places - first, -FAR, FAR)
    columns["before_last"] = np.clip(last - places, -FAR, FAR)
    paragraphs = np.append(np.flatnonzero(sums.in_base & (sums.words >= PARAGRAPH)), count + 10)
    columns["to_next_base"] = np.minimum(10, paragraphs[np.searchsorted(paragraphs, places + 1)] - places)
    columns["base_before"] = np.minimum(1000, sums.up_to_base[:-1])
    columns["base_after"] = np.log1p(sums.up_to_base[-1] - sums.up_to_base[1:])
    headings = [place for place, block in enumerate(blocks) if block.tag in HEADINGS]
    last_heading = np.full(count, -50)
    last_heading[headings] = headings
    columns["since_heading"] = np.minimum(50, places - np.maximum.accumulate(last_heading))
    wanted = fold(headline or "")
    found = next((place for place in headings if wanted and fold(blocks[place].text) == wanted), None)
    columns["after_headline"] = 0.0 if found is None else np.where(places > found, 1.0, -1.0)


class _Kin:
    """The elements around each block and the blocks of the same shape.

    The blocks of an element follow one another, so that it is a span of places, and its sums are two look-ups.
    """

    def __init__(self, reading: Reading, sums: _Sums) -> None:
        import numpy as np

        self.sums = sums
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.elements: list[lxml.html.HtmlElement] = []
        self.parents: list[tuple[int, int, int]] = []
        shapes: dict[tuple[str | None, ...], int] = {}
        self.shapes: list[int] = []
        paths = self._read(reading, shapes)
        self.spans = np.array([self.starts, self.ends])
        container = self._container()
        self.inside = [container in path for path in paths]
        self.box_names = [_box_names(names(element)[:120]) for element in self.elements]
        self.below = [
            path[path.index(container) + 1 :] if inside else path[-4:]
            for path, inside in zip(paths, self.inside, strict=True)
        ]

    def measure(self, columns: dict[str, Any]) -> None:
        """Add what the blocks' elements and the blocks of their shape say."""
        import numpy as np

        sums = self.sums
        columns["depth"], columns["in_container"] = [len(below) for below in self.below], self.inside
        for name, numbers in zip(
            ("parent", "second_parent", "third_parent"), np.array(self.parents).T, strict=True
        ):
            start, end = self.spans[0, numbers], self.spans[1, numbers]
            words = sums.up_to_words[end] - sums.up_to_words[start]
            in_base = sums.up_to_base[end] - sums.up_to_base[start]
            columns[f"{name}_words"] = np.log1p(words - sums.words)
            columns[f"{name}_links"] = (sums.up_to_linked[end] - sums.up_to_linked[start]) / np.maximum(
                1, words
            )
            columns[f"{name}_in_base"] = (
                in_base / np.maximum(1, words)
                if name == "parent"
                else _share(in_base - sums.base, words - sums.words)
            )
        shapes = np.array(self.shapes)
        count, words = np.bincount(shapes)[shapes], np.bincount(shapes, sums.words)[shapes]
        columns["like_count"], columns["like_words"] = np.minimum(30, count), words / count
        columns["like_links"] = np.bincount(shapes, sums.linked)[shapes] / np.maximum(1, words)
        for name, own in (("like_in_base", sums.base), ("like_in_ours", sums.ours)):
            columns[name] = _share(np.bincount(shapes, own)[shapes] - own, words - sums.words)

    def _read(self, reading: Reading, shapes: dict[tuple[str | None, ...], int]) -> list[list[int]]:
        """Number the elements as they open; the numbers on each block's path."""
        paths: list[list[int]] = []
        path: tuple[lxml.html.HtmlElement, ...] = ()
        numbers: list[int] = []
        for place, block in enumerate(reading.blocks):
            same = 0
            for ours, theirs in zip(path, block.path, strict=False):
                if ours is not theirs:
                    break
                same += 1
            for number in numbers[same:]:
                self.ends[number] = place
            numbers = numbers[:same]
            for element in block.path[same:]:
                numbers.append(len(self.starts))
                self.starts.append(place)
                self.ends.append(len(reading.blocks))
                self.elements.append(element)
            path = block.path
            paths.append(numbers)
            deep = len(numbers)
            self.parents.append(
                (numbers[max(0, deep - 2)], numbers[max(0, deep - 3)], numbers[max(0, deep - 4)])
            )
            shape = tuple(part for element in path[-2:] for part in (element.tag, element.get("class")))
            self.shapes.append(shapes.setdefault(shape, len(shapes)))
        return paths

    def _container(self) -> int:
        """The smallest element that holds most of the base's words; -1 without a base."""
        import numpy as np

        sums, (start, end) = self.sums, self.spans
        if not sums.up_to_base[-1]:
            return -1
        in_base = sums.up_to_base[end] - sums.up_to_base[start]
        words = sums.up_to_words[end] - sums.up_to_words[start]
        words = np.where(in_base >= CONTAINED * sums.up_to_base[-1], words, np.inf)
        return len(words) - 1 - int(words[::-1].argmin())


def _share(part: Any, whole: Any) -> Any:
    import numpy as np

    return np.where(whole > 0, part / np.maximum(1e-9, whole), NOTHING)


def _of_neighbours(columns: dict[str, Any], sums: _Sums) -> None:
    import numpy as np

    count = len(sums.words)
    logs = np.concatenate(([-1.0], np.log1p(sums.words), [-1.0]))
    columns["previous_words"], columns["next_words"] = logs[:-2], logs[2:]
    low = np.maximum(0, np.arange(count) - AROUND)
    high = np.minimum(count, np.arange(count) + AROUND + 1)
    words = sums.up_to_words[high] - sums.up_to_words[low] - sums.words
    columns["around_words"] = np.log1p(words)
    columns["around_links"] = (sums.up_to_linked[high] - sums.up_to_linked[low] - sums.linked) / np.maximum(
        1, words
    )
    columns["around_in_base"] = (sums.up_to_base[high] - sums.up_to_base[low] - sums.base) / np.maximum(
        1, words
    )

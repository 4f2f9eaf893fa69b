"""How much an article is about a topic: primary, secondary or a mention, from where and how often rules fired."""

from __future__ import annotations

from typing import Literal

from extractors.topics.firing import Fired, Reading

Level = Literal["primary", "secondary", "mention"]
# A text of so few sentences is all lead: a snippet, a flash, a summary.
SHORT = 5
# The sentences a news text puts its news into.
LEAD = 3
# Sentences that must speak of a topic of the lead for it to be a main matter of a long text.
WITH_LEAD = 3
# And of a topic that neither headline nor lead names: one in eight, never fewer than four (with three, a background
# section of a long analysis rose to primary).
SHARE = 8
FEWEST = 4


def level_of(fired: list[Fired], reading: Reading) -> Level:
    """The level that these firings of one topic earn together."""
    counting = [one for one in fired if one.counts]
    if not counting:
        return "mention"
    places = {one.sentence.number for one in counting if one.sentence.field == "text"}
    in_title = any(one.sentence.field == "title" for one in counting)
    in_lead = sum(1 for number in places if number < LEAD)
    long = reading.sentence_count > SHORT
    if in_title or (in_lead and (not long or len(places) >= WITH_LEAD)):
        return "primary"
    if len(places) >= max(FEWEST, reading.sentence_count // SHARE):
        return "primary"
    if in_lead or len(places) >= 2 or not long:
        return "secondary"
    return "mention"

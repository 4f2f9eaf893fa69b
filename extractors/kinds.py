"""What kind of text an article is, and the signs of a content farm: facts with what showed them, never a verdict."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extractors.boilerplate import size_of
from extractors.records import Fault, FoundDate

if TYPE_CHECKING:
    from extractors.structured import Structured

# The kinds, in the order they are looked for.
KINDS = ("live", "sponsored", "press_release", "opinion", "explainer", "analysis", "interview", "obituary", "correction", "roundup", "review", "satire", "horoscope", "news")  # fmt: skip

_TYPES = {
    "liveblogposting": "live", "advertisercontentarticle": "sponsored", "opinionnewsarticle": "opinion", "analysisnewsarticle": "analysis",
    "backgroundnewsarticle": "explainer", "reviewnewsarticle": "review", "review": "review", "satiricalarticle": "satire",
}  # fmt: skip
_IN_PATH = (
    ("live", r"live-?(?:blog|ticker|updates?|news)?|liveticker|newsblog"), ("sponsored", r"sponsored|advertorial|partner-?content|brand-?studio|anzeige|paid"),
    ("press_release", r"press-?releases?|pressemitteilung(?:en)?|prnewswire|news-?release|presse-?portal"),
    ("opinion", r"opinions?|comment(?:ary|isfree)?|op-?ed|columns?|editorials?|meinung|kommentare?|kolumne|tribunes?|idees|opinion|mnenie|사설|칼럼"),
    ("explainer", r"explain(?:ed|er|ers)?|hintergrund|faq|what-we-know|factbox"), ("analysis", r"analys[ie]s|analyse"), ("interview", r"interviews?"),
    ("obituary", r"obituar(?:y|ies)|nachruf"), ("horoscope", r"horoscopes?|horoskop"), ("review", r"reviews?|kritik"),
)  # fmt: skip
_IN_TITLE = (
    ("live", r"^(?:live|liveblog|liveticker|as it happened)\b|live (?:updates|blog)|\blive:|newsblog|실시간|онлайн-трансляция"),
    ("sponsored", r"^(?:sponsored|advertorial|anzeige|promoted)\b|\[ad\]|\(sponsored\)"),
    ("press_release", r"press release|pressemitteilung|보도자료"), ("correction", r"^(?:correction|corrected|\[정정\]|berichtigung|erratum)\b"),
    ("opinion", r"^(?:opinion|comment|op-?ed|editorial|column|meinung|kommentar|\[사설\]|\[칼럼\]|мнение)\b|\| ?opinion$"),
    ("explainer", r"^(?:explainer|explained|factbox|q&a|faq)\b|what (?:we|you) (?:need to )?know|: what (?:is|are|we)|^(?:why|how|what) .*\?$|explained$"),
    ("analysis", r"^(?:analysis|analyse|\[분석\]|анализ)\b"), ("interview", r"^(?:interview|\[인터뷰\]|интервью)\b"),
    ("roundup", r"^(?:news (?:round-?up|summary|wrap|brief)|round-?up|morning (?:brief|briefing)|top stories|the week in|daily (?:brief|digest)|headlines)\b|\d+ things to know"),
    ("obituary", r"^obituary\b|nachruf"), ("horoscope", r"horoscope|horoskop"),
)  # fmt: skip
_PATHS = tuple(
    (kind, re.compile(rf"(?:^|[/_.-])(?:{pattern})(?:[/_.-]|$)", re.IGNORECASE)) for kind, pattern in _IN_PATH
)
_TITLES = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _IN_TITLE)

# These three look through a text in lower case: patterns that ignore case took two to four times as long.
_MACHINE = re.compile(
    r"(?:written|generated|created|produced|translated|drafted) (?:with the help of |with |by |using )(?:an? )?(?:ai\b|artificial intelligence|chatgpt|gpt|machine)|ai-?generated|"
    r"as an ai language model|this (?:article|content|text) was (?:automatically|machine)|mit (?:hilfe von )?(?:ki|künstlicher intelligenz) (?:erstellt|generiert)|généré par (?:une )?(?:ia|intelligence)|"
    r"сгенерирован|인공지능이 작성|ai(?:가|로) 작성|自動生成|由人工智能",
)
_ATTRIBUTED = re.compile(
    r"\b(?:said|says|told|according to|reported|announced|stated|confirmed|denied|quoted)\b|sagte|teilte|laut\b|zufolge|a (?:dit|déclaré|annoncé)|selon\b|dijo|según|ha detto|secondo|"
    r"сказал|заявил|сообщи|по данным|за даними|повідоми|заяви|밝혔|전했|말했|보도했|따르면|発表|述べ|によると|表示|据.{1,12}报道|قال|[“”„«»「」]",
)
_FACT = re.compile(
    r"\d[\d.,]*\s?(?:%|percent|million|billion|thousand|km|miles|people|troops|soldiers|years?|months?|days?|won|dollars?|euros?|명|원|억|만|년|월|일|человек|млн|тыс|人|万|億|年)?|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b",
)
_TEMPLATE = re.compile(
    r"^(?:introduction|conclusion|final thoughts|in conclusion|overview|key takeaways|the bottom line|what (?:is|are) .{3,60}\??|why .{3,60} matters|frequently asked questions|faqs?|background|"
    r"benefits of .*|the (?:importance|role|future|impact) of .*|looking ahead|wrapping up|fazit|einleitung|conclusión|заключение|결론|서론)$",
    re.IGNORECASE,
)
# What reported pieces have about 1 of in 100 words, filler nearly none (facts K9).
FEW_FACTS = 0.35
# Fewer words than this may go without a figure and without a source in a brief; a longer report has either.
JUDGED_WORDS = 120
# What is read of a text: filler is filler from its beginning.
JUDGED_CHARACTERS = 5_000
TEMPLATE_HEADINGS = 3
# A report ends; an essay made to a template concludes, and says so in a heading of its own.
_CONCLUDING = re.compile(
    r"^(?:(?:in )?conclusions?|final thoughts|wrapping up|key takeaways|the bottom line|fazit|conclusión|заключение|결론|맺음말)$",
    re.IGNORECASE,
)
_HASHTAGS = re.compile(r"^(?:#\w+[\s,]*){3,}$")
STUFFED = 0.035


def find_kind(structured: Structured, *, url: str, title: str) -> str:
    """One of KINDS, by what the page states, its address and its title."""
    from urllib.parse import urlsplit

    for types, _ in structured.nodes:
        for stated in sorted(types & _TYPES.keys()):
            return _TYPES[stated]
    for kind, pattern in _TITLES:
        if pattern.search(title):
            return kind
    section = " ".join(structured.every("article:section")[:2])
    path = urlsplit(url).path.rpartition("/")[0]
    for kind, pattern in _PATHS:
        if pattern.search(path) or pattern.fullmatch(section):
            return kind
    return "news"


def farm_signals(
    text: str, *, authors: tuple[str, ...], published: FoundDate | None, keywords: tuple[str, ...]
) -> tuple[Fault, ...]:
    """Signs of machine-written filler, each with its figures. None of them alone means anything."""
    found = []
    text = text[:JUDGED_CHARACTERS]
    words, lowered = size_of(text), text.lower()
    if published is None:
        found.append(Fault(kind="no-date", detail="no date of publication in metadata, URL or byline"))
    if not authors:
        found.append(Fault(kind="no-byline", detail="no person is named as author"))
    if match := _MACHINE.search(lowered):
        found.append(Fault(kind="machine-notice", detail=match[0][:100]))
    if words >= JUDGED_WORDS:
        found += _of_long_text(text, words, keywords)
    return tuple(found)


def _is_template(line: str) -> bool:
    return bool(_TEMPLATE.match(line) or _CONCLUDING.match(line))


def _of_long_text(text: str, words: int, keywords: tuple[str, ...]) -> list[Fault]:
    found = []
    lowered = text.lower()
    facts = len(_FACT.findall(lowered)) * 100 / words
    if facts < FEW_FACTS:
        found.append(Fault(kind="few-facts", detail=f"{facts:.2f} figures or days per 100 words"))
    if not _ATTRIBUTED.search(lowered):
        found.append(Fault(kind="no-source", detail="no quotation and nobody who said anything"))
    headings = [line for line in text.splitlines() if len(line) < 80 and _is_template(line.strip(" #:.-"))]
    if len(headings) >= TEMPLATE_HEADINGS or any(_CONCLUDING.match(line.strip(" #:.-")) for line in headings):
        found.append(Fault(kind="template-headings", detail="; ".join(headings[:5])))
    if hashtags := next((line for line in text.splitlines() if _HASHTAGS.match(line.strip())), None):
        found.append(Fault(kind="hashtags", detail=hashtags.strip()[:100]))
    for keyword in keywords[:10]:
        times = lowered.count(keyword.lower())
        if len(keyword.split()) >= 2 and times * len(keyword.split()) / words >= STUFFED:
            found.append(Fault(kind="keyword-stuffing", detail=f"{keyword!r} {times} times in {words} words"))
            break
    return found

"""Is the page an article? A verdict with its reason and what showed it; and how much of an article it shows.

trafilatura returns consent walls, soft 404s, bot challenges and index pages as articles. A verdict needs the sign of such a
page (a title, a phrase, a form) and the absence of running text: a long report about cookies or robots is an article.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from extractors.boilerplate import size_of

if TYPE_CHECKING:
    import lxml.html

    from extractors.structured import Structured

# Every reason a page is rejected for. A closed list: the ledger and the desk show them.
REASONS = (
    "empty",  # no bytes, or none that say anything
    "not-html",  # a picture, a PDF, JSON, a feed
    "unparsable",  # bytes that no parser makes a page of, or that broke ours
    "consent-wall",  # asks for consent to cookies instead of showing the article
    "bot-challenge",  # captcha, "checking your browser"
    "soft-404",  # says with status 200 that there is nothing here
    "login-wall",  # asks to log in and shows nothing
    "index-page",  # home, section, tag or author page
    "js-shell",  # nothing without running its scripts
    "media-only",  # a video, a gallery or audio without a text
    "machine-filler",  # what a language model or a template left in place of a text
    "too-little-text",  # no body worth the name
)

# Characters of body below which a page has no article, those of scripts without spaces counted twice: the shortest gold
# text of a kept news page has 427.
LEAST_TEXT = 80
# Running text: this many paragraphs of this many words. With it, no phrase makes a page a wall.
PARAGRAPHS = 3
PARAGRAPH_WORDS = 25
# A page with fewer words than this in its body shows nothing.
SHELL_WORDS = 60
# Pages that only say something short (walls, errors) have fewer words of body than this.
NOTICE_WORDS = 220
# An index: at least this many links that read like headlines, holding this much of the body's words.
HEADLINE_LINKS = 12
HEADLINE_WORDS = 4
HEADLINE_CHARACTERS = 9  # in scripts without spaces
LINKED_SHARE = 0.5

_MAGIC = ((b"%PDF", "a PDF"), (b"\x89PNG", "a PNG picture"), (b"GIF8", "a GIF picture"), (b"\xff\xd8\xff", "a JPEG picture"), (b"PK\x03\x04", "a zip file"), (b"RIFF", "a media file"), (b"\x1f\x8b", "gzip bytes"), (b"OggS", "a media file"), (b"ID3", "a media file"))  # fmt: skip
_NOT_PAGES = re.compile(
    r"^(?:image|video|audio|font)/|^application/(?:pdf|zip|json|ld\+json|rss\+xml|atom\+xml|octet-stream|msword|vnd\.)",
    re.IGNORECASE,
)
_FEED_ROOT = re.compile(
    rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:rss|feed|rdf:RDF|urlset|sitemapindex)[\s>]", re.DOTALL
)

_CHALLENGE_TITLE = re.compile(
    r"^(?:just a moment|attention required|access (?:to this page has been )?denied|are you (?:a robot|human)|verify(?:ing)? (?:that )?you are|checking your browser|"
    r"ddos-guard|pardon our interruption|security check|robot check|bot verification|human verification|one more step|captcha|please (?:wait|verify)|"
    r"request blocked|blocked|проверка браузера|перевірка браузера|einen moment|un instant|"
    r"보안 (?:확인|점검)|접속 확인|(?:安全|人机)验证|安全驗證|アクセス確認|ブラウザを確認|التحقق (?:الأمني|من))",
    re.IGNORECASE,
)
_CHALLENGE_MARK = re.compile(
    r"cf-browser-verification|cf[-_]chl|challenge-platform|_incapsula_resource|px-captcha|captcha-delivery|datadome|g-recaptcha|h-captcha|cf-turnstile|ddos-guard|"
    r"verify (?:that )?you are (?:a )?(?:human|not a robot)|unusual traffic|enable javascript and cookies to continue|checking (?:if the site connection is secure|your browser)|"
    r"(?:вы|ви) не робот|로봇이 아님|自动(?:化)?访问|不是机器人|不是機器人|人机验证|ロボットではない|لست روبوت",
    re.IGNORECASE,
)
_MISSING = re.compile(
    r"\b(?:error )?404\b|(?:page|article|story|content) (?:was |is |could )?(?:not|no longer|n't|cannot be|can't be|can not be) ?(?:be )?(?:found|available|exists?)|"
    r"page (?:can'?t|cannot|can’t) be found|not found$|nothing (?:was )?found|page doesn[’']t exist|has (?:been removed|expired)|is no longer available|"
    r"seite (?:wurde )?nicht gefunden|nicht (?:mehr )?verfügbar|page introuvable|n[’']existe (?:pas|plus)|página no encontrada|pagina non trovata|página não encontrada|"
    r"nie (?:została )?znalezion|страница не найдена|не существует|не існує|сторінк[ау] не знайден|페이지를 찾을 수 없|존재하지 않는|삭제된 (?:기사|페이지)|ページが見つかりません|記事は存在しません|页面不存在|找不到(?:页面|网页)|الصفحة غير موجودة|sayfa bulunamadı",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"cookies?\b|consent|we (?:and our|value your)|our partners|privacy (?:policy|settings|choices|centre|center)|accept all|reject all|manage (?:preferences|options|choices)|"
    r"before you continue|gdpr|personalis|personaliz|legitimate interest|datenschutz|einwilligung|zustimm|werbung und tracking|akzeptieren|accepter|refuser|partenaires|"
    r"aceptar|consentimiento|accetta|consenso|zgod[ay]|ciasteczk|файл\w* cookie|согласи[ея]|згод[аиу]|приватн|конфиденц|쿠키|동의|개인정보|同意|クッキー|プライバシー|隐私|隱私|"
    r"ملفات تعريف الارتباط|موافق|الخصوصية|شركاؤنا",
    re.IGNORECASE,
)
# What consent is asked for: governments and companies give and refuse consent as well.
_TRACKING = re.compile(
    r"cookie|ciasteczk|쿠키|クッキー|ملفات تعريف الارتباط|gdpr|dsgvo|legitimate interest|we value your privacy|track(?:er|ing)|"
    r"personali[sz]ed (?:ads|advertising|content)|werbung und tracking|datenschutz",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"(?:log|sign) ?in to (?:continue|read|view|access)|please (?:log|sign) ?in|register to (?:continue|read)|create (?:a free|an) account|bitte (?:melden sie sich|loggen)|se connecter|inicia sesión|войдите|увійдіть|로그인|登录后|请(?:先)?登录|請(?:先)?登入|ログイン|تسجيل الدخول",
    re.IGNORECASE,
)
_PAYWALL = re.compile(
    r"subscribe (?:now )?to (?:continue|keep|read|unlock)|(?:to )?(?:continue|keep) reading|already a (?:subscriber|member)|subscribers? only|for subscribers|this (?:article|content|story) is "
    r"(?:for|reserved|only|available to)|unlock this (?:article|story)|(?:log|sign) in to read|become a member to|free (?:trial|articles? (?:left|remaining))|jetzt (?:abonnieren|weiterlesen|freischalten)|"
    r"weiterlesen mit|nur für abonnenten|exklusiv für|réservé aux abonnés|il vous reste|la suite est réservée|solo para suscriptores|para seguir leyendo|contenuto riservato|treść dostępna dla|"
    r"материал доступен|по подписке|доступний лише|за передплатою|유료 ?회원|구독자 전용|有料(?:会員|記事)|会員限定|残り\d+文字|订阅后|訂閱後|本文为付费|اشترك (?:الآن )?ل|للمشتركين",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"as an ai (?:language )?model,? i\b|(?:i[’']m|i am) sorry,? (?:but )?(?:i|as an ai)\b.{0,40}\b(?:cannot|can[’']t|unable)|"
    r"(?:sure|certainly)[!,.] here(?:[’']s| is) (?:a|an|the|your) (?:\w+ ){0,4}(?:article|blog post|news story)|"
    r"(?:i do not|i don[’']t) have (?:access to )?real-time|regenerate response$|lorem ipsum dolor|"
    r"als ki-sprachmodell|en tant que modèle de langage|como modelo de lenguaje|как языковая модель|как искусственный интеллект, я|"
    r"як мовна модель|(?:저는 )?ai 언어 ?모델로서|인공지능 언어 ?모델로서|作为(?:一个|一名)?\s?(?:ai|人工智能)?\s?语言模型|AI言語モデルとして|كنموذج لغ(?:وي|ة)",
    re.IGNORECASE,
)
# Characters of a title that are read: a page whose title never ends is one long title.
LONGEST_TITLE = 2_000
# Characters of a text in which such a line is looked for.
FILLER_READ = 50_000
_SCRIPTS_WANTED = re.compile(r"java ?script|자바 ?스크립트|джава-?скрипт", re.IGNORECASE)
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LISTING_TYPES = frozenset({"collectionpage", "searchresultspage", "profilepage", "itemlist"})
_VIDEO_TYPES = frozenset(
    {
        "videoobject",
        "audioobject",
        "podcastepisode",
        "imagegallery",
        "mediagallery",
        "radioepisode",
        "tvepisode",
    }
)
_LISTING_PATH = re.compile(
    r"/(?:tags?|topics?|themen?|categor(?:y|ies|ia)|kategorie|sections?|authors?|autor|contributors?|archives?|search|page/\d+)(?:/|$)",
    re.IGNORECASE,
)
_DEFAULT_PATHS = frozenset({"", "/", "/index.html", "/index.php", "/home", "/en", "/en/", "/index.htm"})


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a page is no article: one of REASONS, and what showed it."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Look:
    """A page short of text, as the judges see it."""

    tree: lxml.html.HtmlElement
    called: str
    body: str
    text: str
    words: int


def judge_bytes(body: bytes, content_type: str | None) -> Wrong | None:
    """What the bytes alone show."""
    start = body[:400].lstrip()
    if not start:
        return Wrong("empty", "no bytes") if not body.strip() else None
    for magic, name in _MAGIC:
        if start.startswith(magic):
            return Wrong("not-html", f"begins like {name}")
    if _FEED_ROOT.match(body[:2000]):
        return Wrong("not-html", "an XML feed or sitemap")
    looks_html = b"<" in body[:2000]
    if (
        content_type
        and _NOT_PAGES.match(content_type.strip())
        and not re.search(rb"<(?:!doctype html|html|head|body)", body[:2000], re.IGNORECASE)
    ):
        return Wrong("not-html", f"sent as {content_type.strip()[:60]}")
    if start[:1] in b"{[" and not looks_html:
        return Wrong("not-html", "begins like JSON")
    return None


def judge_page(
    tree: lxml.html.HtmlElement, structured: Structured, text: str, *, url: str, title: str | None
) -> Wrong | None:
    """What the page and the text found in it show. `text` is what would be the article's body."""
    if wrong := _filler(text):
        return wrong
    paragraphs = [size_of(line) for line in text.splitlines()]
    words = sum(paragraphs)
    if sum(size >= PARAGRAPH_WORDS for size in paragraphs) >= PARAGRAPHS and words > NOTICE_WORDS:
        return _index(tree, structured, text, url)
    body = _body_text(tree)
    seen = size_of(body[:20_000])
    called = f"{title or ''}\n{_title(tree)}"
    look = _Look(tree, called, body, text, words)
    for find in (_challenge, _missing, _consent, _login):
        if wrong := find(look):
            return wrong
    if width_of(text) >= LEAST_TEXT:
        return _media(structured, words) or _index(tree, structured, text, url)
    return (
        _shell(tree, seen)
        or _media(structured, words)
        or _index(tree, structured, text, url)
        or Wrong("too-little-text", f"{len(text)} characters of body")
    )


def is_partial(structured: Structured, tree: lxml.html.HtmlElement, text: str) -> bool:
    """Whether the page shows only the beginning: it says so, and what it shows is short."""
    words = size_of(text)
    if words > 2 * NOTICE_WORDS:
        return False
    closed = any(
        str(node.get("isAccessibleForFree")).strip().lower() in {"false", "0"}
        for node in structured.articles()
    )
    cut = words < NOTICE_WORDS // 2 and text.rstrip().endswith(("...", "…"))
    if closed and words < NOTICE_WORDS:
        return True
    return (closed or cut) and _PAYWALL.search(_body_text(tree)[:60_000]) is not None


def _challenge(look: _Look) -> Wrong | None:
    if look.words > NOTICE_WORDS:
        return None
    for line in look.called.splitlines():
        if match := _CHALLENGE_TITLE.match(line.strip()):
            return Wrong("bot-challenge", f"titled {match[0]!r}")
    if size_of(look.body[:5000]) < NOTICE_WORDS:
        marks = " ".join(
            " ".join(e.values()) for e in look.tree.iter("script", "form", "div", "iframe") if e.attrib
        )[:20_000]
        if match := _CHALLENGE_MARK.search(look.body[:5000]) or _CHALLENGE_MARK.search(marks):
            return Wrong("bot-challenge", f"holds {match[0]!r} and {look.words} words")
    return None


def _missing(look: _Look) -> Wrong | None:
    running = sum(size_of(line) >= PARAGRAPH_WORDS for line in look.text.splitlines())
    if look.words > NOTICE_WORDS or running >= PARAGRAPHS:
        return None
    headings = "\n".join(" ".join(h.itertext()) for h in look.tree.iter("h1", "h2"))[:1000]
    for line in f"{look.called}\n{headings}".splitlines():
        match = _MISSING.search(line)
        # A headline that speaks of something not found is longer than a notice that says so.
        if (
            match
            and size_of(line) <= 12
            and (look.words < NOTICE_WORDS // 2 or len(match[0]) > len(line) * 0.4)
        ):
            return Wrong("soft-404", f"headed {' '.join(line.split())[:80]!r}")
    if size_of(look.body[:3000]) < NOTICE_WORDS // 2 and (match := _MISSING.search(look.body[:3000])):
        return Wrong("soft-404", f"says {match[0]!r} and little else")
    return None


def _consent(look: _Look) -> Wrong | None:
    if look.words > 2 * NOTICE_WORDS:
        return None
    lines = [line for line in (look.text or look.body[:6000]).splitlines() if line.strip()]
    about = sum(size_of(line) for line in lines if len(_CONSENT.findall(line)) >= 1 + size_of(line) // 40)
    total = sum(size_of(line) for line in lines)
    hits = len(_CONSENT.findall(f"{look.called} {' '.join(lines)}"))
    if total and about >= 0.6 * total and hits >= 4 and _TRACKING.search(f"{look.called} {look.body[:6000]}"):
        return Wrong("consent-wall", f"{hits} phrases of consent in {total} words")
    return None


def _login(look: _Look) -> Wrong | None:
    if look.words >= SHELL_WORDS:
        return None
    asks = any((field.get("type") or "").lower() == "password" for field in look.tree.iter("input"))
    if (
        (asks or look.words < 20)
        and (match := _LOGIN.search(f"{look.called}\n{look.body[:4000]}"))
        and size_of(look.body[:6000]) < NOTICE_WORDS
    ):
        return Wrong("login-wall", f"says {match[0]!r}{' and has a password field' if asks else ''}")
    return None


def _shell(tree: lxml.html.HtmlElement, seen: int) -> Wrong | None:
    scripts = sum(1 for _ in tree.iter("script"))
    if seen < SHELL_WORDS and scripts:
        roots = [
            e.get("id")
            for e in tree.iter("div")
            if (e.get("id") or "").lower() in {"root", "app", "__next", "___gatsby", "__nuxt", "main-app"}
        ]
        hint = any(_SCRIPTS_WANTED.search(" ".join(e.itertext())) for e in tree.iter("noscript"))
        if roots or hint:
            return Wrong(
                "js-shell",
                f"{seen} words, {scripts} scripts, {'element ' + str(roots[0]) if roots else 'a request for JavaScript'}",
            )
    return None


def _media(structured: Structured, words: int) -> Wrong | None:
    kind = (structured.first("og:type") or "").lower()
    types = {t for kinds, _ in structured.nodes for t in kinds}
    if (
        words < SHELL_WORDS
        and not structured.articles()
        and (kind.startswith(("video", "music")) or types & _VIDEO_TYPES)
    ):
        return Wrong("media-only", f"{kind or min(types & _VIDEO_TYPES)} with {words} words")
    return None


def _filler(text: str) -> Wrong | None:
    """A line that a machine wrote about itself, or dummy text: no editor has seen such a page.

    A report about machines quotes such a sentence, or says who wrote it: only a line that begins with it counts.
    """
    for line in text[:FILLER_READ].splitlines():
        if match := _FILLER.match(line.strip()):
            return Wrong("machine-filler", f"a line begins {match[0][:80]!r}")
    return None


# Teasers are cut off one in few; a long text may end some lines in dots.
CUT_SHARE = 0.05


def _index(tree: lxml.html.HtmlElement, structured: Structured, text: str, url: str) -> Wrong | None:
    """Lists of links to articles: needs the links, and a second sign in the address, the types or the text."""
    path = urlsplit(url).path
    types = {t for kinds, _ in structured.nodes for t in kinds}
    home = path in _DEFAULT_PATHS and not urlsplit(url).query
    listing = (
        home or bool(_LISTING_PATH.search(path)) or bool(types & _LISTING_TYPES and not structured.articles())
    )
    if not listing and structured.articles():
        return None
    links = _headline_links(tree)
    lines = [line for line in text.splitlines() if line.strip()]
    headings = [line for line in lines if " ".join(line.lstrip("-•* ").split()) in links]
    inside = len(headings)
    cut = sum(1 for line in lines if line.rstrip().endswith(("...", "…", "[…]")))
    # By length, not by lines: a long text may hold a list of links.
    share = sum(map(len, headings)) / max(1, sum(map(len, lines)))
    cut = cut if cut >= CUT_SHARE * len(lines) else 0
    if len(links) < HEADLINE_LINKS:
        return None
    # Titles of other pages make up much of the text, or their openings do.
    if (listing and (share >= 0.2 or cut >= 4)) or share >= LINKED_SHARE or (cut >= 6 and share >= 0.2):
        return Wrong(
            "index-page",
            f"{len(links)} links like headlines, {inside} of {len(lines)} lines are such, {cut} are cut off",
        )
    if (
        home
        and not structured.articles()
        and (structured.first("og:type") or "website").lower() == "website"
        and inside + cut >= 3
    ):
        return Wrong("index-page", f"the site's home, {len(links)} links like headlines")
    return None


def _headline_links(tree: lxml.html.HtmlElement) -> frozenset[str]:
    texts = (" ".join(" ".join(link.itertext()).split()) for link in tree.iter("a") if link.get("href"))
    return frozenset(text for text in texts if _is_headline(text))


def _is_headline(text: str) -> bool:
    if len(text) >= 300:
        return False
    return text.count(" ") >= HEADLINE_WORDS - 1 or len(_UNSPACED.findall(text)) >= HEADLINE_CHARACTERS


def width_of(text: str) -> int:
    """Characters of a text, those of scripts that hold a syllable or a word in each counted twice."""
    return len(text) + len(_UNSPACED.findall(text))


def _title(tree: lxml.html.HtmlElement) -> str:
    title = tree.find(".//title")
    return " ".join((title.text or "")[:LONGEST_TITLE].split()) if title is not None else ""


def _body_text(tree: lxml.html.HtmlElement) -> str:
    from extractors.blocks import read_blocks

    return "\n".join(block.text for block in read_blocks(tree))

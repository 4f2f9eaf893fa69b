"""Lines of an extracted text that are not the article: its title again, box labels, bylines.

Decides by shape, by words that label boxes in many languages, and by the patterns it is given; never by site. What
recurs across a site's pages is `lines`' business.
"""

from __future__ import annotations

import re
from functools import lru_cache

from extractors.headlines import fold

# A line that opens like a box's label is one up to this many words; longer ones are sentences. On the kept pages,
# dropping them raised F1 by .005 and lost nothing of the snippets that must stay.
LONGEST_LABEL = 11
# The title again and the byline stand in the first lines.
OPENING_LINES = 4

_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_WORD = re.compile(r"\w+")


def _spaced(encoding: str) -> bytes:
    """The bytes of an encoding, a space for each that is no character of a word."""
    read = bytes(range(256)).decode(encoding, "replace")
    return bytes(place if _WORD.match(char) and char != "\ufffd" else 32 for place, char in enumerate(read))


# Words counted byte by byte, in texts that one of these can write: three times as fast as a pattern.
_ONE_BYTE = {encoding: _spaced(encoding) for encoding in ("ascii", "cp1252", "cp1251")}
_TOKEN = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
)
_LABEL = re.compile(
    r"[\W_]*(?:(?P<more>read (?:more|also|next|the full)|see (?:also|more)|also (?:read|see|on)|more (?:on|from|about|news|stories)|related|"
    r"recommended|you (?:may|might) (?:also|like)|further reading|continue reading|click here|watch:|listen|lesen sie|mehr (?:zum|zu|aus|von|dazu)|"
    r"auch interessant|das könnte|zum thema|lire (?:aussi|également)|à lire|voir aussi|en savoir plus|lee (?:también|más)|te puede|ver más|"
    r"leggi anche|approfondi|czytaj (?:też|także|więcej)|zobacz|läs (?:också|mer|även)|les (?:også|mer)|læs også|lees ook|leia (?:também|mais)|"
    r"veja|читайте|читать|смотрите|по теме|читайте також|ayrıca|ilgili haber|xem thêm|اقرأ|관련(?:기사|뉴스| 기사)|더보기|많이 본|関連|あわせて|相关|延伸阅读)|"
    r"(?P<share>share\b|follow us|tweet|email this|print|copy link|teilen|drucken|merken|partager|compartir|condividi|udostępnij|поделиться|"
    r"подписывайтесь|공유|シェア|分享|like us|facebook|whatsapp|telegram)|"
    r"(?P<sign>subscribe|sign up|newsletter|register|log ?in|sign in|get (?:the|our|your) (?:latest|free|news|daily)|join (?:our|us|the)|"
    r"download (?:our|the)|become a|support (?:us|our)|donate|free trial|abonn|anmelden|jetzt (?:kostenlos|testen|lesen)|testen sie|inscri|"
    r"suscr|iscriv|zapisz|prenumerera|подпис|підпис|구독|登録|订阅|有料会員)|"
    r"(?P<rights>©|\(c\) ?\d|copyright|all rights|alle rechte|tous droits|todos los derechos|все права|무단|저작권|版权|著作権|reprint)|"
    r"(?P<comment>comments?$|leave a|post a comment|view comments|kommentare?$|commentaires?$|comentarios?$|commenti$|комментар|коментар|댓글|"
    r"コメント|评论|\d+ (?:comments?|kommentare|replies))|"
    r"(?P<ad>advertisement|advertising|sponsored|anzeige|werbung|publicité|publicidad|pubblicità|reklama|annons|реклама|광고|広告|广告|"
    r"(?:story|article) continues|ad$)|"
    r"(?P<photo>photos?\b|image|picture|fotos?\b|bild|credit|getty|epa\b|\(?photo|imago|shutterstock|symbolbild|archivbild|фото|사진|写真)|"
    r"(?P<about>about (?:the|us) |contact|our standards|editor[’']s note|disclaimer|this (?:article|story) (?:was|is|originally)|reporting by|"
    r"editing by|writing by|additional reporting|tags?\b:?|topics?:|categories|filed under|schlagworte|themen|etiketler|sources?:|quellen?:|"
    r"skip to|table of contents))",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    r"\W*(?:(?i:by|von|par|por) [A-ZÄÖÜÉ]|(?i:written by|updated|published|posted|veröffentlicht|aktualisiert|publié|mis à jour|"
    r"publicado|last updated|автор|опубликовано|опубліковано|\d+ min)|(?:입력|등록|수정|게시|기사입력|송고) ?:? ?\d)",
)
# A run of ASCII without a space this long is an address or code; a line that is mostly such runs is no text.
_UNBROKEN = re.compile(r"[!-~]{200,}")
# The machine's own note, which is a sign and no part of the text, is kept: `farm_signals` reads it.


def trim(
    text: str,
    *,
    headline: str | None = None,
    patterns: tuple[str, ...] = (),
) -> str:
    """`text` without lines that are not the article's. Of a text that would be nothing but such lines, all stay."""
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not _is_code(line)]
    compiled = [re.compile(pattern) for pattern in patterns]
    lines = [line for line in lines if not any(pattern.search(line) for pattern in compiled)]
    wanted = fold(headline or "")
    kept = [line for place, line in enumerate(lines) if not _is_foreign(line, place, wanted)]
    return "\n".join(kept or lines)


def _is_code(line: str) -> bool:
    """Whether a line is mostly characters that no language writes without a space: scripts and data of a broken page."""
    return sum(len(run) for run in _UNBROKEN.findall(line)) * 2 > len(line)


@lru_cache(maxsize=4096)
def is_label(line: str) -> bool:
    """Whether a line opens like the label of a box ("Read more:", "Share", "©") and is no longer than one."""
    return len(line) < 200 and _LABEL.match(line) is not None and size_of(line) <= LONGEST_LABEL


def size_of(text: str) -> int:
    """Words of a text; characters where words are not spaced."""
    for encoding, spaced in _ONE_BYTE.items():
        try:
            return len(text.encode(encoding).translate(spaced).split())
        except UnicodeEncodeError:
            continue
    return len((_TOKEN if _UNSPACED.search(text) else _WORD).findall(text))


def _is_foreign(line: str, place: int, headline: str) -> bool:
    if len(line) > 300:
        return False
    if place < OPENING_LINES and (
        (headline and fold(line) == headline) or (_BYLINE.match(line) and size_of(line) <= LONGEST_LABEL)
    ):
        return True
    return is_label(line)

"""The words that stand before authors' names: prepositions, labels and the kinds of work, in the languages pages come in.

Pieces of patterns for those who read bylines; all are meant to be matched without regard to case.
"""

from __future__ import annotations

# Prepositions that begin a byline wherever it stands near a headline.
BY = r"by|von|par|por|بقلم|מאת"
# Prepositions that are short words of other languages as well: they count before two words in capitals.
BY_AS_WELL = r"di|door|av|af|oleh|przez|bởi"
_ANY = rf"(?:{BY}|{BY_AS_WELL})"

WHO = (
    r"authors?|autor(?:[*:_]?in(?:nen)?|en|es|a|i|ka)?|auteurs?|autore|writers?|reporters?|journalist|redakteur(?:in)?|redacteur|kirjoittaja|toimittaja|"
    r"författare|forfatter|skribent|szerző|penulis|yazar|yazan|muhabir|tác giả|συντάκτης|συντάκτρια|автор(?:ы|и|ка)?|корреспондент|кореспондент|"
    r"작성자|글쓴이|기자|作者|著者|記者|记者|撰文|執筆者?|كتبت?|الكاتبة?|كاتب|إعداد|लेखक|लेखिका"
)
# What is an author's label before a colon alone.
WHO_BEFORE_A_COLON = r"texte?|tekst|testo|texto|words|story|report|interview|текст|글|文|取材・文|取材・執筆"

_WORK = (
    r"article|post|story|report|reporting|text|words|written|posted|published|reported|column|essay|opinion|analysis|commentary|interview|"
    r"artikel|beitrag|gastbeitrag|bericht|kommentar|kolumne|analyse|porträt|reportage|geschrieben|verfasst|veröffentlicht|publiziert|texte|écrit|publié|propos recueillis|"
    r"escrito|publicado|artículo|scritto|pubblicato|articolo|a cura|geschreven|skriven|skrevet|napisane|ditulis"
)
# "A commentary by", "propos recueillis par".
WORK_BY = rf"(?:(?:a|an|the|ein|eine|un|une|guest)\s+)?(?:{_WORK})\s+{_ANY}"
# What content systems call the author in the card for social media.
CARD_LABEL = (
    rf"(?:{WORK_BY}|{WHO}|by|написано(?: автором)?|написал|kirjoittanut|napsala?|scris de|írta|skrifað af|được viết bởi|viết bởi|كتبه|كُتب بواسطة|"
    r"נכתב על ידי|συντάχθηκε από|投稿者|글쓴이)"
)
# What stands between a label and the names.
COLON = r"(?:\s*[:：／/・＝=]\s*|\s+[-–—]\s+)"

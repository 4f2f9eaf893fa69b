"""Which language a text is in: by script where the script says it, else by py3langid.

Decides for text only. Short text gets an answer only where the script or the hint gives one.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# Letters needed before the statistical identifier is believed: below, headlines of one language come out as another.
ENOUGH_LETTERS = 60
# Characters that the identifier is shown: more changes nothing but its time.
SHOWN = 1_000
# Its normalised probability must reach this, or the hint is taken where there is one.
SURE = 0.6

_SCRIPTS = (
    ("hangul", re.compile("[\uac00-\ud7af\u1100-\u11ff\u3130-\u318f]")),
    ("kana", re.compile("[\u3040-\u30ff]")),
    ("han", re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")),
    ("cyrillic", re.compile("[\u0400-\u04ff]")),
    ("arabic", re.compile("[\u0600-\u06ff]")),
    ("hebrew", re.compile("[\u0590-\u05ff]")),
    ("greek", re.compile("[\u0370-\u03ff]")),
    ("thai", re.compile("[\u0e00-\u0e7f]")),
    ("latin", re.compile("[A-Za-z\u00c0-\u024f]")),
)
_ONE_LANGUAGE = {"hangul": "ko", "hebrew": "he", "greek": "el", "thai": "th"}
_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")
_RUSSIAN = re.compile("[ыэъёЫЭЪЁ]")
_PERSIAN = re.compile("[پچژگ]")
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?=$|[-_])")


def detect_language(text: str, hint: str | None = None) -> str | None:
    """The ISO 639-1 code of `text`'s language, or None where it cannot be told.

    `hint` is what the page, the feed or the publisher says; it decides where the text is too short or ambiguous.
    """
    shown = text[:SHOWN]
    hinted = normal_tag(hint)
    counts = {name: len(pattern.findall(shown)) for name, pattern in _SCRIPTS}
    total = sum(counts.values())
    if not total:
        return hinted
    by_script = _by_script(shown, counts, total)
    if by_script:
        return by_script
    if total < ENOUGH_LETTERS:
        return hinted
    code, probability = _identifier().classify(shown)
    if probability >= SURE or hinted is None:
        return str(code) if probability >= SURE else None
    return hinted


def normal_tag(tag: str | None) -> str | None:
    """`en-GB`, `ko_KR` or `EN` as `en`, `ko`, `en`; None for what is no language tag."""
    match = _LANGUAGE_TAG.match((tag or "").strip())
    return match[0].lower() if match else None


def _by_script(text: str, counts: dict[str, int], total: int) -> str | None:
    code = _east_asian(counts, total)
    if code is None and counts["cyrillic"] >= total * 0.5:
        ukrainian, russian = len(_UKRAINIAN.findall(text)), len(_RUSSIAN.findall(text))
        if max(ukrainian, russian) > 2 * min(ukrainian, russian):
            code = "uk" if ukrainian > russian else "ru"
    elif code is None and counts["arabic"] >= total * 0.5 and total < ENOUGH_LETTERS:
        code = "fa" if _PERSIAN.search(text) else "ar"
    elif code is None:
        code = next((c for script, c in _ONE_LANGUAGE.items() if counts[script] >= total * 0.5), None)
    return code


def _east_asian(counts: dict[str, int], total: int) -> str | None:
    # Korean and Japanese papers write names in Han characters, and Latin names stand in every language: so the share
    # that decides is small for Hangul and for kana.
    if counts["hangul"] >= max(2, total * 0.25):
        return "ko"
    kana, han = counts["kana"], counts["han"]
    if kana >= max(2, total * 0.08) and kana + han >= total * 0.3:
        return "ja"
    return "zh" if han >= max(2, total * 0.4) else None


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

"""Figures that claim nothing: dates, years, clock times, ages, ranks, units of an army, versions, durations."""

from __future__ import annotations

import re

_MONTH = r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
_RU_MONTH = r"(?:январ|феврал|март|апрел|ма[йяе]|июн|июл|август|сентябр|октябр|ноябр|декабр|січн|лют|берез|квіт|трав|черв|лип|серп|верес|жовт|листопад|груд)\w*"
# Spans that hold figures but no claims: dates, years, clock times, ages, ranks, scores, versions; by script.
_LATIN = re.compile(
    # A digit, or a word with one right behind it: looked at first, for most words are others.
    r"(?=\d|[A-Z№]\w*[-–.,\s№]{0,4}\d|,\s\d|\b[acdghklnprsv]\w+\s\d)"
    rf"(?:\b{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?\b(?:\s?(?:-|–|to|and|through|until)\s?(?:{_MONTH}\s)?\d{{1,2}}\b)?(?:,?\s\d{{4}})?"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?(?:\s?(?:-|–|to|and)\s?\d{{1,2}})?\s(?:of\s)?{_MONTH}\b(?:\s\d{{4}})?|\b{_MONTH},?\s\d{{4}}\b"
    r"|(?<![\d,.$€£])\b(?:19|20)\d\d\b(?![\d,.]\d)(?!\s?(?:people|troops|soldiers|men|km|shells|rounds|civilians|prisoners|missiles|drones|tons|tonnes))(?:[-–/](?:19|20)?\d\d\b)?"
    r"|\b\d{1,2}[:.]\d\d\s?(?:[ap]\.?m\.?)?\b(?!\s?(?:million|billion|percent|per cent|%|km))(?=\s?(?:[ap]\.?m|local|GMT|UTC|KST|\Z|[,;)])|\s)(?<!\d\.\d\d)"
    r"|\b\d{1,2}\s?[ap]\.?m\b\.?|\b\d{3,4}\s?(?:hours|hrs)\b|\b\d{1,2}\so'clock"
    r"|\b\d{1,3}[- ]years?[- ]old\b|\bage[ds]?\s\d{1,3}\b|,\s\d{1,2},(?=\s)"
    r"|\b\d+(?:st|nd|rd|th)\b"
    r"|\b(?:[A-Z]{1,8}|[A-Z][a-z]+)[-–]\d+[A-Za-z]*\b|\b[A-Z]{1,4}\d+[A-Z]?\b|\b\d+[A-Z]\d*\b"
    r"|\b(?:No|Nos|Number|Resolution|Article|Articles|Section|Chapter|Unit|Room|Bureau|Office|Camp|Channel|Route|Highway|Flight|Phase|Day|Page|Line|Level|Group|Storm|Chapter|Pier|Gate|Block|Kim|Base|Hill|Point|Line|№)\.?\s?№?\s?\d+(?:\s\(\d+\))?"
    r"|\b\d{1,3}-\d{1,3}\s(?:win|victory|defeat|loss|vote|lead|draw)\b"
    r"|\b(?:[Dd]ay|[Nn]umber|[Pp]age|[Rr]oom|[Kk]ilomet(?:er|re)|[Rr]oute|[Ss]quare|[Hh]ill|[Pp]hase|[Ss]tage|[Pp]art|[Cc]hapter|[Vv]olume|[Ss]eason|[Ll]ine|[Gg]ate|[Pp]ier|[Cc]hannel|[Ss]ection|[Pp]hoto|[Aa]nnex|[Tt]able|[Pp]aragraph|[Cc]lause|[Ss]lide|[Ii]tem|[Aa]ppendix|[Ee]xhibit)\s\d{1,4}\b(?![,.]\d))"
)
_CYRILLIC = re.compile(
    rf"\b\d{{1,2}}(?:\s?(?:-|–|и|до|по|та)\s?\d{{1,2}})?(?:-?го)?\s{_RU_MONTH}(?:\s\d{{4}})?"
    r"|(?<![\d,.$€£])\b(?:19|20)\d\d\b(?![\d,.]\d)(?!\s?(?:명|人|名|people|troops|soldiers|men|km|киломе|солдат|военн|человек|бійц|осіб|shells|rounds|civilians|prisoners|missiles|drones|tons|tonnes))(?:[-–/](?:19|20)?\d\d\b)?"
    r"|\b\d{1,2}[:.]\d\d\s?(?:[ap]\.?m\.?)?\b(?!\s?(?:million|billion|percent|per cent|%|km|млн|тыс))(?=\s?(?:[ap]\.?m|local|GMT|UTC|KST|\Z|[,;)])|\s)(?<!\d\.\d\d)"
    r"|\b\d{1,3}[- ]years?[- ]old\b|\bage[ds]?\s\d{1,3}\b|,\s\d{1,2},(?=\s)|\b\d{1,3}\sлет(?:н\w+)\b|\bв возрасте \d+"
    r"|\b\d+(?:st|nd|rd|th)\b|\b\d+-(?:й|го|я|ю|ой|му|м|е|ї|та|ий|ого)\b|제\s?\d+\S*|第\s?\d+\S?"
    r"|\b(?:[A-ZА-Я]{1,8}|[A-Z][a-z]+)[-–]\d+[A-Za-z]*\b|\b[A-Z]{1,4}\d+[A-Z]?\b|\b\d+[A-Z]\d*\b"
    r"|\b(?:No|Nos|Number|Resolution|Article|Articles|Section|Chapter|Unit|Room|Bureau|Office|Camp|Channel|Route|Highway|Flight|Phase|Day|Page|Line|Level|Group|Storm|Chapter|Pier|Gate|Block|Kim|Base|Hill|Point|Line|резолюци\w+|стать\w+|пункт\w*|№)\.?\s?№?\s?\d+(?:\s\(\d+\))?"
)
_ASIAN = re.compile(
    r"(?=[\dA-ZА-Я제第화북火北一二三四五六七八九十〇两])"  # how all that follows begins
    r"(?:(?<![\d,.$€£])\b(?:19|20)\d\d\b(?![\d,.]\d)(?!\s?(?:명|人|名|people|troops|soldiers|men|km|киломе|солдат|военн|человек|бійц|осіб|shells|rounds|civilians|prisoners|missiles|drones|tons|tonnes))(?:[-–/](?:19|20)?\d\d\b)?"
    r"|\b\d{1,2}[:.]\d\d\s?(?:[ap]\.?m\.?)?\b(?!\s?(?:million|billion|percent|per cent|%|km|млн|тыс))(?=\s?(?:[ap]\.?m|local|GMT|UTC|KST|\Z|[,;)])|\s)(?<!\d\.\d\d)"
    r"|\b(?:[A-ZА-Я]{1,8}|[A-Z][a-z]+)[-–]\d+[A-Za-z]*\b|\b[A-Z]{1,4}\d+[A-Z]?\b|\b\d+[A-Z]\d*\b"
    r"|(?:화성|북극성|화살|火星|北極星|北极星)[-–]?\d+\S*"
    r"|\d+\s?(?:년|월|일|시|분|초|세|살|주년|학년|호|층|위|등|번째|차(?!례)|개월|개년|시간|주일|주간|주\b|주째|일째|년째|여단|사단|군단|연대|대대|부대|함대|조\s?\d*항|조약)(?!당)(?:간|대)?"
    r"|\d0대(?=\s?(?:남성|여성|병사|군인|주민|탈북|초반|중반|후반|북한|남자|여자))"
    r"|[一二三四五六七八九十〇两\d]+\s?(?:年|月|日|時|时|岁|歳|点|點|分(?!之)|秒|号|號|週|周|小时|時間|个月|カ月|か月|ヶ月|天|世纪|世紀|代|届|回目|度目|日間|年間|师|旅|軍団|军团|旅団|師団|大隊|区)(?!人)"
    r"|\b\d+(?:st|nd|rd|th)\b|\b\d+-(?:й|го|я|ю|ой|му|м|е|ї|та|ий|ого)\b|제\s?\d+\S*|第\s?\d+\S?)"
)
NO_CLAIM = {"latin": _LATIN, "cyrillic": _CYRILLIC, "asian": _ASIAN}
DURATION = re.compile(
    r"[\s-]?(?:seconds?|minutes?|hours?|days?|nights?|weeks?|fortnights?|months?|years?|decades?|centur(?:y|ies)|weekends?|summers?|winters?)\b|"
    r"(?!\s?(?:неделей|месяцем|дн[её]м|годом|тижнем|місяцем|роком)\s(?:ран[еі]|раньше))\s?(?:секунд\w*|минут\w*|час(?:а|ов|у)?\b|дн(?:я|ей|і|ів)\b|день\b|сут(?:ок|ки)|недел\w+|месяц\w*|год(?:а|у)?\b|лет\b|роки?\b|років\b|місяц\w+|тижн\w+|годин\w*|хвилин\w*|десятилети\w*)",
    re.IGNORECASE,
)

"""Instants read out of the dates that feeds and pages write, with how each zone is known.

Decides what one date text means: its day, time of day and zone. It never guesses silently: a text without a zone is read
in the publisher's zone, and without one as UTC under the name "assumed"; an ambiguous, incomplete or implausible date is
no date, with the reason. It does not look for dates in prose.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Literal, NamedTuple

from extractors.records import Fault, FoundDate
from extractors.zones import named_zone, zone_info

# The web's first pages; 1970 and 1980 are the zeros of clocks, 1900 and year 1 those of databases.
EARLIEST_YEAR = 1990
# What lies further ahead is a typing error or a database's "never" (2038, 2099, 9999).
FURTHEST_AHEAD = timedelta(days=366)
_LATEST_YEAR = 2050  # the same, where the caller gives no clock
_LONGEST_TEXT = 200  # no date is longer; whole paragraphs land in date fields

_MONTH_NAMES = (
    "january jan january's janvier janv enero ene januar jän jänner janeiro gennaio gen januari ocak stycznia styczeń leden ledna января январь янв січня січень січ студзеня يناير tammikuuta tammikuu sty január januára oca ιανουαρίου ינואר בינואר siječnja sausio ianuarie gener jaanuar јануар януари جانفي",
    "february feb février fevrier févr fevr febrero februar fevereiro fev febbraio febbr februari şubat lutego luty února únor февраля февраль фев лютого лютий лют فبراير helmikuuta helmikuu lut február februára φεβρουαρίου פברואר בפברואר veljače vasario februarie febrer veebruar фебруар февруари شباط فيفري",
    "march mar mars marzo märz mrz maerz março marco maart mart marca marzec března březen maret марта март мар березня березень бер مارس maaliskuuta maaliskuu március márciusa μαρτίου מרץ במרץ ožujka kovo martie març märts marts mrt آذار",
    "april apr avril avr abril abr aprile nisan kwietnia kwiecień dubna duben апреля апрель апр квітня квітень кві أبريل ابريل huhtikuuta huhtikuu kwi április apríla απριλίου אפריל באפריל travnja balandžio aprilie aprill април نيسان أفريل",
    "may mai mayo maio maggio mag mei mayıs maja maj května květen мая май травня травень тра مايو toukokuuta toukokuu május mája μαΐου μαιου מאי במאי svibnja gegužės maig мај أيار ماي",
    "june jun juin junio juni junho giugno giu haziran czerwca czerwiec června červen июня июнь июн червня червень чер يونيو kesäkuuta kesäkuu cze június júna ιουνίου יוני ביוני lipnja birželio iunie juny juuni јун юни حزيران جوان",
    "july jul juillet juil julio juli julho luglio lug temmuz lipca lipiec července červenec июля июль июл липня липень лип يوليو heinäkuuta heinäkuu július júla tem ιουλίου יולי ביולי srpnja liepos iulie juliol juuli јул юли تموز جويلية",
    "august aug août aout agosto ago augustus ağustos sierpnia sierpień srpna srpen agustus августа август авг серпня серпень сер أغسطس elokuuta elokuu augusti sie augusztus augusta ağu αυγούστου אוגוסט באוגוסט agu kolovoza avgust avgusta rugpjūčio agost augusts أوت",
    "september sep sept septembre septiembre set setiembre setembro settembre sett eylül września wrzesień září сентября сентябрь сен сент вересня вересень вер سبتمبر syyskuuta syyskuu wrz szeptember septembra eyl σεπτεμβρίου ספטמבר בספטמבר rujna septembar septembrie rugsėjo септембар септември أيلول",
    "october oct octobre octubre oktober okt outubro out ottobre ott ekim października październik října říjen октября октябрь окт жовтня жовтень жов أكتوبر lokakuuta lokakuu paź október októbra eki οκτωβρίου אוקטובר באוקטובר oktobar oktobra octombrie spalio oktoober октобар октомври",
    "november nov novembre noviembre novembro kasım listopada listopad listopadu ноября ноябрь ноя листопада листопад лис نوفمبر marraskuuta marraskuu novembra kas νοεμβρίου נובמבר בנובמבר studenoga studenog novembar noiembrie lapkričio новембар ноември",
    "december dec décembre decembre déc diciembre dic dezember dez dezembro dicembre desember aralık grudnia grudzień prosince prosinec декабря декабрь дек грудня грудень гру ديسمبر joulukuuta joulukuu decembra ara δεκεμβρίου דצמבר בדצמבר prosinca decembar decembrie gruodžio detsember desembre des децембар декември",
)
# "listopada" is November in Polish; Croatian, which writes a point after the day, means October.
_CROATIAN_OCTOBER = re.compile(r"(?<=\d\.)(\s*)listopada\b", re.IGNORECASE)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}
# Years counted from an era: the year before its first.
_ERAS = {"주체": 1911, "juche": 1911, "令和": 2018, "平成": 1988, "民国": 1911, "民國": 1911, "พ.ศ.": -543}

# Digits of Arabic and Persian texts as those of all others.
ASCII_DIGITS = {first + digit: str(digit) for first in (0x660, 0x6F0) for digit in range(10)}

_WORD = r"[^\W\d_]{3,}"
_EPOCH = re.compile(r"-?\d{9,10}(?:\.\d+)?|\d{13}|\d{16}")
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d{2})(\d{2})(\d{2})(?:[T ]?(\d{2})(?:(\d{2})(\d{2})?)?)?(?!\d)")
_WEEK = re.compile(r"\b(\d{4})-?W(\d{2})-?([1-7])\b")
_ORDINAL = re.compile(r"^(\d{4})-(\d{3})(?=$|T)")
_ERA = re.compile(
    rf"({'|'.join(map(re.escape, _ERAS))})\s*(\d{{1,4}}|元)(?:\s*\(\s*(\d{{4}})\s*\))?", re.IGNORECASE
)
_YMD = re.compile(
    r"(?<!\d)(\d{4})\s*(?:[-/.]|년|年)\s*(\d{1,2})\s*(?:[-/.]|월|月)\s*(\d{1,2})(?!\d)\s*(?:일|日|\.)?(?:\s*[(（]?[월화수목금토일月火水木金土日](?:요일|曜日?)?[)）])?"
)
_DMY = re.compile(r"(?<!\d)(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4})(?!\d)")
_D_MONTH_Y = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?[\s\-/]*(?:de\s+|d['’]|of\s+)?({_WORD})\.?,?[\s\-/]*(?:de\s+|del\s+)?(?:г\.\s*)?'?(\d{{4}}|\d{{2}}(?!\d|:))",
    re.IGNORECASE,
)
_MONTH_D_Y = re.compile(rf"({_WORD})\.?\s*(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})(?!\d)", re.IGNORECASE)
_Y_MONTH_D = re.compile(
    rf"(?<!\d)(\d{{4}})[\s\-,./]+(?:m\.\s+)?({_WORD})\.?[\s\-,/]+(\d{{1,2}})(?!\d)", re.IGNORECASE
)
_CTIME = re.compile(rf"({_WORD})\s+(\d{{1,2}})\s+(\d{{1,2}}:\d{{2}}.*?)\s(\d{{4}})(?!\d)", re.IGNORECASE)
_VIETNAMESE = re.compile(r"(\d{1,2})\s+tháng\s+(\d{1,2})\s*(?:,|năm)?\s*(\d{4})", re.IGNORECASE)
_YEARLESS_CJK = re.compile(r"^(?:(\d{1,2})\s*[월月]\s*)?(\d{1,2})\s*[일日]")
_YEARLESS = re.compile(rf"^(\d{{1,2}})\s+({_WORD})\.?|^({_WORD})\.?\s+(\d{{1,2}})(?![\d:])", re.IGNORECASE)

_MORNING = "오전|上午|午前|凌晨|早上|清晨|새벽|아침"
_EVENING = "오후|下午|午後|晚上|傍晚|中午|저녁|밤"
_TIME = re.compile(
    rf"(?P<before>{_MORNING}|{_EVENING})?\s*(?<!\d)(?P<h>\d{{1,2}})\s*"
    r"(?:(?::|h|시|時|时|点|點)\s*(?:(?P<m>\d{1,2})(?!\d)\s*[분分]?(?:\s*:?\s*(?P<s>\d{1,2})(?:[.,]\d+)?\s*(?:[초秒])?(?!\d))?)?)?"
    r"\s*(?P<after>[ap]\.?\s?m\b\.?)?",
    re.IGNORECASE,
)  # fmt: skip
_BARE_TIME = re.compile(r"^T?(\d{2})(\d{2})(\d{2})?(?=$|[Z+\-\s])")


# The two forms nearly every feed uses, read without the search below: 8 times faster.
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?:Z|[+-]\d{2}:\d{2})")
_RFC_822 = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) ([01]\d|2[0-3]):([0-5]\d):([0-5]\d) (?:GMT|UTC|([+-])(\d{2}):?(\d{2}))"
)


class _Day(NamedTuple):
    """A day found in a text, where it starts, and the text around it, which holds its time of day and zone."""

    day: date
    rest: str
    start: int


class _Unreadable(ValueError):
    """No one instant can be read: the kind of fault and what showed it."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind


def read_date(
    raw: str, *, zone: str | None = None, source: str, now: datetime | None = None
) -> FoundDate | None:
    """The instant that `raw` names, or None; `judge_date` also says why not.

    `zone` is the publisher's zone, used for texts without one; without it they are read as UTC and marked "assumed".
    """
    found = judge_date(raw, zone=zone, source=source, now=now)
    return found if isinstance(found, FoundDate) else None


def judge_date(
    raw: str, *, zone: str | None = None, source: str, now: datetime | None = None
) -> FoundDate | Fault:
    """The instant that `raw` names, or the fault that it is: "date-unreadable", "date-ambiguous" or "date-implausible"."""
    try:
        at, known = _read(raw, zone, now)
    except _Unreadable as fault:
        return Fault(kind=fault.kind, detail=f"{source}: {fault}: {raw.strip()[:80]!r}")
    except (ValueError, OverflowError):
        return Fault(kind="date-implausible", detail=f"{source}: no such day or time: {raw.strip()[:80]!r}")
    if _implausible(at, now):
        return Fault(kind="date-implausible", detail=f"{source}: {at.date()} cannot be: {raw.strip()[:80]!r}")
    return FoundDate(at=at, raw=raw, source=source, zone=known)


def _implausible(at: datetime, now: datetime | None) -> bool:
    latest_reached = at.year > _LATEST_YEAR if now is None else at > now + FURTHEST_AHEAD
    return at.year < EARLIEST_YEAR or latest_reached


def _plain(raw: str) -> str:
    if len(raw) > _LONGEST_TEXT:
        raise _Unreadable("date-unreadable", "too long for a date")
    text = unicodedata.normalize("NFKC", re.sub(r"<[^>]*>", " ", raw))
    text = text.translate(ASCII_DIGITS)
    text = re.sub(r"[\u200b-\u200f\u202a-\u202e\ufeff\x00]", "", text)
    return " ".join(text.split())


def _read(
    raw: str, zone: str | None, now: datetime | None
) -> tuple[datetime, Literal["offset", "publisher", "day", "assumed"]]:
    if (instant := _common_form(raw)) is not None:
        return instant, "offset"
    text = _plain(raw)
    if (instant := _common_form(text)) is not None:
        return instant, "offset"
    if not re.search(r"\d", text):
        raise _Unreadable("date-unreadable", "no date in it")
    if (instant := _epoch(text, now)) is not None:
        return instant, "offset"
    home = zone_info(zone)
    found = _find_day(text, home, now)
    if found is None:
        raise _Unreadable("date-unreadable", "no date in it")
    clock, named = _time_of_day(found.rest, home)
    if clock is None:
        return datetime.combine(found.day, time(), home or UTC), "day"
    moment = datetime.combine(found.day, time()) + clock
    if named is not None:
        return moment.replace(tzinfo=named), "offset"
    return moment.replace(tzinfo=home or UTC), "publisher" if home else "assumed"


def _common_form(text: str) -> datetime | None:
    if _ISO.fullmatch(text):
        return datetime.fromisoformat(text)
    match = _RFC_822.fullmatch(text)
    month = match and _MONTHS.get(match.group(2).lower())
    if not match or not month:
        return None
    day, year, hour, minute, second = map(int, match.group(1, 3, 4, 5, 6))
    east = timedelta(hours=int(match.group(8) or 0), minutes=int(match.group(9) or 0))
    zone = timezone(-east if match.group(7) == "-" else east)
    return datetime(year, month, day, hour, minute, second, tzinfo=zone)


def _epoch(text: str, now: datetime | None) -> datetime | None:
    """Seconds, milliseconds or microseconds since 1970, when that gives a believable instant."""
    if not _EPOCH.fullmatch(text):
        return None
    digits = len(text.partition(".")[0])
    instant = datetime.fromtimestamp(float(text) / {13: 1e3, 16: 1e6}.get(digits, 1), UTC)
    if _implausible(instant, now):
        if _COMPACT.fullmatch(text[:8]) and digits == 10:
            return None
        raise _Unreadable("date-implausible", f"{instant.date()} cannot be")
    return instant


def _find_day(text: str, home: tzinfo | None, now: datetime | None) -> _Day | None:
    """The day that stands first in the text: what follows it tells of an update."""
    digits = _written_in_digits(text, home, now)
    if digits is not None and digits.start == 0:
        return digits
    words = _written_in_words(text)
    if digits is not None and words is not None:
        return min(digits, words, key=lambda day: day.start)
    return digits or words or _without_year(text, home, now)


def _written_in_digits(text: str, home: tzinfo | None, now: datetime | None) -> _Day | None:
    if match := _ERA.search(text):
        counted = 1 if match.group(2) == "元" else int(match.group(2))
        year = int(match.group(3) or _ERAS[match.group(1).lower()] + counted)
        text = f"{text[: match.start()]}{year}{text[match.end() :]}"
    if match := _YMD.search(text):
        return _day(match, *map(int, match.groups()))
    if match := _WEEK.search(text):
        return _Day(date.fromisocalendar(*map(int, match.groups())), _rest(match), match.start())
    if match := _ORDINAL.search(text):
        return _Day(
            date(int(match.group(1)), 1, 1) + timedelta(int(match.group(2)) - 1), _rest(match), match.start()
        )
    if match := _DMY.search(text):
        return _day(match, int(match.group(4)), *_month_and_day(match, home, now))
    if match := _COMPACT.search(text):
        clock = ":".join(part or "00" for part in match.group(4, 5, 6)) if match.group(4) else ""
        day = date(*map(int, match.group(1, 2, 3)))
        return _Day(day, f"{clock}{_rest(match)}", match.start())
    return None


def _written_in_words(text: str) -> _Day | None:
    text = _CROATIAN_OCTOBER.sub(r"\1oktobra", text)
    if (match := _CTIME.search(text)) and (month := _month(match.group(1))):
        day = date(int(match.group(4)), month, int(match.group(2)))
        return _Day(day, f"{match.group(3)} {text[match.end() :]}", match.start())
    for match in _D_MONTH_Y.finditer(text):
        if month := _month(match.group(2)):
            return _day(match, _full_year(match.group(3)), month, int(match.group(1)))
    for match in _MONTH_D_Y.finditer(text):
        if month := _month(match.group(1)):
            return _day(match, int(match.group(3)), month, int(match.group(2)))
    if (match := _Y_MONTH_D.search(text)) and (month := _month(match.group(2))):
        return _day(match, int(match.group(1)), month, int(match.group(3)))
    if match := _VIETNAMESE.search(text):
        return _day(match, int(match.group(3)), int(match.group(2)), int(match.group(1)))
    return None


def _without_year(text: str, home: tzinfo | None, now: datetime | None) -> _Day | None:
    """The latest such day up to tomorrow; needs the clock, since only nearness makes it one day."""
    if now is None:
        return None
    today = now.astimezone(home or UTC).date()
    if match := _YEARLESS_CJK.search(text):
        month, number = (int(match.group(1)) if match.group(1) else None), int(match.group(2))
    elif (match := _YEARLESS.search(text)) and (named := _month(match.group(2) or match.group(3))):
        month, number = named, int(match.group(1) or match.group(4))
    else:
        return None
    for back in range(-1, 366):
        day = today - timedelta(days=back)
        if day.day == number and month in {None, day.month}:
            return _Day(day, _rest(match), match.start())
    return None


def _month_and_day(match: re.Match[str], home: tzinfo | None, now: datetime | None) -> tuple[int, int]:
    """`09/06/2021`: the larger number, the separator, the publisher's country or the clock settles it, or nothing does."""
    first, second, year = int(match.group(1)), int(match.group(3)), int(match.group(4))
    if first > 12 or match.group(2) == "." or first == second:
        return second, first
    if second > 12:
        return first, second
    key = str(home) if home else ""
    if key:
        return (first, second) if key.startswith(("America/", "US/", "Asia/Manila")) else (second, first)
    if now is not None:
        possible = [
            pair
            for pair in ((second, first), (first, second))
            if date(year, *pair) <= now.date() + timedelta(1)
        ]
        if len(possible) == 1:
            return possible[0]
    raise _Unreadable("date-ambiguous", "day and month cannot be told apart")


def _time_of_day(rest: str, home: tzinfo | None) -> tuple[timedelta | None, tzinfo | None]:
    """The time of day in the text around a day, and the zone named after it."""
    from zoneinfo import ZoneInfo

    rest = rest.strip(" ,")
    if match := _BARE_TIME.match(rest):
        hour, minute, second = (int(part or 0) for part in match.groups())
        half = ""
        end = match.end()
    else:
        for match in _TIME.finditer(rest):
            if (
                match.group("before")
                or match.group("after")
                or re.search(r"[:h시時时点點]", match.group(), re.IGNORECASE)
            ):
                break
        else:
            return None, None
        hour, minute, second = (int(match.group(name) or 0) for name in ("h", "m", "s"))
        half = _half(match.group("before"), match.group("after"))
        end = match.end()
    if half == "am" and hour == 12:
        hour = 0
    elif half == "pm" and hour < 12:
        hour += 12
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and minute + second):
        raise _Unreadable("date-implausible", "no such time of day")
    clock = timedelta(hours=hour, minutes=minute, seconds=min(second, 59))
    return clock, named_zone(rest[end:], home if isinstance(home, ZoneInfo) else None)


def _half(before: str | None, after: str | None) -> str:
    if after:
        return f"{after[0].lower()}m"
    if before:
        return "am" if re.fullmatch(_MORNING, before) else "pm"
    return ""


def _day(match: re.Match[str], year: int, month: int, day: int) -> _Day:
    return _Day(date(year, month, day), _rest(match), match.start())


def _rest(match: re.Match[str]) -> str:
    """The text without the day; what stands before it comes last, since a zone stands after its time."""
    after, before = match.string[match.end() :], match.string[: match.start()]
    return f"{before} {after}" if re.search(r"\d:\d", before) else f"{after} {before}"


def _month(word: str) -> int | None:
    return _MONTHS.get(word.lower().rstrip("."))


def _full_year(digits: str) -> int:
    number = int(digits)
    if len(digits) == 4:
        return number
    return number + (2000 if number < 50 else 1900)  # RFC 2822, 4.3

"""How a figure stands: certain, denied, unconfirmed or a forecast; of now, or something to compare with."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from extractors.claims.comparisons import set_against
from extractors.claims.cues import Cue, lowered
from extractors.claims.source import Source

Certainty = Literal["asserted", "denied", "unconfirmed", "forecast"]
Role = Literal["current", "comparison"]

# Cues of one family of scripts; a sentence is searched for those of its own.
Cues = dict[str, Cue]


def _by_script(*, latin: str, cyrillic: str, asian: str) -> Cues:
    return {"latin": Cue(latin), "cyrillic": Cue(cyrillic), "asian": Cue(asian)}


_CLAUSE = _by_script(
    latin=(
        r"[;:()—–]|,(?!\d)(?!\s(?:leaving|bringing|taking|raising|lifting|pushing|cutting|reducing|worth)\b)|\b(?:while|whereas|but|although|though|compared|against|than|versus|vs)\b|\band (?=(?:expects?|plans?|intends?|hopes?|aims?|will|would|has|"
        r"have|had)\s|(?:(?:another|about|some|around|over|only|a further|at least) )*\d[\d,.]* (?:\w+ ){0,3}?(?:were|was|are|is|will|had|have|would)\s)"
    ),
    cyrillic=(
        r"[;:()–]|,(?!\d)|—(?!\s(?:около |лишь |всего |близько |лише )?\d)|(?:\sа\s|\sно\s|\sале\s|\sпротив\s(?=\d)|\sпроти\s(?=\d)|\sпо сравнению\s|\sпорівняно\s)"
    ),
    asian=(r"[;:()—–]|,(?!\d)|[，、；]|(?:그러나|반면|하지만|지만|으나)"),
)

_FINITE = re.compile(
    r"\b(?:were|was|are|is|had|have|has|\w+ed|came|went|left|fell|fled|took|lost|got|will|would)\b"
)
_WORD = re.compile(r"[^\W\d_]{2}")
_DENIES = _by_script(
    latin=(
        r"\b(?:den(?:y|ies|ied|ying)|dismiss(?:ed|es)?|reject(?:ed|s)?|refut(?:ed|es)|rebut\w*|disput(?:ed|es))\b"
    ),
    cyrillic=(r"опроверг|отрица|отверг|спросту|запереч"),
    asian=(r"부인|일축|반박|否认|否認|驳斥|否定"),
)
_NEGATED = _by_script(
    latin=(
        r"\b(?:no truth|no such|nothing of the (?:kind|sort)|(?:do|does) not exist|not true|false(?:ly)?|fake|fabricat\w*|untrue|did not|didn't|never (?:sent|happened|occurred|took place|supplied|existed|fired|had|lost|"
        r"crossed|deployed)|(?:has|have|had|was|were|is|are) not(?! (?:yet |immediately |so far |publicly )*(?:commented|responded|said|answered|disclosed|"
        r"replied|spoken|named|given|reported)\b)(?! (?:yet |been |be |independently )*(?:verified|confirmed|clear|known))|hasn't|haven't|wasn't|weren't|"
        r"pure invention|a myth|hogwash|baseless|groundless|unfounded|hoax|nonsense|absurd|a lie|lies|fiction|invented|exaggerat\w*|bogus|made up|(?:was|were|is|are) wrong (?:to say|that|"
        r"when)|pure fantasy|incorrect)\b"
    ),
    cyrillic=(
        r"не соответству|никаких|ніяких|жодних|выдумк|клевет|наклеп|чушь|нісенітн|беспочв|голословн|безпідстав|ложь|ложн|фейк|вымысел|неправд|вигадк"
    ),
    asian=(
        r"사실이 아니|사실무근|거짓|허위|날조|근거 없|터무니|유언비어|捏造|子虚乌有|无中生有|無中生有|不属实|不屬實|毫无根据|谣言|谎言|事実無根|虚偽|でっち上げ|デマ|根拠(?:が|の)ない|あり得ない|不实|並未|并未|从未|事実ではない"
    ),
)
_UNCONFIRMED = _by_script(
    latin=(
        r"\b(?:reportedly|allegedly|alleged|purported(?:ly)?|supposed(?:ly)?|unconfirmed|unverified|(?:could|can|have|has|had|were|was)(?: not|n't) (?:be |"
        r"been )?(?:yet )?(?:be |been )?(?:independently )?(?:verified|confirmed)|cannot be (?:independently )?(?:verified|confirmed)|"
        r"no independent (?:confirmation|verification)|without (?:evidence|giving evidence|providing evidence)|not (?:yet |been |be |"
        r"independently )*(?:verified|confirmed)|could not (?:be )?(?:independently )?(?:verify|confirm)|rumou?r\w*|(?:is|are|was|were) (?:believed|thought|"
        r"feared|said|suspected|understood|rumou?red|presumed) to|believed (?:dead|killed|to be)|feared (?:dead|killed)|(?:may|might|could) have|(?:may|might|"
        r"could) be \w+ing|(?:may|might) already|appears? to have|apparently|suspected|(?:the|a|any|its|their) (?:reported|claimed|alleged|supposed|"
        r"purported) \w+|purport\w* to|(?:seem|appear)(?:s|ed)? to (?:show|confirm|indicate|depict|be|number)|what (?:appears?|appeared|seems?|seemed) to be|(?:thought|believed|said|rumou?red|estimated) to number|(?:not|un)\s?(?:\w+ )?(?:known|clear) (?:whether|if)|yet to (?:respond|reply|comment|confirm)|talk of|not (?:been )?ruled out|nobody has|(?:it|that) (?:is|was) (?:thought|believed|feared|rumou?red|said|understood) that|neither confirm\w* nor den\w+|(?:declined|"
        r"refused) to confirm|would not confirm|(?:thought|believed|feared|presumed|rumou?red) to (?:have|be)|it was not possible to (?:verify|check)|"
        r"no way (?:to|of) (?:verify|check)\w*|no confirmation|awaiting confirmation|unofficial(?:ly)?|possibly|perhaps|unclear whether|claims? that could not|"
        r"if (?:confirmed|true|verified|accurate|proven|proved)|supposedly|purportedly|presumably|presumed|prove(?:s|d)? (?:true|accurate|correct))\b"
    ),
    cyrillic=(
        r"предположительно|(?<!\w)мог(?:ли|ла|ло)\s|(?<!\w)міг\s|якобы|(?:могут|может) (?:находиться|быть|оставаться|удерживать\w*|скрываться)|будто бы|если (?:это )?(?:подтвердится|правда)|слух(?:и|ов|ам|ах)|неподтвержд|не подтвержд|по неподтвержденн|возможно|вероятно|по слухам|"
        r"независимо подтвердить|неофициальн|нібито|ймовірно|(?:можуть|може) (?:перебувати|бути|залишатися|утримувати\w*|ховатися)|начебто|якщо (?:це )?(?:підтвердиться|правда)|чут(?:ки|ок|кам|ках)|непідтвердж|не підтвердж|можливо|за чутками"
    ),
    asian=(
        r"미확인|사실이라면|사실로 (?:확인|드러)|확인될 경우|있을 가능성|풍문|루머|확인되지 않|것으로 알려|알려졌|추정된|소문|전해졌|전해진|가능성이|未经证实|未經證實|网传|網傳|传言|傳言|传闻|傳聞|盛传|若属实|如果属实|属实的话|据传|據傳|疑似|可能已|未确认|無法證實|无法证实|とみられ|事実なら|事実であれば|確認されれば|との情報(?:が|も)|噂|うわさ|もようだ|模様だ|未確認|とされる|可能性があ|確認されていない"
    ),
)
_FORECAST = _by_script(
    latin=(
        r"\b(?:will|would|'ll|shall|(?:is|are|was|were) to (?!blame\b)\w+|(?:is|are|was|were) (?:expected|set|due|likely|poised|about|going|scheduled|slated|"
        r"planned|preparing|planning|projected|forecast) to|(?:is|are|was|were) (?:also )?due\b|expected to|expects? (?:to|another|up|more|some|about|around|"
        r"\d[\d.,]*)|expect\w* (?=.{0,40}\bto\b)|plan(?:s|ned|ning)? (?:to|on|for)|plans?|intend(?:s|ed)? to|(?:wants?|hopes?|seeks?) to|prepar(?:es|ed|ing) to|prepar(?:es|ed|"
        r"ing) (?:another|a further|\d[\d.,]*)|(?<!\bin )(?<!\bof )(?<!\bsince )(?<!\bby )(?<!\blast )(?<!\bthis )(?<!\bearly )(?<!\blate )(?<!\buntil )(?<!\d )(?:could|may|might) (?:also |still |soon |eventually |yet )?(?!(?:easily|barely|hardly|not|have|hear|see|afford|only|say|tell|confirm|"
        r"verify|recall|remember|count|already|be (?:seen|heard|counted|found|verified|confirmed|identified|reached|\w+ing))\b)[a-z]+|by (?:the )?end of (?:the|"
        r"this|next|20)|by (?:december|next|early|late|mid|year-end|spring|summer|autumn|winter|january|february|march|april|june|july|august|september|october|"
        r"november)|forecast(?:s|ed)?|predict(?:s|ed)?|project(?:s|ed|ion)|next (?:week|month|year)|in the coming|to be (?:sent|deployed|delivered|exchanged|"
        r"released|handed)|promis(?:ed|es|ing) (?:to|another|a further|\d[\d.,]*)|pledg(?:ed|es|ing) (?:to|another|\d[\d.,]*)|vow(?:ed|s) to|ready to send|"
        r"(?:aims?|means?) to|until (?:next|20\d\d) to|favou?rs? \w+ing|call(?:s|ed|ing)? for|would like|ahead of)\b"
    ),
    cyrillic=(
        r"планиру|намерен|будет|будут|ожида|прогноз|собира(?:ет|ют)ся|готовит|к концу|до конца|может достичь|могут|(?<!\w)(?:може|может) (?!быть|бути)|плану|"
        r"має намір|мають намір|буде|очіку|збира|готу[єю]|переда(?:дут|дуть|ст)|отправ(?:ят|ит)\b|прибудут|постав(?:ят|ит)\b|вернут\b|пришл[её]т|направ(?:ят|"
        r"ит)\b|відправ(?:ить|лять)|прибуд(?:е|уть)|постав(?:ить|лять)|надішл|направ(?:ить|лять)|отрима(?:є|ють)|закупит|купит\b|купят\b|постро(?:ит|ят)\b|"
        r"произвед[еу]т|выпуст(?:ит|ят)\b|получ(?:ит|ат)\b|увелич(?:ит|ат)\b|сократ(?:ит|ят)\b|размест(?:ит|ят)\b|призов[еу]т|вывед[еу]т|верн[еу]т\b|"
        r"освобод(?:ит|ят)\b|обменя[ею]т|выдел(?:ит|ят)\b|приобрет[еу]т|выплат(?:ит|ят)\b|начн[еу]т|примут\b|состав(?:ит|ят)\b|превыс(?:ит|ят)\b|достигн[еу]т|"
        r"побуду(?:є|ють)|вироб(?:ить|лять)|випуст(?:ить|ять)|збільш(?:ить|ать)|розміст(?:ить|ять)|мобілізу(?:є|ють)|вивед(?:е|уть)|поверн(?:е|уть)\b|"
        r"звільн(?:ить|ять)|обміня(?:є|ють)|виділ(?:ить|ять)|придба(?:є|ють)|виплат(?:ить|ять)|почн(?:е|уть)|досягн(?:е|уть)|перевищ(?:ить|ать)|\w{3,}тим(?:е|"
        r"уть)\b|наступн\w+ (?:тижня|місяця|року)|на следующей неделе|в следующем|до кінця|може сягн|можуть"
    ),
    asian=(
        r"예정|기로 (?:했|합의|결정)|방침|다음 주|다음 달|내달|내년|계획|전망|예상|할 것|될 것|보낼|추가 파병할|내다봤|추진|될 수 있|할 수 있|이를 것|늘어날|可能(?:会|將|将|在|再)|下周|下月|明年|预计|預計|将(?!军|领|近|士|官|校)|計劃|计划|拟|"
        r"可能(?:会|將|将)|有望|来週|来月|来年|予定|見通し|見込み|計画|予想|予測|派遣する方針|までに[^。」]{0,30}(?:る|う)(?:と|。|」|$)|까지[^.]{0,30}(?:보낸|파견한|배치한|투입한|늘린|줄인|도입한|생산한|짓는|만든)다"
    ),
)
_COMPARISON = _by_script(
    latin=(
        r"\b(?:compared (?:with|to)|in comparison|as against|versus|vs\.?|up from|down from|from (?=[\d,.]+ (?:a year|last|in (?:the )?(?:same|previous|prior)|"
        r"the (?:year|month|week)))|than the|(?:double|twice|triple|half|above|below|surpass\w*|exceed\w*|beat\w*|against) (?:the|its|last \w+'s)(?: previous|"
        r" earlier| old)? (?=\d)|(?:a|one) (?:day|night|week|month|quarter|season) (?:earlier|before|ago)|(?:two|three|four|five|six|\w+) (?:days|nights|"
        r"weeks) (?:earlier|before|ago)|last time|the last such|(?:previous|old|earlier|prior) (?:record|peak|high|low|total|figure|toll|wave|batch|estimate)|"
        r"in soviet times|earlier (?:years?|estimate\w*|figure\w*|assessment\w*|report\w*|count|tally|months?)|previous(?:ly)?|prior|"
        r"the (?:year|month|week|day) before|(?:a|one|two|three|\w+) (?:year|month|week|decade)s? (?:earlier|before|ago)|(?:than|from|against) last (?:year|"
        r"month|summer|winter|spring|autumn|decade|quarter)|(?:same|corresponding|preceding|comparable) (?:period|month|months|quarter|time|week|stretch|half)|"
        r"initial(?:ly)?|at (?:its|their|the) (?:peak|height)|(?:a|on a) (?:normal|typical|usual|ordinary|quiet) (?:day|night|week|month|year|season)|(?:yearly|annual|monthly|weekly|daily|usual|normal|long-term|historical|\w+-year) (?:average|norm|mean|median)|the (?:equivalent|comparable|corresponding) (?:figure|number|total)|in the past|historical\w*|used to|on average|annual(?:ly)? average|average of|averag(?:ed|es|ing)|"
        r"pre-?(?:war|pandemic|invasion)|before the (?:war|invasion|pandemic|border closure)|once (?:numbered|stood|home to|had|held|counted)|(?:had|was|"
        r"were) (?:earlier|previously|initially)|until then|against (?=(?:only |just |about |some )?[\d.,]+ (?:\w+ ){0,2}?(?:in|a|the|last)\b)|a record(?: of)?|originally|(?:began|started) (?:with|as|out|"
        r"at)|in (?:all|the whole) of (?:19|20)\d\d|twice the|double the|half the)\b"
    ),
    cyrillic=(
        r"по сравнению|против (?=\d)|проти (?=\d)|(?:неделю|месяц|квартал|год) назад|(?:тиждень|місяць|квартал|рік) тому|(?:неделей|месяцем|днем|годом|кварталом) (?:ранее|раньше)|в прошлый раз|за тот же период|(?:тижнем|місяцем|"
        r"днем|роком) раніше|минулого разу|за той самий період|торік|годом ранее|год назад|за аналогичн|аналогичн\w+ период|прежде|предыдущ|раньше|"
        r"первоначально|в среднем|до войны|порівняно|роком раніше|рік тому|попередн|спочатку|у середньому|до війни"
    ),
    asian=(
        r"전년|전주|전월|전분기|지난번|1년 전|대비|비해|종전|과거|예년|전년도|평균|당초|같은 기간|同期|上周|上月|上次|一年前|以往|相比|上年|平均|往年|前年|前月|前週|一年前|従来|前回|比べ|同時期|当初"
    ),
)
_OLD_YEAR = Cue(
    r"(?<![\d,.])(?:in|In|of|during|since the|throughout|for|в|у|за|року|году)?\s?((?:19|20)\d\d)(?:\s?年|년|\s?год|\s?р)?(?![\d,]\d)"
)
_CURRENT = _by_script(
    latin=(r"\b(?:now|so far|this year|currently|today|to date|latest|already|since|alone|in all)\b"),
    cyrillic=(r"сейчас|теперь|уже|сегодня|зараз|тепер|вже"),
    asian=(r"올해|현재|지금|이번|今年|目前|现在|現在|今回"),
)


# "up from 196", "fell from 1,047 to 229": the figure right after is the one compared with.
_FROM = Cue(
    r"\b(?:up|down|ris\w+|rose|fell|fall\w*|grew|grown|gr[oe]w\w*|jump\w+|climb\w+|dropp?\w*|declin\w+|increas\w+|decreas\w+|surg\w+|soar\w*|shrank|shrunk|cut|reduced|higher|lower)"
    r"(?: \w+)? from (?:about |some |around |nearly |just |only |more than |over |the )?$|[\d,.]+(?:\s\w+){0,2},\sfrom\s(?:about |some |just |only |around |nearly |over |more than )?$",
    re.IGNORECASE,
)
# "rose to 2,150 in 2024 from 1,430": the figure it came to.
_TO = Cue(
    r"\b(?:ris\w+|rose|fell|fall\w*|gr[oe]w\w*|jump\w+|climb\w+|dropp?\w*|declin\w+|increas\w+|decreas\w+|surg\w+|soar\w*|shrank|shrunk)(?: \w+)? to (?:about |some |around |nearly |just |only |more than |over )?$",
    re.IGNORECASE,
)
# What dates a figure, and compares only beside another figure.
_WEAK = _by_script(
    latin=(
        r"\b(?:last (?:year|month|summer|winter|spring|autumn|decade|quarter)|(?:a|one|two|\w+) (?:year|month|week|day)s? ago|in (?:19|20)\d\d|previous(?:ly)?|"
        r"earlier|initially|usual(?:ly)?|normally|ordinarily)\b"
    ),
    cyrillic=(r"в прошлом году|ранее|накануне|напередодні|торік|минулого року|раніше"),
    asian=(r"지난해|작년|앞서|이전에|去年|此前|昨年|以前"),
)
_SINCE = Cue(r"\bsince\b|부터|с начала|від|自|以来", re.IGNORECASE)
# Korean, Chinese and Japanese put "last year" right before its figure and "than" right after it.
ASIAN_REACH = 12
# "2022년 산불 때는 319채": a year before last, so far before its figure. What lasts since then is of now.
ASIAN_YEAR = 20
_YEAR_BEFORE = Cue(r"((?:19|20)\d\d)\s?[年년](?!.*(?:以来|以后|以後|から|부터|이후|이래))")
# What stands right before a figure is looked for in so many characters: a word or two, or a phrase.
SHORT, LONG = 24, 80
_DIFFERENCE = re.compile(r"(?:より|보다)\s?$")
_FIGURE = re.compile(r"[\d０-９]+(?![\d０-９]|\s?(?:[년월일年月日]|분기|季|四半期|半期))")
_THAN = re.compile(
    r"[)）]?\s?(?:から(?:約)?[\d一二三四五六七八九十]|에서\s?(?:약 ?)?\d|보다|에서 (?:늘|줄|증가|감소)|に比べ|より|から(?:増|減)|相比|的\d+倍)"
)


_VERIFY = _by_script(
    latin=(r"verif|confirm|evidence"),
    cyrillic=(r"подтверд|підтвердж"),
    asian=(r"확인|证实|證實|確認"),
)
_SURE_FORECAST = _by_script(
    latin=(r"\bwill\b|\bexpected to\b"),
    cyrillic=(r"будут|будет|будуть|буде"),
    asian=(r"예정"),
)


# Who predicts, foretells all that is said; "not forty" denies its figure.
_PREDICTS = re.compile(
    r"expects?|predict|forecast|ожида|очіку|прогноз|전망|예상|내다봤|预测|预计|予測|予想", re.IGNORECASE
)
_NOT = Cue(
    r"(?:\b(?:not|that no|was no|were no|been no)|(?<!\w)(?:а )?не|(?<!\w)ані|不是|并非)\s*$", re.IGNORECASE
)
# "the embassy said there had been none", and "did 300 leave?": what is asked is not said.
_NO = Cue(
    r"\b(?:no|not|none|never|nothing|nobody|false|untrue|baseless|lies?|fabricat\w+|nonsense)\b|n['’]t\b",
    re.IGNORECASE,
)
_QUESTION = Cue(
    r"(?:\s*[\"“«]?(?:Did|Do|Does|Has|Have|Had|Is|Are|Was|Were|Will|Can|Could)\b.*|"
    r"(?!.*(?:как|сколько|почему|зачем|что|где|когда|кто|як|скільки|чому|навіщо|що|де|коли|хто|왜|어떻게|얼마|언제|누가|몇|무엇|什么|如何|怎么|谁|几|多少|何|为何|なぜ|どう|いつ|誰|いくら)).*[а-яіїє가-힣ぁ-ん一-鿿].*)"
    r"[?？][\"”’»」]?\s*$",
    re.IGNORECASE | re.DOTALL,
)
# "'That is not true', he said when asked about reports that 300 had died": what is spoken of is others' claim.
_SPOKEN_OF = Cue(
    r"\b(?:said|asked|commenting|responding|reacting|replied|speaking) (?:of|about|on|to)\s(?:\w+\s){0,3}?(?:claims?|reports?|allegations?|accusations?|rumou?rs?|suggestions?)\b[^.;]*$"
)
# An adverb between commas doubts the clause it stands in: "Minsk, allegedly, sent 300".
_ASIDE = Cue(
    r",\s(?:reportedly|allegedly|apparently|possibly|perhaps|supposedly|предположительно|возможно|вероятно|якобы|по слухам|ймовірно|можливо|імовірно|нібито),\s?$",
    re.IGNORECASE,
)


# Doubt said first holds for the sentence; and reports, posts and rumours confirm nothing.
_INTRODUCED = re.compile(
    r"\s*(?:reportedly|allegedly|apparently|supposedly|presumably|purportedly|according to (?:unconfirmed|one (?:theory|version)|rumou?rs?|a rumou?r)|unconfirmed|rumou?r has it|if (?:confirmed|true)|should (?:the|these|those|this|it|they)\b[^,;]{0,40}\b(?:prove|be confirmed)|по неподтвержд|по слухам|предположительно|возможно|вероятно|за непідтвердж|за чутками|ймовірно|можливо|якобы|будто бы|нібито|начебто|если (?:это )?(?:подтвердится|правда)|якщо (?:це )?(?:підтвердиться|правда)|"
    r"未经证实|未經證實|据传|據傳|未確認|미확인|확인되지 않)",
    re.IGNORECASE,
)
_HEARSAY = re.compile(
    r"\s*(?:(?:some|local|several|social media|unconfirmed|early|initial|first|conflicting)\s)*(?:reports|posts|rumou?rs|accounts|chatter|talk|gossip|(?:telegram|social media) (?:channels|users|accounts))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a figure stands: its span in the sentence, and that of its clause."""

    text: str
    script: str
    start: int
    end: int
    left: int
    right: int

    def says(self, cues: Cues) -> bool:
        """Whether a cue stands in the clause of the figure."""
        return _says(cues, self.text, self.script, self.left, self.right)

    def nearer(self, cues: Cues, others: Cues) -> bool:
        """Whether the clause has one of `cues`, and has it nearer to the figure than any of `others`."""
        gap = self._gap(cues)
        return gap < math.inf and gap < self._gap(others)

    def _gap(self, cues: Cues) -> float:
        gaps = (
            first - self.end if first >= self.end else self.start - last
            for first, last in _spans(cues[self.script], self.text)
            if self.left <= first and last <= self.right
        )
        return min(gaps, default=math.inf)


def place_of(text: str, script: str, start: int, end: int) -> Place:
    """The place of the figure at start..end of a sentence."""
    left, right = clause(text, script, start, end)
    return Place(text=text, script=script, start=start, end=end, left=left, right=right)


def clause(text: str, script: str, start: int, end: int) -> tuple[int, int]:
    """The clause of a sentence that holds start..end."""
    left, right = 0, len(text)
    for first, last in _spans_as_written(_CLAUSE[script], text):
        written = text[first:last]
        if written.startswith("and") and not _FINITE.search(text, left, first):
            continue  # "12 trucks and 30 tanks will be sent": one clause
        if last <= start:
            left = first if written[:1].isalpha() or written[:1] == " " else last
        elif first >= end:
            right = first
            break
    if text[max(0, left - 1) : left] == "(" and not _WORD.search(text, left, right):
        # As in: a third of what they were in 2019 (24,500).
        return clause(text, script, left - 1, left - 1)[0], right
    return left, right


def certainty_of(place: Place, *, source: Source | None, role: Role, doubted: bool = False) -> Certainty:
    """The certainty a sentence gives its figure; `doubted` when words behind it say that nobody could check.

    Who says a figure does not unsay it: a denial by somebody else leaves it unconfirmed, one by the source denies it.
    """
    text, script = place.text, place.script
    if (answer := _answer(place, source)) is not None:
        return "denied" if answer else "unconfirmed"
    reach = source.covers if source else (0, len(text))
    unverified = _says(_UNCONFIRMED, text, script, *reach) and _says(_VERIFY, text, script, *reach)
    if _NOT.search(text, max(0, place.start - SHORT), place.start) or (
        source is not None and source.denies and not unverified
    ):
        return "denied"
    named = text[source.start : source.end] if source is not None else ""
    if (
        unverified
        or _ASIDE.search(text, max(0, place.left - SHORT), place.left)
        or _INTRODUCED.match(text)
        or _HEARSAY.match(named)
        or (place.says(_UNCONFIRMED) and not place.says(_SURE_FORECAST))
    ):
        return "unconfirmed"
    governs = max(place.left, source.verb_end if source and source.verb_end <= place.start else 0)
    denies = _says(_DENIES, text, script, governs, place.right)
    if denies or _says(_NEGATED, text, script, governs, place.right):
        return "unconfirmed" if denies and source is not None else "denied"
    foretold = source is not None and _PREDICTS.search(source.verb) is not None
    if role == "current" and (foretold or place.says(_FORECAST)):
        return "forecast"  # what it is compared with has been
    return (
        "unconfirmed"
        if doubted or (text.rstrip('"”’»」 ').endswith(("?", "？")) and _QUESTION.match(text))
        else "asserted"
    )


def _answer(place: Place, source: Source | None) -> bool | None:
    """Where the figure is what others claim: whether who answers says no to it."""
    text = place.text
    if source is not None and source.answers and place.start < source.start:
        return source.denies or _NO.search(text, source.verb_end) is not None
    if spoken := _SPOKEN_OF.search(text, 0, place.start):
        return _NO.search(text, 0, spoken.start()) is not None
    return None


def role_of(place: Place, *, year: int | None, several: bool) -> Role:
    """Whether the figure is what the text reports or what it compares with.

    "last year" alone dates a figure; beside another figure (`several`) it makes it the one compared with.
    """
    before = max(0, place.start - LONG), place.start
    beside = set_against(place.text, place.script, place.start, place.end)
    if beside == "with" or _FROM.search(place.text, *before):
        return "comparison"
    if beside == "beside":
        return "current"
    if place.script == "asian":
        compared = _asian_compared(place, year=year, several=several)
    elif _TO.search(place.text, *before):
        return "current"
    else:
        compared = _compared(place, year=year, several=several)
    return "comparison" if compared else "current"


def _asian_compared(place: Place, *, year: int | None, several: bool) -> bool:
    text, start = place.text, place.start
    if _DIFFERENCE.search(text[max(0, start - SHORT) : start]):
        return False  # 昨年より40人少ない
    # A cue before another figure is that figure's.
    before = _FIGURE.split(text[max(place.left, start - ASIAN_REACH) : start])[-1]
    cued = _COMPARISON["asian"].pattern.search(before) or (several and _WEAK["asian"].pattern.search(before))
    years = [
        int(match[1]) for match in _YEAR_BEFORE.finditer(text, max(place.left, start - ASIAN_YEAR), start)
    ]
    of_old = several and year is not None and bool(years) and years[-1] < year - 1
    return bool(of_old or cued or _THAN.match(text, place.end))


def _compared(place: Place, *, year: int | None, several: bool) -> bool:
    if place.nearer(_COMPARISON, _CURRENT):
        return True
    if (
        several
        and place.nearer(_WEAK, _CURRENT)
        and not _SINCE.search(place.text, place.left, place.start)
        and not _says(_COMPARISON, place.text, place.script, 0, len(place.text))
    ):
        return True
    if year is None:
        return False
    here = place.left, place.right
    years = [int(match[1]) for match in _OLD_YEAR.finditer(place.text, *here)]
    return bool(years) and max(years) < year and not _SINCE.search(place.text, *here)


def _says(cues: Cues, text: str, script: str, start: int, end: int) -> bool:
    """Whether a cue stands wholly in text[start:end]; the sentence is searched once for each cue."""
    found = _spans(cues[script], text)
    return bool(found) and any(start <= first and last <= end for first, last in found)


@lru_cache(maxsize=64)
def _spans(cue: Cue, text: str) -> tuple[tuple[int, int], ...]:
    return tuple(match.span() for match in cue.pattern.finditer(lowered(text))) if cue.may_match(text) else ()


@lru_cache(maxsize=8)
def _spans_as_written(cue: Cue, text: str) -> tuple[tuple[int, int], ...]:
    return tuple(match.span() for match in cue.finditer(text))

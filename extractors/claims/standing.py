"""How sure a figure is: asserted, denied, unconfirmed or a forecast."""

from __future__ import annotations

import re
from typing import Literal

from extractors.claims.cues import Cue
from extractors.claims.place import Place, by_script, says
from extractors.claims.roles import Role
from extractors.claims.saying_latin import CLAIM_WORDS
from extractors.claims.source import Source

Certainty = Literal["asserted", "denied", "unconfirmed", "forecast"]
_DENIES = by_script(
    latin=(
        rf"\b(?:den(?:y|ies|ied|ying)(?! (?:\w+ )?(?:entry|access|visas?|permission|bail|asylum|parole|leave)\b)|{CLAIM_WORDS}[^.;]{{0,80}} (?:was|were|been|is|are) (?:\w+ ){{0,2}}(?:dismissed|rejected)|"
        rf"(?<!were )(?<!was )(?<!be )(?<!been )(?<!are )(?<!is )(?:dismiss(?:ed|es|ing)?|reject(?:ed|s|ing)?)(?= (?:it|this|that|these|any)\b|[^.;]{{0,90}}?\b{CLAIM_WORDS}\b)|refut(?:ed|es)|rebut\w*|disput(?:ed|es))\b"
    ),
    cyrillic=(r"опроверг|отрица|отверг|спросту|запереч"),
    asian=(r"부인|일축|반박|否认|否認|驳斥|否定"),
)
_NEGATED = by_script(
    latin=(
        r"\b(?:no truth|no such|nothing of the (?:kind|sort)|(?:do|does) not exist|not true|false(?:ly)?|fake|fabricat\w*|untrue|did not|didn't|never (?:sent|happened|occurred|took place|supplied|existed|fired|had|lost|"
        r"crossed|deployed)|(?:has|have|had|was|were|is|are) not(?! (?:yet |immediately |so far |publicly )*(?:commented|responded|said|answered|disclosed|"
        r"replied|spoken|named|given|reported)\b)(?! (?:yet |been |be |immediately |officially |publicly |independently )*(?:verified|confirmed|clear|known))|hasn't|haven't|wasn't|weren't|"
        r"pure invention|a myth|hogwash|baseless|groundless|unfounded|hoax|nonsense|absurd|a lie|lies|fiction|invented|exaggerat\w*|bogus|made up|(?:was|were|is|are) wrong (?:to say|that|"
        r"when)|pure fantasy|incorrect)\b"
    ),
    cyrillic=(
        r"не соответству|не відповіда(?:є|ють)|никаких|ніяких|жодних|выдумк|клевет|наклеп|чушь|нісенітн|беспочв|голословн|безпідстав|ложь|ложн|фейк|вымысел|неправд|вигадк"
    ),
    asian=(
        r"사실이 아니|사실무근|거짓|허위|날조|근거 없|터무니|유언비어|捏造|子虚乌有|无中生有|無中生有|不属实|不屬實|毫无根据|谣言|谎言|事実無根|虚偽|でっち上げ|でたらめ|デタラメ|デマ|根拠(?:が|の)ない|あり得ない|不实|並未|并未|从未|事実ではない"
    ),
)
_UNCONFIRMED = by_script(
    latin=(
        r"\b(?:reportedly|allegedly|alleged|purported(?:ly)?|supposed(?:ly)?|unconfirmed|unverified|(?:could|can|have|has|had|were|was)(?: not|n't) (?:be |"
        r"been )?(?:yet )?(?:be |been )?(?:independently )?(?:verified|confirmed)|cannot be (?:independently )?(?:verified|confirmed)|"
        r"no independent (?:confirmation|verification)|without (?:any |offering |giving |providing |citing |producing |presenting )*(?:evidence|proof)|not (?:yet |been |be |immediately |officially |publicly |"
        r"independently )*(?:verified|confirmed)|could not (?:be )?(?:independently )?(?:verify|confirm)|rumou?r\w*|(?:is|are|was|were) (?:believed|thought|"
        r"feared|said|suspected|understood|rumou?red|presumed) to|believed (?:dead|killed|to be)|feared (?:dead|killed)|(?:may|might|could) have|(?:may|might|"
        r"could) be \w+ing|(?:may|might) already|appears? to have|apparently|suspected|(?:the|a|any|its|their) (?:reported|claimed|alleged|supposed|"
        r"purported) \w+|purport\w* to|(?:seem|appear)(?:s|ed)? to (?:show|confirm|indicate|depict|be|number)|what (?:appears?|appeared|seems?|seemed) to be|(?:thought|believed|said|rumou?red|estimated) to number|(?:not|un)\s?(?:\w+ )?(?:known|clear) (?:whether|if)|yet to (?:respond|reply|comment|confirm)|talk of|no (?:information|knowledge|record) (?:on|about|of)|(?:not|refus\w+ to|declin\w+ to) (?:say|confirm|disclose|comment on) (?:whether|if|that)|no (?:evidence|proof|indication) that|not (?:been )?ruled out|nobody has|(?:it|that) (?:is|was) (?:thought|believed|feared|rumou?red|said|understood) that|neither confirm\w* nor den\w+|(?:declined|"
        r"refused) to confirm|would not confirm|(?:thought|believed|feared|presumed|rumou?red) to (?:have|be)|it was not possible to (?:verify|check)|"
        r"no way (?:to|of) (?:verify|check)\w*|no confirmation|awaiting confirmation|unofficial(?:ly)?|possibly|perhaps|unclear whether|claims? that could not|"
        r"if (?:confirmed|true|verified|accurate|proven|proved)|supposedly|purportedly|presumably|presumed|prove(?:s|d)? (?:true|accurate|correct))\b"
    ),
    cyrillic=(
        r"предположительно|(?<!\w)мог(?:ли|ла|ло)\s|(?<!\w)міг\s|якобы|(?:могут|может) (?:находиться|быть|оставаться|удерживать\w*|скрываться)|будто бы|если (?:это )?(?:подтвердится|правда)|слух(?:и|ов|ам|ах)|(?:нет|не было) подтвержден|подтвержден\w+ [^.;]{0,40}?(?:нет|не было)|неподтвержд|не подтвержд|по неподтвержденн|возможно|вероятно|по слухам|"
        r"независимо подтвердить|неофициальн|нібито|ймовірно|(?:можуть|може) (?:перебувати|бути|залишатися|утримувати\w*|ховатися)|начебто|якщо (?:це )?(?:підтвердиться|правда)|чут(?:ки|ок|кам|ках)|(?:немає|нема|не було) підтвердж|підтвердж\w+ [^.;]{0,40}?(?:немає|нема|не було)|непідтвердж|не підтвердж|можливо|за чутками"
    ),
    asian=(
        r"미확인|사실이라면|사실로 (?:확인|드러)|확인될 경우|있을 가능성|풍문|루머|(?:이야기|얘기|말|설|첩보|제보)[가이도]? (?:나온|나돈|나돌|돈다|돌고|퍼지|흘러)|확인되지 않|것으로 알려|알려졌|소문|전해졌|전해진|가능성이|未经证实|未經證實|网传|網傳|传言|傳言|传闻|傳聞|盛传|若属实|如果属实|属实的话|据传|據傳|疑似|可能已|未确认|無法證實|无法证实|とみられ|事実なら|事実であれば|確認されれば|との情報(?:が|も)|噂|うわさ|もようだ|模様だ|未確認|とされる|可能性があ|確認されていない"
    ),
)
_FORECAST = by_script(
    latin=(
        r"\b(?:will|would|'ll|shall|(?:is|are|was|were) to (?!blame\b)\w+|(?:is|are|was|were) (?:expected|set|due|likely|poised|about|going|scheduled|slated|"
        r"planned|preparing|planning|projected|forecast) to|(?:is|are|was|were) (?:also )?due\b|expected to|expects? (?:to|at least|at most|as many|between|over|nearly|almost|roughly|fewer|another|up|more|some|about|around|"
        r"\d[\d.,]*)|expect\w* (?=.{0,40}\bto\b)|plan(?:s|ned|ning)? (?:to|on|for)|plans?|intend(?:s|ed)? to|(?:wants?|hopes?|seeks?) to|(?:wants?|urg(?:es?|ed|ing)|asks?|asked) (?:\w+ ){1,3}to|(?:could|may|might) be \w+ing [^.;]{0,40}?\bby (?:20\d\d|next|the end)|provides? for|envisag\w+|stipulat\w+|prepar(?:es|ed|ing) to|prepar(?:es|ed|"
        r"ing) (?:another|a further|\d[\d.,]*)|(?<!\bin )(?<!\bof )(?<!\bsince )(?<!\bby )(?<!\blast )(?<!\bthis )(?<!\bearly )(?<!\blate )(?<!\buntil )(?<!\d )(?:could|may|might) (?:also |still |soon |eventually |yet )?(?!(?:include|contain|represent|reflect|easily|barely|hardly|not|have|hear|see|afford|only|say|tell|confirm|"
        r"verify|recall|remember|count|already|be (?:seen|heard|counted|found|verified|confirmed|identified|reached|\w+ing))\b)[a-z]+|by (?:the )?end of (?:the|"
        r"this|next|20)|by (?:december|next|early|late|mid|year-end|spring|summer|autumn|winter|january|february|march|april|june|july|august|september|october|"
        r"november)|forecast(?:s|ed)?|predict(?:s|ed)?|project(?:s|ed|ion)|next (?:week|month|year)|in the coming|to be (?:sent|deployed|delivered|exchanged|"
        r"released|handed)|promis(?:ed|es|ing) (?:to|another|a further|\d[\d.,]*)|pledg(?:ed|es|ing) (?:to|another|\d[\d.,]*)|vow(?:ed|s) to|ready to send|"
        r"(?:aims?|means?) to|until (?:next|20\d\d) to|favou?rs? \w+ing|threaten\w* to|(?:is|are|was|were) (?:considering|weighing|mulling|contemplating|eyeing)|consider(?:s|ed)? \w+ing|call(?:s|ed|ing)? for|would like|ahead of)\b"
    ),
    cyrillic=(
        r"планиру|намерен|не исключ|затрон[еу]т|не виключ|прид[её]т\b|придут|прийд[еу]ть?\b|рассматрива\w+ (?:возможност|вопрос)|розгляда\w+ (?:можливіст|питанн)|рассчитыва|надеется|надеются|хотят|хочет|розрахову|сподіва|прагн|будет|будут|ожида|прогноз|собира(?:ет|ют)ся|готовит|к концу|до конца|может достичь|могут|(?<!\w)(?:може|может) (?!быть|бути)|плану|"
        r"має намір|мають намір|буде|очіку|збира|готу[єю]|переда(?:дут|дуть|ст)|отправ(?:ят|ит)\b|прибудут|постав(?:ят|ит)\b|вернут\b|пришл[её]т|направ(?:ят|"
        r"ит)\b|відправ(?:ить|лять)|прибуд(?:е|уть)|постав(?:ить|лять)|надішл|направ(?:ить|лять)|отрима(?:є|ють)|закупит|купит\b|купят\b|постро(?:ит|ят)\b|"
        r"произвед[еу]т|выпуст(?:ит|ят)\b|получ(?:ит|ат)\b|увелич(?:ит|ат)\b|сократ(?:ит|ят)\b|размест(?:ит|ят)\b|призов[еу]т|вывед[еу]т|верн[еу]т\b|"
        r"освобод(?:ит|ят)\b|обменя[ею]т|выдел(?:ит|ят)\b|приобрет[еу]т|выплат(?:ит|ят)\b|начн[еу]т|примут\b|состав(?:ит|ят)\b|превыс(?:ит|ят)\b|достигн[еу]т|"
        r"побуду(?:є|ють)|вироб(?:ить|лять)|випуст(?:ить|ять)|збільш(?:ить|ать)|розміст(?:ить|ять)|мобілізу(?:є|ють)|вивед(?:е|уть)|поверн(?:е|уть)\b|"
        r"звільн(?:ить|ять)|обміня(?:є|ють)|виділ(?:ить|ять)|придба(?:є|ють)|виплат(?:ить|ять)|почн(?:е|уть)|досягн(?:е|уть)|перевищ(?:ить|ать)|\w{3,}тим(?:е|"
        r"уть)\b|наступн\w+ (?:тижня|місяця|року)|на следующей неделе|в следующем|до кінця|може сягн|можуть"
    ),
    asian=(
        r"예정|기로 (?:했|합의|결정)|방침|검토 중|검토하고|다음 주|다음 달|내달|내년|계획|전망|예상|할 것|될 것|보낼|추가 파병할|내다봤|추진|될 수 있|할 수 있|이를 것|늘어날|可能(?:会|將|将|在|再)|考虑|考慮|打算|有意|寻求|力争|下周|下月|明年|预计|預計|将(?!军|领|近|士|官|校)|計劃|计划|拟|"
        r"可能(?:会|將|将)|有望|用意が(?:ある|あり)|検討|目指す|目指して|来週|来月|来年|予定|見通し|見込み|計画|予想|予測|派遣する方針|までに[^。」]{0,30}(?:る|う)(?:と|。|」|$)|까지[^.]{0,30}(?:보낸|파견한|배치한|투입한|늘린|줄인|도입한|생산한|짓는|만든)다"
    ),
)
# A word or two right before a figure.
SHORT = 24
_VERIFY = by_script(
    latin=(r"verif|confirm|evidence|proof"),
    cyrillic=(r"подтверд|підтвердж"),
    asian=(r"확인|证实|證實|確認"),
)
_SURE_FORECAST = by_script(
    latin=(r"\bwill\b|\bexpected to\b|\bby (?:20\d\d|next|the end of)\b|\bnext (?:year|month|week)\b"),
    cyrillic=(r"будут|будет|будуть|буде"),
    asian=(r"예정"),
)
# "30명으로 추정된다": where nobody is named who reckons so.
_ESTIMATED = Cue(r"추정된|推定され")
# "Reports of 22 arrests are being looked into": what only reports, claims and rumours tell, if nobody named denies it.
_ONLY_REPORTS = Cue(
    r"^\s*(?:When )?(?:asked|questioned|pressed) (?:about|whether|if|on)\b[^,]*$|"
    r"(?:^\s*(?:\w+ ){0,2}|\b(?:investigat\w+|look(?:s|ed|ing)? into|check\w*|aware of|prob\w+|examin\w+|verify\w*|studying|amid|respond\w* to) (?:\w+ ){0,2})"
    r"(?:reports?|claims?|allegations?|rumou?rs?|accounts?|speculation|suggestions?|accusations?) (?:of|that|about)\b[^,;]*$|"
    r"(?:появились|поступ\w+|есть|проверя\w+|распростран\w+|з['’]явил\w+|надійш\w+|є|перевіря\w+|поширю\w+) (?:\w+ )?(?:сообщени|информаци|слух|повідомленн|інформаці|чутк)\w*[^,;]*,?[^,;]*$",
    re.IGNORECASE,
)
_ONLY_REPORTS_BEHIND = Cue(
    r"다는 (?:\S+ )?(?:보도|주장|의혹|소문|첩보|제보|관측)|との(?:報道|情報|見方)|という(?:情報|報道|噂)|的(?:说法|传言|报道|消息)(?:有待|正在|尚)"
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
    r"\s*(?:whether|reportedly|allegedly|apparently|supposedly|presumably|purportedly|according to (?:unconfirmed|one (?:theory|version)|rumou?rs?|a rumou?r)|unconfirmed|rumou?r has it|if (?:confirmed|true)|should (?:the|these|those|this|it|they)\b[^,;]{0,40}\b(?:prove|be confirmed)|по неподтвержд|по слухам|предположительно|возможно|вероятно|за непідтвердж|за чутками|ймовірно|можливо|якобы|будто бы|нібито|начебто|если (?:это )?(?:подтвердится|правда)|якщо (?:це )?(?:підтвердиться|правда)|"
    r"未经证实|未經證實|据传|據傳|未確認|미확인|확인되지 않)",
    re.IGNORECASE,
)
_HEARSAY = re.compile(
    r"\s*(?:(?:some|local|several|social media|unconfirmed|early|initial|first|conflicting)\s)*(?:reports|posts|rumou?rs|accounts|chatter|talk|gossip|(?:telegram|social media) (?:channels|users|accounts))\b",
    re.IGNORECASE,
)


def certainty_of(place: Place, *, source: Source | None, role: Role, doubted: bool = False) -> Certainty:
    """The certainty a sentence gives its figure; `doubted` when words behind it say that nobody could check.

    Who says a figure does not unsay it: a denial by somebody else leaves it unconfirmed, one by the source denies it.
    """
    text, script = place.text, place.script
    if (answer := _answer(place, source)) is not None:
        return "denied" if answer else "unconfirmed"
    reach = source.covers if source else (0, len(text))
    unverified = says(_UNCONFIRMED, text, script, *reach) and says(_VERIFY, text, script, *reach)
    if _NOT.search(text, max(0, place.start - SHORT), place.start) or (
        source is not None and source.denies and not unverified
    ):
        return "denied"
    named = text[source.start : source.end] if source is not None else ""
    if (
        unverified
        or (source is None and _ESTIMATED.search(text, place.end, place.right))
        or _ASIDE.search(text, max(0, place.left - SHORT), place.left)
        or _INTRODUCED.match(text)
        or _HEARSAY.match(named)
        or (place.says(_UNCONFIRMED) and not place.says(_SURE_FORECAST))
    ):
        return "unconfirmed"
    governs = max(place.left, source.verb_end if source and source.verb_end <= place.start else 0)
    denies = says(_DENIES, text, script, governs, place.right)
    if denies or says(_NEGATED, text, script, governs, place.right):
        return "unconfirmed" if denies and source is not None else "denied"
    foretold = source is not None and _PREDICTS.search(source.verb) is not None
    if role == "current" and (foretold or place.says(_FORECAST)):
        return "forecast"  # what it is compared with has been
    unsure = doubted or _only_reported(place) or _is_asked(text)
    return "unconfirmed" if unsure else "asserted"


def _is_asked(text: str) -> bool:
    return text.rstrip('"”’»」 ').endswith(("?", "？")) and _QUESTION.match(text) is not None


def _only_reported(place: Place) -> bool:
    """Whether the figure is what reports, claims or rumours tell and nobody says."""
    text = place.text
    return bool(
        _ONLY_REPORTS.search(text, 0, place.start)
        or _ONLY_REPORTS_BEHIND.search(text, place.end, place.right)
    )


def _answer(place: Place, source: Source | None) -> bool | None:
    """Where the figure is what others claim: whether who answers says no to it."""
    text = place.text
    if source is not None and source.answers and place.start < source.start:
        return source.denies or _NO.search(text, source.verb_end) is not None
    if spoken := _SPOKEN_OF.search(text, 0, place.start):
        return _NO.search(text, 0, spoken.start()) is not None
    return None

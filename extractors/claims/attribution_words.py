"""The verbs and phrases that attribute a statement, in English, Russian and Ukrainian."""

from __future__ import annotations

import re

VERB = re.compile(
    r"(?<![\w-])(?:(?:has|have|had|also|later|earlier|then|further|repeatedly|previously|separately|initially|publicly|officially|formally|quickly|again)\s)*"
    r"(?:said|says|say|told|tells|claimed|claims(?! of| that were)|claim(?= that| to| \d| it| more| at)|reported(?!\sto\b)|reports(?=\s(?:that|\d|more|at|about|nearly|some))|announced|announces|stated|estimated(?!\s\d)|"
    r"estimates(?=\s(?:that|\d|more|at|about|nearly|some|the|as|up|between|around|casualties|losses|total|Russia|North))|estimate(?=\s(?:that|\d|more|at|about|some|the|up))|"
    r"neither confirm(?:s|ed)? nor den(?:y|ies|ied)|(?:fears?|hopes?)(?= that)|allege(?= that)|(?<=itnesses )saw|(?<=esidents )saw|(?<=eporters )saw|(?:estimates?|reports?|claims?|reckons?|thinks?|notes?|figures?|counts?)(?=[.,;”\"]|$)|(?:say|report|claim|estimate)(?=[.,;”\"]|\s(?:that|\d))|speaks? of|(?:called|branded|labelled|labeled|described)(?=\s[^.;]{3,90}?\b(?:nonsense|absurd|lies?|fiction|invented|inventions?|fabricat\w+|propaganda|fake|false|exaggerat\w+|untrue|bogus|groundless|baseless|fantasy)\b)|believes?|believed(?=\s(?:that|more|at|about|some|\d))|added|adds|confirmed|confirms|noted|notes(?= that)|warned|warns|alleged(?=\s(?:that|it|the|more|\d))|alleges|insisted|insists|"
    r"puts?(?=\s[^.;]{3,90}?\s(?:at|between|above|below|near|around|as high as)\s)|counted|counts(?=\s(?:at|more|\d))|recorded|documented|acknowledged|acknowledges|admits?|admitted|conceded|disclosed|revealed|"
    r"assessed|assesses|calculated|concluded|denied|denies|dismisse[sd]|rejects?|rejected|refuted|refutes|wrote|writes|predicted|predicts|forecasts?|expects?|suspects?|tallied|listed|maintains|argued|testified|declared|"
    r"reckons?|tracked|registered|verified|cited(?! by)|thinks?|shows?(?=\s(?:that|\d|more|at|about))|showed|suggests?|suggested|indicates?|indicated|pledged|promised|vowed|accuse[sd]|summoned|spoke of|speaks of|posted|tweeted|briefed|explained|stressed|asserted|asserts|observed|recounted|recalled|announc(?:es|ed)|published|released|holds that|informed|detected(?=\s(?:\d|more|at|about|some|the)))(?![\w-])",
    re.IGNORECASE,
)
DENYING = re.compile(
    r"\b(?:den(?:y|ies|ied)|called|branded|labell?ed|described|dismiss\w*|reject\w*|refut\w*|rebut\w*)\b|опроверг|назва|отриц|отверг|спросту|запереч",
    re.IGNORECASE,
)
ACCORDING = re.compile(
    r"(?:according to|as per|,\s?per|\bin the words of|as reported by|reported by|as stated by|confirmed by|cited by|denied by|dismissed by|rejected by|disputed by|refuted by|said by|published by|released by|estimated by|in a statement by|"
    r"based on (?:data|figures|estimates) (?:from|by)|figures from|data from|citing|quoting|by the (?:count|estimate|reckoning|tally) of|in the view of|attributed to|compiled by|counted by|provided by|verified by|documented by)\s+",
    re.IGNORECASE,
)
# A headline that begins with who says it, then a colon.
COLON = re.compile(
    r"\s*(?!(?:Update|Updated|Breaking|Live|Exclusive|Watch|Analysis|Explainer|Opinion|Video|Photos|Note|Correction|Factbox)\b)(?P<who>(?:[A-Z][\w.'’-]*|of|the|and|army|ministry|police|officials|spy|agency|source|sources|chief|minister|lawmaker|report)(?:\s(?:[A-Z][\w.'’-]*|of|the|and|army|ministry|police|officials|spy|agency|sources?|chief|minister|lawmaker|report|general|staff|intelligence)){0,5}):\s"
)
# "Kyiv's estimate of 300", "ministry figures put", "By Seoul's count 300 ..."
BARE_REPORT = re.compile(
    r"\b[Bb]y\s(?P<who>[\w.-]+(?:\s[\w.-]+){0,5}?['’]s)\s(?P<verb>(?:own\s)?(?:count|estimate|reckoning|tally|account|figures))\b"
)
# What may stand between the name and its verb.
TRAILING = re.compile(
    r"(?:\s+(?:has|have|had|also|later|earlier|then|further|repeatedly|previously|separately|initially|itself|himself|herself|reportedly|recently|meanwhile|however|would|will|could|not|did|does|do|"
    r"on (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|yesterday|today|in a statement|in a briefing|in a report|in an interview))+$"
)
# What starts a clause before the name.
BOUNDARY = re.compile(
    r"(?:[;:(—–]|\([^()]{2,30}\)\s?(?:--|-)\s|\s--?\s|[.!?…][\"”’]?\s|[\"“”](?=[\s])|\b(?:that|while|whereas|but|although|though|because|since|after|when|and|which|as|if|so|yet|where|until)\s(?!well\b|of\b))\s*"
)
LEADING = re.compile(
    r"\s*(?:(?:But|And|However|Meanwhile|Still|Yet|Earlier|Later|Separately|Also|On|In|Last|This|While|Although|As|Then|Now|Instead|Nevertheless|Nonetheless|Overall)\b,?\s+)"
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,?\s+|(?:week|month|year|Monday),?\s+)?|\s+|[\"“”'‘’(]+",
)
PRONOUN = re.compile(
    r"(?:it|he|she|they|who|which|the (?:agency|ministry|official|spokes\w+|statement|report|group|source|officer|service))",
    re.IGNORECASE,
)

_RU_SAY = (
    r"(?:сообщ(?:ил[аои]?|ают|ает|или)|заяв(?:ил[аои]?|ляют|ляет|или)|рассказал[аи]?|сказал[аи]?|утвержда(?:ют|ет|л[аи]?)|отмет(?:ил[аи]?)|уточнил[аи]?|добавил[аи]?|подтвердил[аи]?|пиш(?:ет|ут)|"
    r"написал[аи]?|передал[аои]?|переда(?:ет|ют)|счита(?:ют|ет|л[аи]?)|оценил[аи]?|оценива(?:ют|ет)|полага(?:ют|ет)|доложил[аи]?|признал[аи]?|объявил[аи]?|насчитал[аи]?|подсчитал[аи]?|опроверг(?:л[аои]|)|отрица(?:ют|ет|л[аи]?)|"
    r"говорится|говорит(?:ся)?|подчеркнул[аи]?|указал[аи]?|предупредил[аи]?|пояснил[аи]?|зафиксировал[аи]?|прогнозиру\w+|ожида(?:ют|ет)|"
    r"повідом(?:ив|ила|или|ило|ляє|ляють)|заяв(?:ив|ила|или|ило|ляє|ляють)|розпов(?:ів|іла|іли)|сказа(?:в|ла|ли)|стверджу(?:є|ють|вав)|зазнач(?:ив|ила|или)|уточни(?:в|ла|ли)|дода(?:в|ла|ли)|"
    r"підтверди(?:в|ла|ли)|пиш(?:е|уть)|написа(?:в|ла|ли)|переда(?:є|ють|в|ла)|вважа(?:є|ють)|оціни(?:в|ла|ли)|оціню(?:є|ють)|допові(?:в|ла)|визна(?:в|ла|ли)|оголоси(?:в|ла|ли)|спростува(?:в|ла|ли)|"
    r"запереч(?:ив|ила|ує|ують)|йдеться|наголоси(?:в|ла|ли)|вказа(?:в|ла|ли)|попереди(?:в|ла|ли)|поясни(?:в|ла|ли)|зафіксува(?:в|ла|ли)|очіку(?:є|ють))"
)
CYRILLIC_VERB = re.compile(
    rf"(?<!\w){_RU_SAY}(?!\w)(?=,?\s(?:что|що|о|об|про|как|як|в|у|не|,|\d|более|около|понад|близько|потер\w+|втрат\w+|лишь|только|лише|тільки|число|кількість|гибель|загибель|пленение|сообщения|повідомлення)|,)",
    re.IGNORECASE,
)
# "в посольстве назвали это вымыслом": who denies, in one breath with the denial.
CYRILLIC_DENIAL = re.compile(
    r"(?P<who>(?:в(?:о)?|у)\s[^,.;\d]{3,50}?|[А-ЯІЇЄ][^,.;\d]{2,40}?)\s(?P<verb>назва(?:ли|л|ла|ло|в))\s(?:\S+\s){0,6}?(?:вымысл|ложь|фейк|неправд|вигадк|дезинформ|дезінформ|абсурд|чуш|провокац|брехн)",
)
CYRILLIC_POST = re.compile(
    rf"(?:,|—|–|»,?\s—)\s(?:как|як|об этом|про це)?\s?(?P<verb>{_RU_SAY})\s(?:в(?:о)?\s(?:среду|понедельник|вторник|четверг|пятницу|субботу|воскресенье)\s|у\s(?:середу|понеділок|вівторок|четвер|п'ятницю|суботу|неділю)\s)?(?:(?:во?|у)\s)?(?P<who>(?!что|що|о\s|об\s|про\s)[^.;,:]{{2,90}}?)(?=[.;:,]|$)",
    re.IGNORECASE,
)
CYRILLIC_ACCORDING = re.compile(
    r"(?<!\w)(?:по\s(?:данным|словам|информации|оценк(?:е|ам)|сведениям|подсчетам|подсчётам|утверждению|версии|сообщени(?:ю|ям))|за\s(?:даними|словами|інформацією|оцінк(?:ою|ами)|підрахунками|версією|повідомленням)|"
    r"согласно(?:\sданным|\sоценк(?:е|ам)|\sинформации|\sдокладу|\sотчету)?|згідно\s(?:з|із)(?:\sданими|\sоцінками)?|со\sссылкой\sна|з\sпосиланням\sна|из\sдоклада|як\sповідом(?:ив|ила|или|ляє)|как\s(?:сообщ(?:ил[аи]?|ает|ают)|утвержда(?:ет|ют)|заяв(?:ил[аи]?|ляет|ляют)|пиш(?:ет|ут)|отмеча(?:ет|ют)|рассказал[аи]?)|як\s(?:стверджу(?:є|ють)|пиш(?:е|уть)|зазнача(?:є|ють)|розпов(?:ів|іла|іли)))\s"
    r"(?P<who>[^.;,:—]{2,90}?)(?=[.;,:—]|\s(?:в\sрезультате|погибл\w+|загинул\w+|потер\w+|за\s(?:сутки|неделю|добу|тиждень)|было|було|на\sфронте|в\sплен|около|более|понад|близько|не менее|до\s\d|\d)|$)",
    re.IGNORECASE,
)

"""Sources in Korean, Chinese and Japanese sentences."""

from __future__ import annotations

import re
from itertools import pairwise

from extractors.claims.source import Source

_KO_VERB = (
    r"(?:밝혔|밝히|말했|말하|전했|전하|보도했|보도하|발표했|발표하|주장했|주장하|추산했|추산하|추산된|보고했|보고하|설명했|설명하|파악했|파악하|파악한|분석했|분석하|추정했|추정하|덧붙였|강조했|부인했|부인하|전망했|전망하|경고했|"
    r"경고하|언급했|공개했|평가했|평가하|판단했|판단하|지적했|확인했|관측했|예상했|예상하|내다봤|일축했|반박했|알렸|집계했|집계하|통보했|보고 있|보고있|보고 있다|시인했|인정했|적시했|폭로했|진술했|증언했|탐지했|포착했|적었|썼다|기록했|명시했|답했|대답했|단언했|선언했|예고했|약속했|해명했|비판했|비난했|토로했|회고했|경고한)"
)
# "(서울=한빛통신) 문가은 기자 = ": where and by whom it was written is no part of what is said.
_KO_DATELINE = re.compile(
    r"\s*[(\[【][^)\]】]{2,30}[)\]】]\s*(?:[가-힣·\s]{2,20}?(?:기자|특파원|통신원)\s?)?=?\s*"
)
_KO_ACCORDING = re.compile(
    r"(?P<who>[^,.\"“”]{2,45}?)(?:에 따르면|에 의하면|을 인용해|를 인용해|을 인용하|를 인용하|을 보면|를 보면|을 종합하면|를 종합하면)"
)
# "뉴욕타임스는 관리를 인용해 보도했다": who cites is who says it.
_KO_CITES = re.compile(r"[은는이가]\s.*인용")
_KO_LAST = re.compile(
    rf"(?:라고|다고|냐고|자고|는지|을|를|것으로|다며|라며|[”\"]고|[”\"]라고)\s(?P<who>(?:[^\s,.]+\s){{0,6}}?[^\s,.]+?)(?:은|는|이|가|에서|측은|측이)\s(?:[^\s]{{1,10}}\s){{0,5}}?(?P<verb>{_KO_VERB})"
)
_KO_FIRST = re.compile(
    r"^[\s\"“'‘\[(]*(?:\S+\s?=\s?)?(?P<who>(?:[^\s,.]+\s){0,7}?[^\s,.]*[가-힣)\]A-Z])(?:은|는|측은|이|가)\s"
)
# Who is the topic of the sentence says it, unless another says it after a quotation.
_KO_TOPIC = re.compile(r"^[\s\"“'‘\[(]*(?:\S+\s?=\s?)?(?:[^\s,.]+\s){0,6}?[^\s,.]+(?:은|는)\s")
_KO_QUOTED = re.compile(r"(?:라고|다고|냐고|자고|는지|것으로|다며|라며|[”\"]고)\s?$")
# "돈을 훔쳤다고 경찰이 밝혔다": what was said ends inside what looked like the name.
_KO_QUOTATIVE = re.compile(r"(?:다고|라고|냐고|자고|것으로|는지|다며|라며)\s")
_DIGIT = re.compile(r"\d")
_KO_SAID = re.compile(_KO_VERB)
# "A매체는 셋이라고 보도했으나 B는 부인했다": two who speak.
_KO_THEN = re.compile(rf"{_KO_VERB}(?:으나|지만|는데|으며|며|고|면서),?\s")
# "그는", "이 관계자는": somebody named above.
_KO_PRONOUN = re.compile(
    r"(?:그|그녀|그들|이들|(?:이|같은|해당)\s(?:관계자|당국자|소식통|매체|통신|신문|방송|단체|장관|의원))"
)
_KO_DENY = re.compile(r"부인|일축|반박|사실이 아니|사실무근")
_ZH_SAID = r"(?:表示|称|稱|说(?!法|服|明书)|說(?!法)|宣布|指出|通报|通報|证实|證實|透露(?!姓名|身份)|估计|估計|认为|認為|报道|報道|報導|声称|聲稱|否认|否認|预计|預計|警告|公布|统计|披露|承认|预测|預測|推测|判断|指称|分析|驳斥|駁斥|反驳|强调|強調|表明|显示|顯示|写道|重申|反映|辟谣|坦言|确认|回应|记录|记载|列出)"
_ZH_ACCORDING = re.compile(
    r"(?:据|據|根据|根據)(?P<who>[^，,。；]{1,30}?)(?:报道|報道|報導|消息|称|稱|透露|统计|估计|估計|介绍|说|表示|通报|发布|公布|的数据|数据|资料|评估|的估计|情报|，|,)"
)
_ZH_FIRST = re.compile(
    rf"(?:^|[，,；。])\s?(?:但是?|不过|然而|而且?|同时|另外|另据)?(?P<who>[^，,。；：:]{{2,30}}?)(?:\d+日|周[一二三四五六日]|星期[一二三四五六日天]|昨天|今天|当天|則|则|也|还|并|此前|随后|曾|已|方面)*(?P<verb>{_ZH_SAID})(?!为|的)[：:，,]?"
)
# "这一说法尚未得到独立证实": nobody speaks.
_ZH_UNSAID = re.compile(
    r"(?:尚未|未能|无法|無法|没有|沒有|未经|未獲|未获|尚无|暂未|得到|难以|難以|独立|獨立)$"
)
_ZH_PRONOUN = re.compile(r"(?:他|她|他们|她们|该(?:官员|部|机构|发言人|报告|媒体|组织)|其)")
_ZH_POST = re.compile(
    rf"[，,”]\s?(?P<who>[^，,。；”]{{2,30}}?)(?:\d+日|周[一二三四五六日])?(?P<verb>{_ZH_SAID})。?$"
)
_JA_ACCORDING = re.compile(
    r"(?P<who>[^、。「」]{2,40}?)(?:によると|によれば|の発表によると|の(?:推計|推定|集計|話|説明|調べ|まとめ|発表|情報)では|によりますと)"
)
_JA_VERB = (
    r"(?:発表し|述べ|明らかにし|話し|伝え|主張し|推定し|推計し|報告し|説明し|語っ|指摘し|みている|見てい|認め|否定し|否認し|強調し|分析し|予測し|公表し|"
    r"報じ|確認し|警告し|とし(?=て(?:いる|おり|い))|訴え|発言し|証言し|見積も|打ち消し|反論し|答え|書い|投稿し|約束し|釈明し|批判し|非難し|宣言し|記し|表明し|示し|一蹴し)"
)
_JA_SAID = re.compile(rf"(?P<verb>{_JA_VERB})")
# "警察は17人と発表したが、病院は21人としている": two who speak.
_JA_THEN = re.compile(rf"{_JA_VERB}(?:た|ている|ており)?(?:が|ものの|のに対し)、")
_JA_PRONOUN = re.compile(r"(?:彼|彼女|彼ら|同氏|同省|同紙|同通信|同関係者|同当局者)")
_JA_POST = re.compile(
    r"と、?(?P<who>[^、。「」と]{2,30}?)(?:は|が)(?:\d+日に?|[^、。「」]{1,14}(?:で|に|へ|対して|通じて)、?)?(?:発表|述べ|明らか|話|伝え|主張|推定|報告|説明|語|指摘|みて|訴え|証言|表明|強調|発言|否定|警告|公表|認め|答え|明言)"
)
# "40人が逃げたとの報道について、報道官は": what stands before is what is spoken of.
_JA_OF = re.compile(r"(?:について|に対し|に対して|に関し|に関して)、(?P<who>[^、。「」]{2,40}?)(?:は|が)")
_JA_FIRST = re.compile(r"(?:^|、)(?P<who>[^、。「」]{2,40}?)(?:は|が)(?:\d+日|同日|この日|\d+日、)?、?")


def asian_sources(text: str) -> list[Source]:
    """Every attribution of the sentence."""
    if re.search(r"[가-힣]", text):
        return _korean(text)
    if re.search(r"[ぁ-んァ-ヴ]", text):
        return _japanese(text)
    return _chinese(text)


def _korean(text: str) -> list[Source]:
    """Clause by clause: each that ends in a verb of saying has its own source."""
    ends = [match.end() for match in _KO_THEN.finditer(text)]
    found: list[Source] = []
    for start, end in pairwise([0, *ends, len(text)]):
        found += [_moved(one, start) for one in _korean_clause(text[start:end])]
    return found


def _moved(one: Source, by: int) -> Source:
    """A source of a clause, as a source of the sentence."""
    covers = (one.covers[0] + by, one.covers[1] + by)
    return one._replace(start=one.start + by, end=one.end + by, covers=covers)


def _korean_clause(text: str) -> list[Source]:
    found: list[Source] = []
    if (dateline := _KO_DATELINE.match(text)) is not None:
        text = " " * dateline.end() + text[dateline.end() :]
    denies = _KO_DENY.search(text) is not None
    found += [
        one
        for one in _according(_KO_ACCORDING, text)
        if not _KO_CITES.search(text[one.start : one.covers[0]])
    ]
    topic = _KO_TOPIC.match(text)
    last = _KO_LAST.search(text)
    while last is not None and _DIGIT.search(last["who"]):
        last = _KO_LAST.search(text, last.end("who"))
    if last is not None:
        quoted = [match.end() for match in _KO_QUOTATIVE.finditer(text, *last.span("who"))]
        start = max([last.start("who"), *quoted])
        if topic is None or _KO_QUOTED.search(text[:start]):
            found.append(
                Source(
                    start=start,
                    end=last.end("who"),
                    covers=(0, max([last.start() + 1, *quoted])),
                    verb=last["verb"],
                    denies=denies,
                    pronoun=_KO_PRONOUN.fullmatch(text[start : last.end("who")]) is not None,
                )
            )
            return found
    verb = _last(_KO_SAID, text)
    first = _KO_FIRST.search(text)
    if verb is not None and first is not None and not found:
        found.append(
            Source(
                start=first.start("who"),
                end=first.end("who"),
                covers=(first.end(), verb.end()),
                verb=verb[0],
                denies=denies,
                pronoun=_KO_PRONOUN.fullmatch(first["who"]) is not None,
            )
        )
    return found


def _chinese(text: str) -> list[Source]:
    found: list[Source] = []
    matches = [match for match in _ZH_FIRST.finditer(text) if not _ZH_UNSAID.search(match["who"])]
    for place, match in enumerate(matches):
        end = matches[place + 1].start() if place + 1 < len(matches) else len(text)
        denies = match["verb"] in {"否认", "否認", "驳斥", "駁斥", "反驳", "辟谣"}
        last = not text[match.end() :].strip('。.！! ”"')
        found.append(
            Source(
                start=match.start("who"),
                end=match.end("who"),
                covers=(0, match.start()) if last else (match.end(), end),
                verb=match["verb"],
                denies=denies,
                pronoun=_ZH_PRONOUN.fullmatch(match["who"]) is not None,
            )
        )
    for match in _ZH_ACCORDING.finditer(text):
        found = [one for one in found if not one.start <= match.start("who") <= one.end]
        found.append(
            Source(
                start=match.start("who"),
                end=match.end("who"),
                covers=(match.end("who"), len(text)),
                verb="据",
            )
        )
    if not found and (post := _ZH_POST.search(text)) and not _ZH_UNSAID.search(post["who"]):
        found.append(
            Source(start=post.start("who"), end=post.end("who"), covers=(0, post.start()), verb=post["verb"])
        )
    return found


def _japanese(text: str) -> list[Source]:
    """Clause by clause: each that ends in a verb of saying has its own source."""
    ends = [match.end() for match in _JA_THEN.finditer(text)]
    found: list[Source] = []
    for start, end in pairwise([0, *ends, len(text)]):
        found += [_moved(one, start) for one in _japanese_clause(text[start:end])]
    return found


def _japanese_clause(text: str) -> list[Source]:
    found = _according(_JA_ACCORDING, text)
    verb = _last(_JA_SAID, text)
    if verb is None or found:
        return found
    denies = any(word in verb[0] for word in ("否定", "否認", "打ち消", "一蹴"))
    post = _JA_POST.search(text)
    first = post or _JA_OF.search(text[: verb.start()]) or _JA_FIRST.search(text[: verb.start()])
    if first is None:
        return found
    of_it = first.re is _JA_OF
    covers = (0, first.start()) if post else (0 if of_it else first.end(), len(text))
    start, end = first.span("who")
    pronoun = _JA_PRONOUN.fullmatch(first["who"]) is not None
    return [Source(start=start, end=end, covers=covers, verb=verb[0], denies=denies, pronoun=pronoun)]


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return next(reversed(list(pattern.finditer(text))), None)


def _according(pattern: re.Pattern[str], text: str) -> list[Source]:
    return [
        Source(start=match.start("who"), end=match.end("who"), covers=(match.end(), len(text)), verb=match[0])
        for match in pattern.finditer(text)
    ]

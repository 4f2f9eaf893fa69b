"""Sources in Korean, Chinese and Japanese sentences."""

from __future__ import annotations

import re

from extractors.claims.source import Source

_KO_VERB = (
    r"(?:밝혔|밝히|말했|말하|전했|전하|보도했|보도하|발표했|발표하|주장했|주장하|추산했|추산하|추산된|보고했|보고하|설명했|설명하|파악했|파악하|파악한|분석했|분석하|추정했|추정하|덧붙였|강조했|부인했|부인하|전망했|전망하|경고했|"
    r"경고하|언급했|공개했|평가했|평가하|판단했|판단하|지적했|확인했|관측했|예상했|예상하|내다봤|일축했|반박했|알렸|집계했|집계하|통보했|보고 있|보고있|보고 있다|시인했|인정했|적시했|폭로했|진술했|증언했|탐지했|포착했)"
)
# "(서울=한빛통신) 문가은 기자 = ": where and by whom it was written is no part of what is said.
_KO_DATELINE = re.compile(
    r"\s*[(\[【][^)\]】]{2,30}[)\]】]\s*(?:[가-힣·\s]{2,20}?(?:기자|특파원|통신원)\s?)?=?\s*"
)
_KO_ACCORDING = re.compile(
    r"(?P<who>[^,.\"“”]{2,45}?)(?:에 따르면|에 의하면|을 인용해|를 인용해|을 인용하|를 인용하)"
)
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
_KO_SAID = re.compile(_KO_VERB)
_KO_DENY = re.compile(r"부인|일축|반박|사실이 아니|사실무근")
_ZH_SAID = r"(?:表示|称|稱|说|說|宣布|指出|通报|通報|证实|證實|透露|估计|估計|认为|認為|报道|報道|報導|声称|聲稱|否认|否認|预计|預計|警告|公布|统计|披露|承认|预测|預測|推测|判断|指称|分析)"
_ZH_ACCORDING = re.compile(
    r"(?:据|據|根据|根據)(?P<who>[^，,。；]{1,30}?)(?:报道|報道|報導|消息|称|稱|透露|统计|估计|估計|介绍|说|表示|通报|发布|公布|的数据|数据|资料|评估|的估计|情报|，|,)"
)
_ZH_FIRST = re.compile(
    rf"(?:^|[，,；。])\s?(?P<who>[^，,。；：:]{{2,30}}?)(?:\d+日|周[一二三四五六日]|星期[一二三四五六日天]|昨天|今天|当天|則|则|也|还|并|此前|随后|曾|已|方面)*(?P<verb>{_ZH_SAID})(?!为|的)[：:，,]?"
)
_ZH_POST = re.compile(
    rf"[，,”]\s?(?P<who>[^，,。；”]{{2,30}}?)(?:\d+日|周[一二三四五六日])?(?P<verb>{_ZH_SAID})。?$"
)
_JA_ACCORDING = re.compile(
    r"(?P<who>[^、。「」]{2,40}?)(?:によると|によれば|の発表によると|の推計では|の推定では|の集計では|によりますと)"
)
_JA_SAID = re.compile(
    r"(?P<verb>発表し|述べ|明らかにし|話し|伝え|主張し|推定し|推計し|報告し|説明し|語っ|指摘し|みている|見てい|認め|否定し|否認し|強調し|分析し|予測し|公表し|報じ|確認し|警告し)"
)
_JA_FIRST = re.compile(r"(?:^|、)(?P<who>[^、。「」]{2,40}?)(?:は|が)(?:\d+日|同日|この日|\d+日、)?、?")


def asian_sources(text: str) -> list[Source]:
    """Every attribution of the sentence."""
    if re.search(r"[가-힣]", text):
        return _korean(text)
    if re.search(r"[ぁ-んァ-ヴ]", text):
        return _japanese(text)
    return _chinese(text)


def _korean(text: str) -> list[Source]:
    found: list[Source] = []
    if (dateline := _KO_DATELINE.match(text)) is not None:
        text = " " * dateline.end() + text[dateline.end() :]
    denies = _KO_DENY.search(text) is not None
    found += _according(_KO_ACCORDING, text)
    topic = _KO_TOPIC.match(text)
    last = _KO_LAST.search(text)
    if (
        last is not None
        and not re.search(r"\d", last["who"])
        and (topic is None or _KO_QUOTED.search(text[: last.start() + 3]))
    ):
        quoted = [match.end() for match in _KO_QUOTATIVE.finditer(text, *last.span("who"))]
        found.append(
            Source(
                start=max([last.start("who"), *quoted]),
                end=last.end("who"),
                covers=(0, max([last.start() + 1, *quoted])),
                verb=last["verb"],
                denies=denies,
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
            )
        )
    return found


def _chinese(text: str) -> list[Source]:
    found: list[Source] = []
    matches = list(_ZH_FIRST.finditer(text))
    for place, match in enumerate(matches):
        end = matches[place + 1].start() if place + 1 < len(matches) else len(text)
        denies = match["verb"] in {"否认", "否認"}
        last = not text[match.end() :].strip('。.！! ”"')
        found.append(
            Source(
                start=match.start("who"),
                end=match.end("who"),
                covers=(0, match.start()) if last else (match.end(), end),
                verb=match["verb"],
                denies=denies,
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
    if not found and (post := _ZH_POST.search(text)):
        found.append(
            Source(start=post.start("who"), end=post.end("who"), covers=(0, post.start()), verb=post["verb"])
        )
    return found


def _japanese(text: str) -> list[Source]:
    found: list[Source] = []
    found += _according(_JA_ACCORDING, text)
    verb = _last(_JA_SAID, text)
    if verb is not None and not found:
        subjects = list(_JA_FIRST.finditer(text[: verb.start()]))
        post = re.search(
            r"と(?P<who>[^、。「」と]{2,30}?)(?:は|が)(?:\d+日に?)?(?:発表|述べ|明らか|話|伝え|主張|推定|報告|説明|語|指摘|みて)",
            text,
        )
        if post is not None:
            found.append(
                Source(
                    start=post.start("who"),
                    end=post.end("who"),
                    covers=(0, post.start()),
                    verb=verb[0],
                    denies="否定" in text or "否認" in text,
                )
            )
        elif subjects:
            first = subjects[0]
            found.append(
                Source(
                    start=first.start("who"),
                    end=first.end("who"),
                    covers=(first.end(), len(text)),
                    verb=verb[0],
                    denies="否定" in verb[0] or "否認" in verb[0],
                )
            )
    return found


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return next(reversed(list(pattern.finditer(text))), None)


def _according(pattern: re.Pattern[str], text: str) -> list[Source]:
    return [
        Source(start=match.start("who"), end=match.end("who"), covers=(match.end(), len(text)), verb=match[0])
        for match in pattern.finditer(text)
    ]

"""The exemptions of 《广告绝对化用语执法指南》 (市场监管总局公告2023年第6号), as patterns that are tried on every hit.

Article 5: the word does not point at what is sold, so the rule does not apply. Article 6: it does point at it, but
states a fact that can be shown; until somebody shows it the hit stays, as a warning that names the proof to bring.
A pattern looks only at the clause of the hit. What was tried, and on which words, is part of the evidence.
"""

import re
from dataclasses import dataclass

from kaibo.language.contracts import Tried

GUIDE = "《广告绝对化用语执法指南》"


@dataclass(frozen=True, slots=True)
class Exemption:
    """One clause. `pattern` is searched in the clause around the hit, which it sees as `{…}`."""

    name: str
    clause: str
    pattern: re.Pattern[str]
    needs_proof: bool


def _of(name: str, clause: str, pattern: str, *, needs_proof: bool) -> Exemption:
    return Exemption(name, GUIDE + clause, re.compile(pattern), needs_proof)


_ALL = (
    _of(
        "attitude",
        "第五条第（一）项",
        r"(?:以|用|秉承|秉持|坚持|提供|献上|奉上|带着|尽)[^{}]{0,8}\{[^{}]*\}(?:的)?[^{}]{0,4}(?:服务|态度|诚意|努力|热情|用心)"
        r"|(?:服务|态度|理念|宗旨|初心|信念|文化|精神)[^{}]{0,8}\{[^{}]*\}"
        r"|\{[^{}]*\}(?:的)?(?:服务态度|经营理念|企业文化|诚意|祝福|心意|祝愿)"
        r"|(?:顾客|客户|安全|质量|品质|用户|服务|信誉|诚信)(?:永远|始终)?\{第一\}",
        needs_proof=False,
    ),
    _of(
        "goal",
        "第五条第（二）项",
        r"(?:争取|力争|争做|努力|追求|目标|致力于|希望|愿景|立志|梦想|想要?|要)(?:做|成为|做到|打造|达到|是)?[^{}]{0,8}\{[^{}]*\}",
        needs_proof=False,
    ),
    _of(
        "not_the_product",
        "第五条第（三）项",
        r"(?:我|我们|咱们?|你|您|大家|家人们?|宝宝们?|姐妹们?|心情|人生|妈妈|孩子)[^{}]{0,4}\{最[^{}]*\}(?:的)?"
        r"(?:宝宝|家人|姐妹|朋友|粉丝|老师|心情|时光|人|你|您|回忆|事|样子)",
        needs_proof=False,
    ),
    _of(
        "own_comparison",
        "第六条第（一）项",
        r"(?:本店|我家|我们家|咱家|自家|店里|店内|本品牌|品牌内|同系列|本系列|系列中|历代|我们(?:店|品牌))[^{}]{0,10}\{[^{}]*\}"
        r"|\{[^{}]*\}[^{}]{0,6}(?:一代|一款|的一版|的一次)[^{}]{0,4}(?:在|于)?(?:本店|我家|自家|本品牌|历代)",
        needs_proof=True,
    ),
    _of(
        "tip",
        "第六条第（二）项",
        r"\{最佳\}(?:的)?(?:食用|使用|饮用|赏味|品尝|保存|储存|贮存|服用|观看|拍摄|穿着|观赏|种植|清洗)"
        r"|(?:食用|使用|饮用|赏味|保存|储存|冷藏|温度|时间|时期|口感|效果)[^{}]{0,6}\{最(?:佳|好)\}"
        r"|\{最(?:佳|好)\}(?:的)?(?:时间|时期|温度|保质期|赏味期|搭配|方法)",
        needs_proof=False,
    ),
    _of(
        "graded_standard",
        "第六条第（三）项",
        r"(?:GB|QB|NY|SB|LY|FZ|GH|T/)[/T ]*\d+|(?:国家标准|国标|行业标准|行标|地方标准|团体标准)"
        r"|\{(?:特级|顶级|极品)\}(?:初榨|茶|绿茶|红茶|酱油|果|大米|面粉|干贝)",
        needs_proof=True,
    ),
    _of(
        "name_or_mark",
        "第六条第（四）项",
        r"[「『“\"《][^」』”\"》{}]{0,12}\{[^{}]*\}[^」』”\"》{}]{0,12}[」』”\"》]|\{[^{}]*\}(?:牌|®|™)|(?:品牌|商标|型号|款名|名叫|叫做?)[^{}]{0,3}\{",
        needs_proof=True,
    ),
    _of(
        "award",
        "第六条第（五）项",
        r"(?:荣获|获得|获评|获|斩获|拿下|评为|入选|被评|授予)[^{}]{0,16}\{[^{}]*\}|\{[^{}]*\}[^{}]{0,6}(?:奖|称号|奖项|金奖|大奖)",
        needs_proof=True,
    ),
    _of(
        "limited_fact",
        "第六条第（六）项",
        r"(?:\d{2,4}年|\d{1,2}月|\d{1,2}日|上半年|下半年|季度|双十?[1一]|618|截至|截止|据|数据|统计)[^{}]{0,24}\{[^{}]*\}"
        r"|\{[^{}]*\}[^{}]{0,10}(?:数据(?:来源|显示)|统计|来源[:：])"
        r"|(?:20)\d\d[^{}]{0,16}(?:销量|销售额|市场占有率|市占率)[^{}]{0,6}\{",
        needs_proof=True,
    ),
)
EXEMPTIONS: dict[str, Exemption] = {one.name: one for one in _ALL}

_CLAUSE_END = re.compile(r"[。！？!?;；\n]")


def try_all(names: tuple[str, ...], text: str, start: int, end: int) -> tuple[Tried, ...]:
    """Every named exemption with its outcome, in the order given."""
    before, after = text[max(0, start - 60) : start], text[end : end + 60]
    if ends := list(_CLAUSE_END.finditer(before)):
        before = before[ends[-1].end() :]
    if ended := _CLAUSE_END.search(after):
        after = after[: ended.start()]
    clause = f"{_unmarked(before)}{{{_unmarked(text[start:end])}}}{_unmarked(after)}"
    return tuple(_tried(EXEMPTIONS[name], clause) for name in names)


def _tried(exemption: Exemption, clause: str) -> Tried:
    found = exemption.pattern.search(clause)
    words = found[0].replace("{", "").replace("}", "") if found else ""
    return Tried(exemption.name, exemption.clause, found is not None, words, exemption.needs_proof)


def _unmarked(text: str) -> str:
    return text.replace("{", "(").replace("}", ")")

"""Invented bulletins of any length: the genre's sentences with numbers of every kind, the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Final

_ONES: Final = "零一二三四五六七八九"
SHARE: Final = 0.3

FRAMES: Final = (
    "{date}，{area}开展{name}，共出动{many}人次、车辆{some}台次，检查{things}{some}家。",
    "各级共派出检查组{few}个，检查企业{some}户，发现问题隐患{some}处，其中当场整改{few}处、限期整改{few}处。",
    "截至{date}{clock}，累计走访{wan}余户，收集诉求{some}件，办结{some}件，办结率{share}%。",
    "{area}{chinese}个县（市、区）参加，设置宣传点{some}个，发放资料{wan}份，受教育群众近{round}万人次。",
    "第{chinese}轮督导抽查{few}个单位，在岗率{share}%，比上一轮提高{point}个百分点。",
    "依据〔2023〕{few}号文件要求，{days}天内完成整改的占{chinese}成以上。",
    "全省连续{months}个月未发生较大以上事故，今年以来接报火情{few}起，同比下降{share}%。",
    "投入资金约{round}万元，改造小区{few}个、楼栋{some}栋，惠及居民{many}户。",
    "值班电话{phone}，{clock}至次日{clock}有专人值守，抽查{few}次，到岗{some}人次。",
    "{name}期间，举办活动{few}场，线上观看{round}.{digit}亿人次，参与答题{wan}人。",
    "会议强调，要以“{chinese}个到位”抓好{things}整治，严防死伤{chinese}人以上事故。",
    "{area}查处酒驾{some}起、醉驾{few}起，调解纠纷{some}件，服务群众超过{round}万人次。",
    "本次共核查台账{wan}条，订正{some}条，退回{few}条，逾{round}万条一次通过。",
    "为期{chinese}天的行动分{chinese}个阶段推进，{date}前各地上报小结{few}份。",
    "检修线路{some}公里、设备{few}套，排除故障{few}处，恢复供水{many}吨。",
)
# A bulletin has a numeral in about every thirtieth character: most of its sentences are words.
WORDS: Final = (
    "{area}把{name}作为当前重点任务，主要负责同志靠前指挥，分管负责同志逐项督办，层层压紧责任。",
    "各单位坚持边查边改，对{things}存在的突出问题建立清单，明确责任人和完成时限，逐项销号。",
    "在{name}中，工作人员进门入户讲解政策，耐心解答群众疑问，现场收集意见建议并当场登记。",
    "{area}加强部门联动和信息共享，对重点部位、重点时段增派力量，及时发现并妥善处置苗头隐患。",
    "对工作推进缓慢的地方，督导组当面反馈问题，约谈有关负责人，要求限期拿出整改方案。",
    "志愿者走进{things}开展宣传，用身边事讲身边理，引导群众自觉参与，营造了良好氛围。",
    "下一步，{area}将总结经验做法，完善长效机制，把{name}同日常管理结合起来，持续巩固成果。",
    "针对夜间和节假日人员流动大的特点，{area}优化勤务安排，做到问题早发现、早报告、早处理。",
    "有关部门对反映集中的事项进行会商，能马上解决的马上解决，需要协调的列入台账跟踪办理。",
)
NAMES: Final = ("夜间巡防行动", "安全检查", "文明服务月", "入户走访", "消防演练", "防汛备勤", "网络安全宣传")
THINGS: Final = ("场所", "商铺", "工地", "加油站", "旅馆", "学校周边门店")
AREAS: Final = ("全省", "全市", "该区", "各街道", "辖区", "三个片区")
HEADS: Final = ("基本情况", "检查整治", "宣传服务", "存在问题", "下步安排")


def text(length: int, seed: str = "yibiao/bench") -> str:
    """At least ``length`` characters, cut at that many: headings and paragraphs of three to six sentences."""
    made: list[str] = []
    total = 0
    for paragraph in _paragraphs(Random(seed)):  # noqa: S311 (invented text, not secrets)
        made.append(paragraph)
        total += len(paragraph) + 1
        if total > length:
            break
    return "\n".join(made)[:length]


def _paragraphs(random: Random) -> Iterator[str]:
    serial = 0
    while True:
        if serial % 4 == 0:
            yield f"{_ONES[serial // 4 % 9 + 1]}、{random.choice(HEADS)}"
        yield "".join(_sentence(random) for _ in range(random.randint(3, 6)))
        serial += 1


def _sentence(random: Random) -> str:
    return random.choice(FRAMES if random.random() < SHARE else WORDS).format_map(_Slots(random))


class _Slots(dict[str, str]):
    """Fills every slot of a frame anew."""

    def __init__(self, random: Random) -> None:
        super().__init__()
        self.random = random

    def __missing__(self, key: str) -> str:
        return _FILLS[key](self.random)


_FILLS: Final[Mapping[str, Callable[[Random], str]]] = {
    "date": lambda random: f"{random.randint(1, 12)}月{random.randint(1, 28)}日",
    "clock": lambda random: f"{random.randint(0, 23)}时",
    "area": lambda random: random.choice(AREAS),
    "name": lambda random: random.choice(NAMES),
    "things": lambda random: random.choice(THINGS),
    "few": lambda random: str(random.randint(2, 60)),
    "some": lambda random: str(random.randint(100, 9999)),
    "many": lambda random: str(random.randint(10_000, 900_000)),
    "wan": lambda random: f"{random.randint(10, 990) / 10:.1f}万",
    "round": lambda random: str(random.randint(2, 90)),
    "digit": lambda random: str(random.randint(1, 9)),
    "share": lambda random: f"{random.randint(10, 990) / 10:.1f}",
    "point": lambda random: f"{random.randint(1, 99) / 10:.1f}",
    "chinese": lambda random: random.choice(("两", "三", "四", "五", "八", "十", "十二", "二十")),
    "days": lambda random: str(random.choice((3, 7, 15, 30))),
    "months": lambda random: str(random.randint(3, 30)),
    "phone": lambda random: f"0431-{random.randint(80000000, 89999999)}",
}

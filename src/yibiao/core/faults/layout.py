"""Faults of layout: torn and repeated paragraphs, an end without a stop, a line that begins with a bare quantity."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from yibiao.core.faults.paragraphs import HAN, TERMINAL, Paragraph, paragraphs
from yibiao.core.faults.types import DUPLICATE, ORPHAN, TORN, TORN_OR_UNENDED, TRUNCATED, Fault

# A paragraph that begins so is body text, however short: no heading, caption or label does.
_BODY: Final = re.compile(
    r"(?:据悉|据了解|据介绍|据统计|据通报|此外|除此之外|与此同时|另外|不仅如此|下一步|接下来|值得一提的是|值得注意的是|截至目前"
    r"|在此基础上|(?:日前|近日)?[，,]?记者(?:日前|近日|今天)?从[^，,]{2,16}(?:获悉|了解到))[，,]"
    r"|[本又][报网台]?讯[\s（(]"
)
# A long paragraph of several clauses that begins so is body text too.
_LONG_BODY: Final = re.compile(
    r"为(?:了|确保|进一步|切实|深入|全面|有效|认真)|(?:行动|活动|假期|节日|会议)(?:期间|中)[，,]|按照|根据"
)
# A paragraph that begins so is nearly always body text; a second sign is wanted.
_LIKELY_BODY: Final = re.compile(
    r"(?:为(?:确保|进一步|切实|深入|全面|有效|认真|了|贯彻|加强|推动|推进|提高|提升|营造|保障|做好|减少|增强|严厉|规范)"
    r"|按照|根据|依据|近日|日前|目前|当前|连日来|今年|去年|近年来|行动|活动|会议|假期|节日|期间|同时|其中|针对|通过|截至"
    r"|[各该本我全省市县区][\u3400-\u9fff]{1,14}[，,]|\d)"
)
# A paragraph that begins so begins anew: what stood before it was not meant to go on here.
_ANEW: Final = re.compile(
    r"据悉|据了解|据介绍|据统计|据通报|此外|除此之外|与此同时|同时[，,]|另外[，,]|不仅如此|下一步|接下来|值得一提"
    r"|近日|日前|目前|当前[，,]|连日来|今年|去年|近年来|近期|截至|截止|自\d|今[日天]|昨[日天]|为(?:确保|进一步|切实|深入|全面|有效|认真|了|贯彻)"
    r"|行动[中期]|活动[中期现]|会[议上前后]|[本报网台刊]{2}[讯记]|新华|记者|通讯员|最后[，,]|首先|其次|再次|总之|因此[，,]|但是|然而|不过[，,]"
    r"|(?:\d{4}年)?\d{1,2}月\d{1,2}日|\d{4}年|[全各我][省市县区州国地级]"
)
# Words that cannot end a clause: what they lead to is missing.
_DANGLING: Final = re.compile(
    r"(?:以及|并且|而且|或者|进一步|切实|不断|积极|分别|累计|共计|总计|按照|根据|通过|对于|关于|由于|因为|以便|从而|正在|各级|为了|随着"
    r"|(?<![共总平祥温缓饱谐柔中])和|(?<![参给授赋])与|(?<![普涉以顾触危提波])及|(?<![健即大名干])将|(?<![植棉])被"
    r"|(?<![自])各|(?<![应活])该|(?<![门等次])第|[、“‘《（〈]"
    r"|(?<![安健齐周保完成双俱两顾求万十不大])全)$"
)
# A last clause that is only an adverb and a verb: its object is missing.
_NO_OBJECT: Final = re.compile(
    r"[，,、](?:进一步|切实|不断|着力|全力|积极|深入|认真|全面|有效|严格)[\u3400-\u9fff]{2}$"
)
# No sentence begins with these.
_HEADLESS: Final = re.compile(
    r"的(?![士确哥])|了(?!解|然|却|结|不|望|无)|们|次[，。；、,]|[、，。；！？：,](?=[\u3400-\u9fff“《])"
)
_OPENING: Final = {"“": "”", "‘": "’", "《": "》", "（": "）", "(": ")", "【": "】", "「": "」", "『": "』", "〈": "〉"}
_CLOSING: Final = {close: opening for opening, close in _OPENING.items()}
# A last clause that ends so may well be complete: only the full stop is missing.
_COMPLETE: Final = re.compile(
    r"(?:[\d０-９]|[万亿千百十余多])\s?(?:人次|户次|家次|台次|辆次|场次|个|处|项|件|起|人|户|家|份|条|名|次|场|辆|台|册|部|吨|元|亩|公里|所|栋|套|支)$|[%％]$"
    r"|(?:好评|欢迎|肯定|赞誉|一致|基础|保障|支撑|氛围|效果|成效|作用|贡献|力量|水平|能力|意识|目标|平安|稳定|有序|平稳|安全|和谐|防线|感|局面|格局"
    r"|合力|屏障|根基|落实|到位|环境|提升|提高|增强|进行|开展|问题|情况|要求|部署|任务|责任|措施|机制|工作|活动|行动|发展|建设|实处|底线|发生|防控)$"
)
# Words of the genre that a page break may cut in two.
_TWO_CHARS: Final = """
全面 全力 全省 全市 全县 全区 全国 全体 全民 全警 全程 全域 全员 全年 步骤 步伐 安全 生产 工作 检查
排查 整治 整改 隐患 问题 措施 责任 落实 部署 要求 组织 开展 进行 加强 强化 推进 推动 提高 提升 确保
保障 保护 防范 防控 防火 防汛 消防 应急 管理 监管 监督 执法 督导 督促 督查 宣传 教育 培训 演练 活动
行动 会议 通知 通报 部门 单位 企业 行业 领域 重点 重大 重要 区域 路段 场所 社区 农村 学校 机关 群众
人员 民警 警力 干部 领导 党委 政府 基层 街道 乡镇 村民 居民 车辆 道路 交通 驾驶 违法 犯罪 案件 嫌疑
打击 查处 查获 抓获 破获 处罚 处置 处理 治理 治安 巡逻 巡查 巡防 值班 值守 备勤 执勤 服务 管控 疫情
核酸 检测 隔离 小区 网格 物资 运送 发放 资料 发现 发生 发展 发动 发布 事故 火灾 自然 灾害 森林 草原
煤矿 矿山 危化 化工 工贸 冶金 燃气 电气 建筑 施工 设施 设备 环境 环节 形势 平稳 稳定 有序 有效 有关
有力 积极 认真 严格 严厉 严查 深入 广泛 持续 进一 切实 及时 不断 努力 创新 创建 建设 建立 健全 完善
制定 制度 方案 方式 方面 方法 机制 体系 平台 网络 数据 信息 技术 科技 文化 经济 社会 生活 生命 财产
健康 医疗 卫生 食品 药品 市场 价格 质量 标准 项目 投资 资金 收入 增长 下降 同比 环比 达到 超过 累计
完成 实现 取得 成效 成立 成员 成果 效果 经验 典型 代表 参与 参加 参战 联合 联动 配合 协调 协作 指导
指挥 调度 研判 分析 分类 分级 评估 评选 验收 审核 公布 公示 公开 公安 公共 公司 公路 高速 高度 高效
负责 具体 情况 状态 精神 思想 学习 贯彻 政策 法律 法规 条例 规定 规范 规划 计划 目标 任务 能力 水平
力量 队伍 志愿 团队 专家 专项 专业 主要 主任 主题 主体 特别 特殊 特点 多种 多样 多次 综合 集中 统一
整体 统筹 节日 假期 期间 时间 夜间 地区 地方 各级 各地 各类 自查 自觉 自我 对象 对接 走访 入户 帮助
解决 困难 需求 满意 便民 惠民 为民 办理 审批 窗口 热线 受理 投诉 举报 线索 核查 反馈 流程 程序 优化
改革 改造 改善 更新 维护 维修 运行 运营 运输 交易 使用 应用 利用 采取 采用 采集 收集 收缴 设立 设置
增加 增强 减少 降低 消除 清理 清查 清除 清单 台账 档案 报告 报警 预警 预防 预案 预报 气象 降雨 洪水
水库 河道 堤防 救援 救助 救灾 抢险 转移 安置 安排 安装
"""
_WORDS: Final = frozenset(_TWO_CHARS.split())
_ORPHAN: Final = re.compile(
    r"(?:近|约|超过?|逾)?[\d０-９][\d０-９,，.．]*(?:\s?[万亿千百])?[余多]?\s?"
    r"(?:人次|户次|家次|台次|辆次|场次|矿次|组次|个|处|项|件|起|人|户|家|份|条|名|次|场|辆|台|册|部|只|吨|万?元|亩|公里|平方米|宗|所|栋|套|支|批次)"
    r"(?:[（(][^（()）\n]{1,8}[)）])?[。；](?!这|那|——|…)"
)
_FEWEST_UNENDED: Final = 3
_FEWEST_ITEMS: Final = 2
_TURNED: Final = re.compile(r"[（(]?\s?(?:下转|转)第?.{1,4}版")
_SHORTEST_BODY: Final = 12
_SHORTEST_CLAUSE: Final = 10
_LONG: Final = 30
_LONGER: Final = 40
_SEVERAL: Final = 2
_COUNTED: Final = re.compile(r"[\d０-９][万亿]?[余多]?[\u3400-\u9fff%％]")
_SHORTEST_DUPLICATE: Final = 20
_SURE_DUPLICATE: Final = 40
_LISTED_DUPLICATE: Final = 80
_SHOWN_END: Final = 8
# Laws say the same again where a case is the same.
_ARTICLE: Final = re.compile(r"第[一二三四五六七八九十百零〇\d]+条")
_FEWEST_ARTICLES: Final = 3
_LABEL: Final = re.compile(r"[\u3400-\u9fff]{1,10}[：:]")
_FOOTER: Final = re.compile(r"转载|版权|免责|责任编辑|备案|ICP|https?:|^来源|^审核")


def find(text: str) -> Iterator[Fault]:
    """Every fault of layout, in no order."""
    parts = paragraphs(text)
    duplicates = {fault.start: fault for fault in _duplicates(parts, text)}
    yield from duplicates.values()
    prose, items = _ended(parts, items=False), _ended(parts, items=True)
    torn_at = -1
    for index, part in enumerate(parts):
        after = parts[index + 1] if index + 1 < len(parts) else None
        orphan = _ORPHAN.match(part.text)
        if orphan and part.start != torn_at:
            yield Fault(ORPHAN, part.start, part.start + orphan.end(), text)
        goes_on = None if after is None or after.start in duplicates else after
        fault = _ending(part, goes_on, text, ended=items if part.item else prose)
        if fault:
            torn_at = fault.end
            yield fault


def _ended(parts: tuple[Paragraph, ...], *, items: bool) -> bool:
    """Whether this house ends its paragraphs, or its items, with a full stop: where not, none of them is at fault."""
    prose = [part for part in parts if part.sentences and part.item == items]
    without = sum(part.open for part in prose)
    return without < (_FEWEST_ITEMS if items else _FEWEST_UNENDED) or 2 * without <= len(prose)


def _ending(part: Paragraph, after: Paragraph | None, text: str, *, ended: bool) -> Fault | None:
    if part.table or part.caption or part.text[-1] in TERMINAL or (after and _TURNED.match(after.text)):
        return None
    if after and not after.table and _cut(part, after):
        return Fault(TORN, part.end, after.start, text)
    if not part.open or part.credit or not ended:
        return None
    body = _is_body(part)
    if after and _goes_on(after):
        if (body or _may_be_body(part)) and _evident(part, after):
            return Fault(TORN, part.end, after.start, text)
        if body and not _COMPLETE.search(part.last):
            return Fault(TORN_OR_UNENDED, part.end, after.start, text)
    return _truncated(part, text) if body else None


def _truncated(part: Paragraph, text: str) -> Fault | None:
    end, comma = part.text[-1], "，" in part.last or "," in part.last
    if not (HAN.match(end) or end in "%％，、,") or not (comma or len(part.last) >= _SHORTEST_CLAUSE):
        return None
    if not comma and any(char.isspace() for char in part.last):
        return None
    return Fault(TRUNCATED, max(part.start, part.end - _SHOWN_END), part.end, text, suspect=not comma)


def _is_body(part: Paragraph) -> bool:
    """Whether a paragraph is prose beyond doubt, so that it must end with a full stop."""
    if part.item:
        return part.sentences and part.last.count("，") + part.last.count(",") > 0 and part.commas > 1
    if _BODY.match(part.text):
        return len(part.text) >= _SHORTEST_BODY
    long = len(part.text) >= _LONG
    if part.sentences:
        return long or part.commas > 0
    if part.commas < _SEVERAL or not long:
        return False
    counted = len(part.text) >= _LONGER and len(_COUNTED.findall(part.text)) >= _SEVERAL
    return counted or bool(_LONG_BODY.match(part.text))


def _may_be_body(part: Paragraph) -> bool:
    long = len(part.text) >= _LONG and part.commas >= _SEVERAL
    return part.commas > 0 and len(part.text) >= _SHORTEST_BODY and (long or bool(_LIKELY_BODY.match(part.text)))


def _goes_on(after: Paragraph) -> bool:
    """Whether a paragraph is prose and does not plainly begin anew."""
    plain = after.item or after.caption or after.table or bool(_ANEW.match(after.text))
    return after.punctuated and not plain and not (after.credit and not after.sentences)


def _evident(part: Paragraph, after: Paragraph) -> bool:
    """Whether the break itself shows that the two belong together: half a word, or a word that leads on."""
    if _DANGLING.search(part.text[-8:]) or _NO_OBJECT.search(part.text[-8:]) or _HEADLESS.match(after.text):
        return True
    across = part.text[-1] + after.text[0]
    return across in _WORDS and part.text[-2:] not in _WORDS and after.text[:2] not in _WORDS


def _cut(part: Paragraph, after: Paragraph) -> bool:
    """Whether a mark shows the cut: the next paragraph begins with one, or closes what this one opened."""
    if part.han < 2 or not after.han:
        return False
    first = after.text[0]
    if first in "，。；、！？：":
        end = part.text[-1]
        return len(after.text) > 1 and bool(HAN.match(end) or end in "”》）%％" or end.isdecimal())
    if part.credit or _LABEL.match(after.text):
        return False
    opened = _unclosed(part.text)
    return part.open and opened is not None and _closes(after.text) == opened


def _unclosed(text: str) -> str | None:
    """The last bracket or quotation mark that a text opens and does not close."""
    stack: list[str] = []
    for mark in re.findall(r"[“”‘’《》（）()【】「」『』〈〉]", text):
        if mark in _OPENING:
            stack.append(mark)
        elif stack and stack[-1] == _CLOSING[mark]:
            stack.pop()
    return stack[-1] if stack else None


def _closes(text: str) -> str | None:
    """What a text closes without having opened it, in its first sentence."""
    stack: list[str] = []
    for mark in re.findall(r"[“”‘’《》（）()【】「」『』〈〉]", text):
        if mark in _OPENING:
            stack.append(mark)
        elif not stack:
            return _CLOSING[mark]
        elif stack[-1] == _CLOSING[mark]:
            stack.pop()
    return None


def _duplicates(parts: tuple[Paragraph, ...], text: str) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    law = sum(bool(_ARTICLE.match(part.text)) for part in parts) >= _FEWEST_ARTICLES
    for index, part in enumerate(parts):
        if len(part.text) < _SHORTEST_DUPLICATE or len(part.squeezed) < _SHORTEST_DUPLICATE:
            continue
        first = seen.setdefault(part.squeezed, index)
        beside = first == index - 1
        if first == index or not _must_not_repeat(part, beside=beside) or (law and not beside):
            continue
        before = parts[first]
        values = {"start": before.start, "end": before.end, "count": len(part.squeezed)}
        short = not part.punctuated if beside else len(part.squeezed) < _SURE_DUPLICATE
        yield Fault(
            DUPLICATE, part.start, part.end, text, values, duplicate_of=(before.start, before.end), suspect=short
        )


def _must_not_repeat(part: Paragraph, *, beside: bool) -> bool:
    """Whether a repeated paragraph is a slip: captions, footers, forms of address and labels may well repeat."""
    if 2 * part.han < len(part.squeezed) or part.table or part.caption or part.credit or _FOOTER.search(part.text):
        return False
    if beside:
        return True
    listed = part.item or bool(_LABEL.match(part.text))
    return part.punctuated and part.text[-1] not in "：:；;" and not (listed and len(part.squeezed) < _LISTED_DUPLICATE)

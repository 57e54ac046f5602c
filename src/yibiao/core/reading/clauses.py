"""What a claim counts: the verb and noun beside it, inherited along lists joined by 、."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from yibiao.core.reading.types import Run

_STOP: Final = re.compile(r"[，,。；;：:！!？?\n、]")
_HARD: Final = re.compile(r"[。；;！!？?\n]")
_TAIL: Final = re.compile(r"[，,。；;：:！!？?\n、]|其中|分别")
# Where the verb of a clause is: the last of these before the number, the longest first.
VERBS: Final = tuple(sorted("""
累计检查指导 检查指导 排查整改 排查治理 排查整治 排查化解 摸排整治 督促整改 整治整改 现场整改 限期整改 当场整改 立即整改 责令限期整改 责令立即整改 责令停产停业 责令整改 责令改正 责令 整改完成 完成整改 已整改 整改
发现问题隐患 发现 排查 检查 抽查 督查 督导 巡查 巡逻 巡防 清查 盘查 盘查核录 核查 核录 复查 暗访 走访慰问 走访 入户走访 入户 出动 投入 派出 抽调 调派 调集 调动 组织开展 组织发动 组织 发动组织 发动 动员 开展 举办 召开 设立 设置 布设 建立 建成 新建 改建 扩建
改造 创建 打造 成立 组建 组成 配备 配置 发放 散发 派发 张贴 悬挂 播放 播发 推送 发布 发送 印发 下发 制发 制定 编发 查处 查获 查扣 查封 查办 查纠 收缴 缴获 扣押 扣留 暂扣 抓获 逮捕 刑拘 拘留 行政处罚 处罚 罚款 立案查处 立案 破获 侦破 办理 办结 受理 受理办结 接受群众求助 接受 接到 接报 接警 处置 处理 处警 调解 化解
调处 解决 帮助 帮扶 服务 救助 营救 解救 救援 疏散 转移 安置 劝阻 劝返 止付 冻结 返还 挽回 追回 拨打 约谈 教育 培训 宣传 宣讲 讲解 覆盖 参与 参加 受益 惠及 吸引 接待 服务群众 受教育 解答 解答咨询 咨询 收集 征集 采集 录入 登记 建档 评选出 评选 表彰 命名 推荐 申报 公示 选出 评出 关闭 取缔 关停 停产整顿 吊销 暂停
移送 移交 移送起诉 审结 起诉 通报 曝光 约谈 提醒 警示 拆除 清理 清除 清运 清洗 消除 治理 整治 修复 修缮 维修 更换 安装 铺设 种植 播种 收获 出栏 生产 销售 出口 进口 实现 完成 达到 达 新增 增加 减少 下降 上升 增长 提高 降低 缩短 回落 上涨 下跌 拥有 共有 现有 设有 辖 下辖 占 占比 投资 投入资金 拨付 争取 筹集 捐赠 捐款 募集 受灾 死亡 受伤 失踪 失联 倒塌 损失 收治 接种 检测 采样 筛查 体检 诊疗 报名 注册 在岗带班 带班 值班备勤 值班 值守 备勤 执勤 在岗 驻守
预警 调度 会商 巡护 扑救 扑灭 启动 签订 签约 签署 承诺 创作 制作 拍摄 撰写 编写 刊发 报道 转发 点击 浏览 观看 收看 阅读 点赞 评论 互动 答题 上报 报送 反馈 回访 回复 答复 督办 交办 转办 派单 分流 采纳 安全转移 避险转移 紧急转移 带队检查 带队
""".split(), key=len, reverse=True))  # noqa: SIM905
_VERB: Final = re.compile("|".join(VERBS))
_TIME_NOISE: Final = re.compile(r"^(?:据统计|据悉|据了解|截至目前|目前|其中|期间|行动期间|节日期间|活动期间|今年以来|同时|此外|另外|累计|共计|总计|合计|共|先后|全年|全月|全天|全市|全省|全县|全区|已|并|还|又|也|仅|约|达|总|均|都|各|，|,)+")
_END_NOISE: Final = re.compile(r"(?:累计达到?|累计|共计|总计|合计|共有|共|达到?|多达|高达|为|约|近|超过?|突破|已|了|有|的|总数|数量|人数|数|仅|是|到|至|由|从|等|各|先后|均|都|分别|同比|环比|比上?年?同?期?)+$")
_SUBJECT: Final = re.compile(r"(?:全[省市县区乡镇国州盟]|各级|各地|各[市县区部]|省市县|[^，,。；;：:\n]{0,16}(?:部门|机关|系统|队伍|单位|机构|总队|支队|大队|中队|分局|局|厅|委|办|社区|街道|领域|方面|组))$")
_SCOPE: Final = re.compile(r"在([^，,。；;：:\n、]{1,14}(?:领域|方面|行业|系统|队伍|环节|中))")
_CHANGES: Final = re.compile(r"(同比|环比|较上年|较去年|比上年|比去年|比上月|较上月|较同期)")


@dataclass(slots=True)
class _Carried:
    """What the next item of a list takes over from the one before it."""

    verb: str = ""
    scope: str = ""
    end: int = 0


def counted(text: str, runs: list[Run]) -> list[Run]:
    """The runs with verb, noun and scope where they claim something."""
    found: list[Run] = []
    carried = _Carried()
    last_end, last_claim = 0, -1
    for index, run in enumerate(runs):
        if run.claim:
            start = _start(text, run.start, last_end)
            run = _told(text, run, start, runs[index + 1].start if index + 1 < len(runs) else len(text), carried, last_end)
            if last_claim >= 0 and _is_part(text, found[last_claim].end, run.start):
                run = replace(run, whole=_whole(found, last_claim))
            last_claim = index
        last_end = run.end
        found.append(run)
    return found


def _start(text: str, at: int, floor: int) -> int:
    """Where the segment begins in which a number stands: after the last stop, or the number before it."""
    begin = max(floor, at - 60)
    stop = begin
    for match in _STOP.finditer(text, begin, at):
        # A list of nouns before one number belongs together: 检查各类场所、重点单位10716家.
        if match[0] != "、" or _digit_near(text, match.start()):
            stop = match.end()
    return stop


def _digit_near(text: str, at: int) -> bool:
    """Whether the item before a 、 ends in a quantity, so that the next one is an item of its own."""
    return any(sign.isdecimal() for sign in text[max(0, at - 6) : at])


def _told(text: str, run: Run, start: int, until: int, carried: _Carried, last_end: int) -> Run:
    left = text[start : run.start]
    if _HARD.search(text, carried.end, run.start) or run.start - carried.end > 80:
        carried.verb = carried.scope = ""
    scope = found[1] if (found := _SCOPE.search(left)) else ""
    left = _TIME_NOISE.sub("", left.strip())
    right = _right(text, run.end, until)
    verbs = list(_VERB.finditer(left))
    verb, noun, subject = "", left, ""
    if verbs:
        first = verbs[0] if len(verbs) > 1 and verbs[-1].start() - verbs[0].end() <= 8 else verbs[-1]
        verb, noun, subject = first[0], left[first.end() :], left[: first.start()]
    noun = _END_NOISE.sub("", noun)
    if right and (not noun or len(right) <= 12):
        noun = noun + right if not noun or verb else noun or right
    if not verb:
        verb = carried.verb
    if not scope:
        scope = _END_NOISE.sub("", subject)[-16:] or carried.scope
    carried.verb, carried.scope, carried.end = verb, scope, run.end
    return replace(run, verb=verb, noun=noun[:40], scope=scope)


def _right(text: str, end: int, until: int) -> str:
    """The noun behind the unit: 309个检查组."""
    stop = _TAIL.search(text, end, min(until, end + 24))
    tail = text[end : stop.start() if stop else min(until, end + 24)]
    verb = _VERB.search(tail)
    tail = tail[: verb.start()] if verb and verb.start() else tail
    return tail.lstrip("的）)次").strip("“”\"（() ")


def _is_part(text: str, start: int, end: int) -> bool:
    return "其中" in text[start:end] and not _HARD.search(text, start, text.index("其中", start))


def _whole(found: list[Run], last: int) -> int:
    return last

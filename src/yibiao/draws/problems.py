"""What a draw may be refused for."""

from __future__ import annotations

from typing import Final

from yibiao.core.problems import Rule

UNKNOWN: Final = Rule(
    "draws.draw.unknown",
    "没有这次抽取，或不在可以查看的范围内。",
    "There is no such draw, or it is not open to you.",
    "请从“双随机抽取”的列表中打开。",
    "Open it from the list of draws.",
    404,
)
PERMIT: Final = Rule(
    "draws.permit.outside",
    "这个岗位不能在{place}办理抽取。",
    "This post may not hold draws for {place}.",
    "请由有审核权限的岗位办理。",
    "Ask a post with the right to review.",
    403,
)
SCHEME: Final = Rule(
    "draws.scheme.unknown",
    "本专项没有“{scheme}”这种抽取。",
    "The program has no draw of the kind “{scheme}”.",
    "请从列表中选择，或在工作包的 draws.toml 中写明。",
    "Choose one from the list, or describe it in the pack's draws.toml.",
)
TITLE: Final = Rule(
    "draws.title.missing",
    "抽取的名称不能为空，也不能超过 120 个字。",
    "The name of the draw may be neither empty nor longer than 120 characters.",
    "请填写名称。",
    "Enter a name.",
)
STATE: Final = Rule(
    "draws.draw.state",
    "这次抽取现在是“{state}”，不能{act}。",
    "This draw is {state_en} now and cannot be {act_en}.",
    "请按次序办理：先公布摘要，再抽取，再公示结果。",
    "Keep the order: publish the hash, draw, make the result public.",
    409,
)
UNSEALED: Final = Rule(
    "draws.draw.unsealed",
    "摘要还没有封存，不能抽取。",
    "The hash has not been sealed yet, so nothing can be drawn.",
    "请过一会儿再试。",
    "Try again in a moment.",
    409,
)
SAID: Final = Rule(
    "draws.replacement.reason",
    "替换要写明情况（2 至 300 个字）。",
    "A replacement needs its circumstances, in 2 to 300 characters.",
    "请写明情况后再办。",
    "Say what happened and try again.",
)
PLAN: Final = Rule(
    "draws.pack.unreadable",
    "“{key}”不符合要求：{why}。",
    "“{key}” is not as required: {why_en}.",
    "请对照自带包 holiday-safety 的 draws.toml 修改。",
    "Compare it with the draws.toml of the shipped pack holiday-safety.",
)

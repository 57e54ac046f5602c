"""What may be wrong with a draw."""

from __future__ import annotations

from typing import Final

from yibiao.core.problems import Rule

KEYS: Final = Rule(
    "core.draw.keys",
    "名单中的编号重复或为空：{keys}。",
    "Keys on the list are repeated or empty: {keys}.",
    "请核对名单，每个编号只出现一次。",
    "Check the list; every key stands there once.",
)
RECUSED: Final = Rule(
    "core.draw.recusal",
    "回避中的“{keys}”不在检查人员或者对象名单里。",
    "Recusals name “{keys}”, which is on neither list.",
    "请核对检查证号和对象代码。",
    "Check the numbers of inspectors and the codes of objects.",
)
RISK: Final = Rule(
    "core.draw.risk",
    "“{risk}”没有抽取比例（涉及 {count} 个对象）。",
    "There is no share for the class “{risk}” ({count} objects).",
    "请在规则中补上这一风险等级的比例。",
    "Add the share of that class to the rules.",
)
SHARE: Final = Rule(
    "core.draw.share",
    "“{risk}”的比例 {share} 不在 0 到 100 之间。",
    "The share {share} of “{risk}” is not between 0 and 100.",
    "请写成百分数，例如 20。",
    "Write a percentage, for example 20.",
)
PAIR: Final = Rule(
    "core.draw.pair",
    "每个对象至少要两名检查人员，规则写的是 {count}。",
    "Every object needs at least two inspectors; the rules say {count}.",
    "请改成 2 或更多。",
    "Make it 2 or more.",
)
EMPTY: Final = Rule(
    "core.draw.empty",
    "{what}名单是空的。",
    "The list of {what_en} is empty.",
    "请先登记，再抽取。",
    "Register some first.",
)
FEW: Final = Rule(
    "core.draw.few-inspectors",
    "可以检查“{subject}”的人员只有 {count} 名，不够 {needed} 名（已除去专业不符和应回避的）。",
    "Only {count} inspectors may check “{subject}”, {needed} are needed (others lack the field or are recused).",
    "请补充检查人员名单，或请上级调派。",
    "Add inspectors, or ask for some from above.",
)
EXHAUSTED: Final = Rule(
    "core.draw.exhausted",
    "没有可以替换“{out}”的了。",
    "Nothing is left to take the place of “{out}”.",
    "请说明情况，不再替换。",
    "Say so and leave it out.",
)
REPLACED: Final = Rule(
    "core.draw.replaced",
    "“{out}”不在抽取结果中，或已经被替换。",
    "“{out}” was not drawn, or has been replaced.",
    "请从抽取结果中选择。",
    "Choose something that was drawn.",
)
REASON: Final = Rule(
    "core.draw.reason",
    "“{reason}”不是可用的替换原因；可用：{known}。",
    "“{reason}” is no reason to replace; there are: {known}.",
    "请选择一个原因，并写明情况。",
    "Choose a reason and say what happened.",
)
UNREADABLE: Final = Rule(
    "core.draw.unreadable",
    "文件不是可用的抽取公示：{reason}。",
    "The file is no usable record of a draw: {reason}.",
    "请使用公示页面下载的 JSON 文件。",
    "Use the JSON file from the published page.",
)
DIGEST: Final = Rule(
    "core.draw.digest",
    "名单和规则与抽取前公布的摘要不符：算得 {found}，公布 {said}。",
    "Lists and rules do not have the hash published before: {found}, published {said}.",
    "名单或规则在公布后被改动过，抽取结果不可信。",
    "Lists or rules were changed afterwards; do not trust the result.",
)
SEED: Final = Rule(
    "core.draw.seed",
    "种子与抽取前公布的承诺不符。",
    "The seed is not the one to which the draw was committed.",
    "种子在公布后被换过，抽取结果不可信。",
    "The seed was exchanged; do not trust the result.",
)
RESULT: Final = Rule(
    "core.draw.result",
    "按名单、规则和种子重算，“{subject}”处与公示不同：应为 {found}，公示 {said}。",
    "Run again, “{subject}” differs: it should be {found}, published {said}.",
    "公示的结果不是这次抽取得出的。",
    "The published result does not come from this draw.",
)

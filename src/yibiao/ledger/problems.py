"""What the ledger refuses."""

from __future__ import annotations

from typing import Final

from yibiao.core.problems import Rule

REPEATED: Final = Rule(
    "ledger.fact.repeated",
    "同一编号的同一版本已经存入事实日志。",
    "This revision of this id is in the log already.",
    "请刷新后在最新版本上更正。",
    "Reload and correct the newest revision.",
    status=409,
)
UNSTORABLE: Final = Rule(
    "ledger.fact.unstorable",
    "“{field}”含有无法保存的字符。",
    "“{field}” holds a character that cannot be stored.",
    "请删去其中的不可见字符后重新提交。",
    "Remove the invisible characters from it and send it again.",
)
BACKWARDS: Final = Rule(
    "ledger.cursor.backwards",
    "跟随者“{follower}”已读到第 {position} 条，不能移到第 {asked} 条。",
    "Follower “{follower}” has taken {position} entries and cannot move to {asked}.",
    "请只向前移动；要从头再来，请先重置。",
    "Move forward only; reset it to begin again.",
    status=409,
)
UNKNOWN_CHECKPOINT: Final = Rule(
    "ledger.checkpoint.unknown",
    "没有第 {number} 号存证点。",
    "There is no checkpoint {number}.",
    "请核对存证点编号。",
    "Check the number of the checkpoint.",
    status=404,
)

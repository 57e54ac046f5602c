"""The paragraphs of a text, however it is laid out, and what each one is: prose, heading, item, caption, table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final
from unicodedata import east_asian_width

_LINE: Final = re.compile(r"[^\r\n\v\f\x85\u2028\u2029]+")
_INVISIBLE: Final = " \t\u3000\u00a0\ufeff\u200b\u200c\u200d\u2060"
_WIDE: Final = frozenset("WFA")

TERMINAL: Final = frozenset("。！？；：…—!?;:.～~")
CLOSERS: Final = frozenset("”’》〉）】」』〕]})>\"'*_`|")
HAN: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_STOP_INSIDE: Final = re.compile(r"。[”’」』）)]*(?=[^”’」』）)—\s])")
_TABLE: Final = re.compile(r"\t|\||\S[ \u3000]{2,}\S+[ \u3000]{2,}\S")
_BREAK: Final = re.compile(r"\r\n|[\r\n\v\f\x85\u2028\u2029]")
_COMMA: Final = re.compile(r"[，,]")
_PUNCTUATED: Final = re.compile(r"[，。；：！？,;]")

# How a line begins that is an item of a list, a heading of a section, or a line of Markdown.
_ITEM: Final = re.compile(
    r"第[一二三四五六七八九十百零〇\d]{1,4}(?:[章节条款项编期版、，,：:\s]|部分)"
    r"|[（(〔【\[][一二三四五六七八九十\d]{1,3}[）)〕】\]]"
    r"|[一二三四五六七八九十]{1,3}(?:[、.．，,：:\s]|是|要|则)"
    r"|\d{1,3}(?:[、)）]|[.．](?!\d)|\.\d{1,2}(?:\.\d{1,2})*[.、\s])"
    r"|[\u2460-\u24ff\u2776-\u2793\u3220-\u3229\u2160-\u217f]"
    r"|其[一二三四五六七八九十]"
    r"|[-+*#>=~\u2010-\u2015\u2022\u2023\u2190-\u21ff\u2500-\u27bf\u2b00-\u2bff●○·・★☆※]"
)
# How a caption begins; captions go without a full stop in many houses.
_CAPTION: Final = re.compile(
    r"[（(]?(?:[上下左右大小题组]图|图\s?[为中一二三四五六七八九十①-⑳\d：:]|视频[：:]|资料图|[▲△▼↑↓])"
)
# A line or a last clause that says who wrote, took, edited or published; where to ring; where to go on.
_CREDIT: Final = re.compile(
    r"摄$|摄影|摄制|记者|通讯员|实习生|特约|作者|编辑|责编|主编|校对|审核|审签|签发|监制|供图|供稿|撰稿|撰文|执笔|制图|整理$|来源"
    r"|图为|图中|文[/／]|图[/／]|下转|上接|完$|附件|附表|附图|附后|特此|转载|版权|备案|ICP|许可证|电话|邮编|邮箱|地址"
    r"|https?:|www\.|@|扫码|二维码|点击|关注|举报|打印|关闭|上一篇|下一篇|分享|点赞|返回|阅读全文|更多|敬礼|此致"
    r"|[年月]\s?[\d一二三四五六七八九十]{1,3}\s?日$|报道$|报道组$|新华社|印发$|\(完|（完"
)

_LONGEST_CREDIT: Final = 40


@dataclass(frozen=True)
class Paragraph:
    """One paragraph without the white space around it; ``near`` when only one line break stands before it."""

    start: int
    end: int
    text: str
    near: bool = False
    indent: int = 0

    @cached_property
    def commas(self) -> int:
        return len(_COMMA.findall(self.text))

    @cached_property
    def han(self) -> int:
        return len(HAN.findall(self.text))

    @cached_property
    def squeezed(self) -> str:
        """Its text without any white space."""
        return "".join(self.text.split())

    @cached_property
    def last(self) -> str:
        """The part after its last full stop or semicolon."""
        return re.split(r"[。；！？;]", self.text[-400:])[-1]

    @property
    def open(self) -> bool:
        """Whether it ends without any mark that could end a paragraph, in a Chinese sentence."""
        end = self.text[-1]
        if end in TERMINAL or end in CLOSERS:
            return False
        return bool(HAN.match(end)) or end.isdecimal() or end in "，、,%％“‘《（〈"

    @property
    def sentences(self) -> bool:
        """Whether a sentence ends inside it: what no heading, byline or label does."""
        return bool(_STOP_INSIDE.search(self.text))

    @property
    def table(self) -> bool:
        return bool(_TABLE.search(self.text))

    @property
    def item(self) -> bool:
        return bool(_ITEM.match(self.text))

    @property
    def caption(self) -> bool:
        return bool(_CAPTION.match(self.text))

    @property
    def credit(self) -> bool:
        """Whether its short last clause names a writer, an editor, a source, or where the text goes on."""
        return len(self.last) <= _LONGEST_CREDIT and bool(_CREDIT.search(self.last))

    @property
    def punctuated(self) -> bool:
        return bool(_PUNCTUATED.search(self.text))


def paragraphs(text: str) -> tuple[Paragraph, ...]:
    """Every paragraph in its order; lines that were broken at a fixed width are one paragraph."""
    lines = tuple(_lines(text))
    width = _wrapped_at(lines)
    return lines if width is None else tuple(_joined(lines, text, width))


def _lines(text: str) -> Iterator[Paragraph]:
    end_before = 0
    for match in _LINE.finditer(text):
        line = match[0]
        kept = line.strip(_INVISIBLE).strip()
        if not kept:
            continue
        start = match.start() + line.index(kept)
        near = len(_BREAK.findall(text, end_before, start)) <= 1
        yield Paragraph(start, start + len(kept), kept, near, start - match.start())
        end_before = start + len(kept)


def _width(line: str) -> int:
    return sum(2 if east_asian_width(char) in _WIDE else 1 for char in line)


_FEWEST_WRAPPED: Final = 4
_NARROWEST: Final = 24
_WIDEST: Final = 200
_RAGGED: Final = 6


def _wrapped_at(lines: tuple[Paragraph, ...]) -> int | None:
    """The width at which a text was broken into lines; None where each line is a paragraph."""
    widths = [
        _width(line.text) + line.indent
        for line, after in pairwise(lines)
        if after.near and line.open and not after.item and len(line.text) <= _WIDEST
    ]
    if len(widths) < _FEWEST_WRAPPED:
        return None
    widest = max(widths)
    full = sum(width >= widest - _RAGGED for width in widths)
    return widest if _NARROWEST <= widest <= _WIDEST and full >= 0.7 * len(widths) else None


def _joined(lines: tuple[Paragraph, ...], text: str, width: int) -> Iterator[Paragraph]:
    held: list[Paragraph] = []
    for line in lines:
        if held and not (line.near and line.indent == 0 and _width(held[-1].text) + held[-1].indent >= width - _RAGGED):
            yield _one(held, text)
            held = []
        held.append(line)
    if held:
        yield _one(held, text)


def _one(lines: list[Paragraph], text: str) -> Paragraph:
    if len(lines) == 1:
        return lines[0]
    first, last = lines[0], lines[-1]
    return Paragraph(first.start, last.end, "".join(line.text for line in lines), first.near, first.indent)

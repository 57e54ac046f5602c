"""Writes a marked text as HTML; by hand, for a page holds hundreds of marks and an editor waits for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from yibiao.desk.marking import Block, Part, Piece
from yibiao.desk.marks import Mark, Underline

register = template.Library()
_TAGS = {"heading": ("<h2>", "</h2>"), "item": ('<p class="item">', "</p>"), "paragraph": ("<p>", "</p>")}


@register.simple_tag
def marked(blocks: Iterable[Block]) -> SafeString:
    """One element for each block; every mark is a button or a link with a name."""
    return mark_safe("\n".join(_block(block) for block in blocks))  # noqa: S308 (every value below is escaped)


def _block(block: Block) -> str:
    begin, end = _TAGS[block.kind]
    inner = "".join(_piece(piece) for piece in block.pieces)
    return f"{begin}{inner}{''.join(_break(fault) for fault in block.broken)}{end}"


def _piece(piece: Piece) -> str:
    inner = "".join(_part(part) for part in piece.parts)
    mark: Mark | None = piece.mark
    if mark is None:
        return inner
    if mark.url:
        return f"<a{_attributes(_cited(mark))}>{inner}</a>"
    if mark.number:
        return f"<a{_attributes(_claim(mark, first=piece.first))}>{inner}</a>"
    return f"<span{_attributes([('class', 'mark-other'), ('title', mark.name)])}>{inner}</span>"


def _cited(mark: Mark) -> Iterator[tuple[str, object]]:
    """The figure behind it is one tap away."""
    moved, proved = " cited-moved" if mark.moved else "", "" if mark.proved else " cited-none"
    doubt = f" cited-doubt mark-{mark.colour}" if mark.said else ""
    yield "class", f"cited{proved}{moved}{doubt}"
    if mark.said:
        yield "title", f"{mark.name}: {mark.said}"
    yield "href", mark.url
    yield "hx-get", mark.card
    yield "hx-target", "#drawer-body"
    yield "hx-swap", "innerHTML"
    yield "data-indicator", mark.key


def _claim(mark: Mark, *, first: bool) -> Iterator[tuple[str, object]]:
    yield "class", f"mark mark-{mark.colour}"
    yield "role", "button"
    yield "href", f"#claim-{mark.number}" if mark.source else f"?claim={quote(mark.key)}"
    if first:
        yield "id", f"mark-{mark.number}"
    yield "data-claim", mark.number
    yield "data-key", mark.key
    yield "aria-label", mark.name
    if mark.source:
        yield "data-jump", mark.source[0]
        yield "data-length", mark.source[1]
        if mark.proposed:
            yield "data-propose", mark.proposed
            yield "data-propose-label", mark.label
    yield "data-said", mark.said


def _break(fault: Underline) -> str:
    """A sign for a fault that lies in the break between two lines."""
    said = gettext("%(name)s：%(said)s") % {"name": fault.name, "said": fault.said}
    named = [("class", "fault-break"), ("id", f"fault-{fault.number}"), ("href", f"#fault-row-{fault.number}")]
    return f"<a{_attributes([*named, ('data-fault', fault.number), ('title', fault.said), ('aria-label', said)])}>⏎</a>"


def _part(part: Part) -> str:
    fault: Underline | None = part.fault
    if fault is None:
        return escape(part.text)
    named = (("class", f"fault fault-{fault.certainty}"), ("data-fault", fault.number), ("title", fault.said))
    return f"<span{_attributes(named)}>{escape(part.text)}</span>"


def _attributes(named: Iterable[tuple[str, object]]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in named)

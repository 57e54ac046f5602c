"""CAP 1.2 and Atom as XML: written whole, read without entities, document types or the network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from lxml import etree

from yibiao.core import alerts
from yibiao.core.alerts import Alert, Area, Info, Reference
from yibiao.core.problems import Problem, Refusal, refuse
from yibiao.notices import problems

CAP: Final = "urn:oasis:names:tc:emergency:cap:1.2"
ATOM: Final = "http://www.w3.org/2005/Atom"
CODES: Final = "行政区划代码"
LARGEST: Final = 1024 * 1024
_SPACE: Final[Any] = {None: CAP}
_ATOM_SPACE: Final[Any] = {None: ATOM}


def write(alert: Alert) -> bytes:
    """The message as a document, its elements in the order of the schema."""
    root = etree.Element(f"{{{CAP}}}alert", nsmap=_SPACE)
    _put(root, [
        ("identifier", alert.identifier), ("sender", alert.sender), ("sent", alerts.moment(alert.sent)),
        ("status", alert.status), ("msgType", alert.type), ("source", alert.source), ("scope", alert.scope),
        ("restriction", alert.restriction), ("addresses", " ".join(map(_quoted, alert.addresses))),
        ("note", alert.note), ("references", " ".join(map(_reference, alert.references))),
    ])  # fmt: skip
    for info in alert.infos:
        _write_info(etree.SubElement(root, f"{{{CAP}}}info"), info)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _write_info(parent: Any, info: Info) -> None:
    _put(parent, [
        ("language", info.language), *(("category", one) for one in info.categories), ("event", info.event),
        *(("responseType", one) for one in info.responses), ("urgency", info.urgency), ("severity", info.severity),
        ("certainty", info.certainty), ("audience", info.audience), ("effective", _moment(info.effective)),
        ("onset", _moment(info.onset)), ("expires", _moment(info.expires)), ("senderName", info.sender_name),
        ("headline", info.headline), ("description", info.description), ("instruction", info.instruction),
    ])  # fmt: skip
    for area in info.areas:
        held = etree.SubElement(parent, f"{{{CAP}}}area")
        _put(held, [("areaDesc", area.description), *(("polygon", one) for one in area.polygons)])
        _put(held, [("circle", one) for one in area.circles])
        for code in area.geocodes:
            _put(etree.SubElement(held, f"{{{CAP}}}geocode"), [("valueName", CODES), ("value", code)])


def read(content: bytes) -> Alert:
    """The message in a document, held against the rules.

    Raises: notices.cap.unreadable, core.alert.*.
    """
    root = _parsed(content)
    found: list[Problem] = []

    def when(element: Any, name: str) -> datetime | None:
        text = _text(element, name)
        at = alerts.read_moment(text) if text else None
        if text and at is None:
            found.append(alerts.TIME.at(name, text=text[:40]))
        return at

    sent = when(root, "sent")
    if sent is None:
        raise Refusal(found or [alerts.NEEDED.at("sent", what="发布时间", what_en="time of sending")])
    alert = Alert(
        identifier=_text(root, "identifier"),
        sender=_text(root, "sender"),
        sent=sent,
        status=_text(root, "status"),
        type=_text(root, "msgType"),
        scope=_text(root, "scope"),
        infos=tuple(_read_info(one, when) for one in root.findall(f"{{{CAP}}}info")),
        source=_text(root, "source"),
        restriction=_text(root, "restriction"),
        addresses=tuple(_unquoted(_text(root, "addresses"))),
        note=_text(root, "note"),
        references=tuple(_read_references(_text(root, "references"), found)),
    )
    found += alerts.check(alert)
    if found:
        raise Refusal(found)
    return alert


def _read_info(element: Any, when: Any) -> Info:
    return Info(
        event=_text(element, "event"),
        categories=_texts(element, "category"),
        urgency=_text(element, "urgency"),
        severity=_text(element, "severity"),
        certainty=_text(element, "certainty"),
        headline=_text(element, "headline"),
        description=_text(element, "description"),
        expires=when(element, "expires"),
        areas=tuple(map(_read_area, element.findall(f"{{{CAP}}}area"))),
        instruction=_text(element, "instruction"),
        responses=_texts(element, "responseType"),
        effective=when(element, "effective"),
        onset=when(element, "onset"),
        audience=_text(element, "audience"),
        sender_name=_text(element, "senderName"),
        # Without the element the schema says en-US, which the rules refuse.
        language=_text(element, "language") or "en-US",
    )


def _read_area(element: Any) -> Area:
    codes = [_text(one, "value") for one in element.findall(f"{{{CAP}}}geocode")]
    return Area(_text(element, "areaDesc"), tuple(codes), _texts(element, "polygon"), _texts(element, "circle"))


def _read_references(text: str, found: list[Problem]) -> Iterator[Reference]:
    for one in text.split():
        parts = one.split(",")
        sent = alerts.read_moment(parts[2]) if len(parts) == 3 else None
        if sent is None:
            found.append(alerts.TIME.at("references", text=one[:80]))
        else:
            yield Reference(parts[0], parts[1], sent)


def feed(messages: Sequence[tuple[Alert, str]], *, title: str, address: str, updated: datetime) -> bytes:
    """An Atom feed of messages, each with the address of its document."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap=_ATOM_SPACE)
    _put(root, [("id", address), ("title", title), ("updated", alerts.moment(updated))], ATOM)
    etree.SubElement(root, f"{{{ATOM}}}link", rel="self", href=address)
    _put(etree.SubElement(root, f"{{{ATOM}}}author"), [("name", title)], ATOM)
    for alert, link in messages:
        entry = etree.SubElement(root, f"{{{ATOM}}}entry")
        info = alert.infos[0] if alert.infos else None
        _put(entry, [
            ("id", f"urn:cap:{alert.identifier}"), ("title", info.headline if info else alert.note),
            ("updated", alerts.moment(alert.sent)), ("published", alerts.moment(alert.sent)),
        ], ATOM)  # fmt: skip
        etree.SubElement(entry, f"{{{ATOM}}}link", rel="alternate", type="application/cap+xml", href=link)
        _put(entry, [("summary", info.description if info else alert.note)], ATOM)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _parsed(content: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    if len(content) > LARGEST:
        raise refuse(problems.CAP_UNREADABLE.at(reason=f"> {LARGEST // 1024} KB"))
    try:
        root: Any = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise refuse(problems.CAP_UNREADABLE.at(reason=str(error)[:200])) from error
    if root.getroottree().docinfo.doctype:
        raise refuse(problems.CAP_UNREADABLE.at(reason="DOCTYPE"))
    if root.tag != f"{{{CAP}}}alert":
        raise refuse(problems.CAP_UNREADABLE.at(reason=str(root.tag)[:100]))
    return root


def _put(parent: Any, pairs: Iterable[tuple[str, str]], space: str = CAP) -> None:
    for name, text in pairs:
        if text:
            etree.SubElement(parent, f"{{{space}}}{name}").text = text


def _text(element: Any, name: str) -> str:
    return str(element.findtext(f"{{{CAP}}}{name}") or "").strip()


def _texts(element: Any, name: str) -> tuple[str, ...]:
    return tuple(str(one.text or "").strip() for one in element.findall(f"{{{CAP}}}{name}"))


def _moment(at: datetime | None) -> str:
    return alerts.moment(at) if at else ""


def _reference(one: Reference) -> str:
    return f"{one.sender},{one.identifier},{alerts.moment(one.sent)}"


def _quoted(address: str) -> str:
    return f'"{address}"' if " " in address else address


def _unquoted(text: str) -> Iterator[str]:
    """Addresses are separated by spaces; one that holds a space stands in quotation marks."""
    for n, part in enumerate(text.split('"')):
        yield from [part] if n % 2 else part.split()

"""Words of notices, receipts, warnings and draws."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext

register = template.Library()


@register.filter
def receipt_state(name: str) -> str:
    return {
        "unread": gettext("未读"),
        "read": gettext("已读未签"),
        "signed": gettext("已签收"),
        "answered": gettext("已反馈"),
    }.get(name, name)


@register.filter
def receipt_tone(name: str) -> str:
    return {"unread": "tag-bad", "read": "tag-wait", "signed": "tag-good", "answered": "tag-good"}.get(name, "")


@register.filter
def notice_state(name: str) -> str:
    return {
        "issued": gettext("有效"),
        "replaced": gettext("已被替换"),
        "withdrawn": gettext("已撤回"),
    }.get(name, name)


@register.filter
def act(name: str) -> str:
    """An act on a notice or a receipt, in words."""
    return {
        "issued": gettext("印发了"),
        "replaced": gettext("被替换"),
        "withdrawn": gettext("撤回了"),
        "read": gettext("打开阅读"),
        "signed": gettext("签收了"),
        "forwarded": gettext("转发了"),
        "answered": gettext("反馈了"),
        "reminded": gettext("被催签"),
    }.get(name, name)


@register.filter
def colour(name: str) -> str:
    return {
        "red": gettext("红色"),
        "orange": gettext("橙色"),
        "yellow": gettext("黄色"),
        "blue": gettext("蓝色"),
    }.get(name, gettext("未定级"))


@register.filter
def message_type(name: str) -> str:
    return {
        "Alert": gettext("发布"),
        "Update": gettext("更新"),
        "Cancel": gettext("解除"),
        "Ack": gettext("回执"),
        "Error": gettext("出错"),
    }.get(name, name)


@register.filter
def warning_status(name: str) -> str:
    return {
        "Actual": gettext("真实发布"),
        "Exercise": gettext("演练"),
        "Test": gettext("测试"),
        "System": gettext("系统"),
        "Draft": gettext("草稿"),
    }.get(name, name)


@register.filter
def draw_state(name: str) -> str:
    return {
        "prepared": gettext("已公布摘要"),
        "drawn": gettext("已抽取"),
        "public": gettext("已公示"),
    }.get(name, name)


@register.filter
def draw_reason(name: str) -> str:
    return {
        "closed": gettext("停业或注销"),
        "moved": gettext("迁出"),
        "conflict": gettext("应回避"),
        "absent": gettext("不能到场"),
    }.get(name, name)


@register.filter
def get(held: dict[str, str], key: str) -> str:
    """What stands under a key, or the key itself."""
    return held.get(key, key)

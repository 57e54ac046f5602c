"""What the pages of account management take in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yibiao.people import queries
from yibiao.people.types import EVERY_PROGRAM, RIGHTS, Grant
from yibiao.people.words import RIGHT_WORDS, place_name
from yibiao.places import queries as places


class Picked(forms.TextInput):
    """A code that the page lets people find by name (``picker.js``); ``names`` tells what one is called."""

    def __init__(self, kind: str, address: str, names: Callable[[str], str]) -> None:
        self.kind, self.address, self.names = kind, address, names
        super().__init__()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        own = {"data-picker": self.kind, "data-url": reverse(self.address)}
        if value:
            own["data-shown"] = self.names(str(value))
        return super().get_context(name, value, {**(attrs or {}), **own})


class Listed(forms.TextInput):
    """Codes with spaces between, from one field or from several of the same name."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        return " ".join(data.getlist(name))


class PlaceInput(forms.CharField):
    """A place by its code, or by its name where only one place of the country has it."""

    def __init__(self, **given: Any) -> None:
        super().__init__(widget=Picked("place", "desk_place_search", place_name), max_length=40, **given)

    def clean(self, value: str) -> str:
        text = str(super().clean(value)).strip()
        if not text or text[0].isdigit():
            return text
        found = places.search(text, limit=8)
        exact = [place for place in found if place.name == text]
        if len(exact) == 1:
            return exact[0].code
        if not found:
            raise forms.ValidationError(
                _("没有叫“%(name)s”的地点。请核对名称，或填写地点代码。"), params={"name": text}
            )
        offered = "、".join(f"{place.name} {place.code}" for place in exact or found)
        raise forms.ValidationError(_("请填写地点代码：%(offered)s"), params={"offered": offered})


def right_choices() -> list[tuple[str, str]]:
    return [(right, RIGHT_WORDS[right].of(get_language() or "zh")) for right in RIGHTS]


class OrganisationField(forms.CharField):
    """An organisation by its code."""

    def __init__(self) -> None:
        super().__init__(
            label=_("所属机构"), max_length=40,
            widget=Picked("organisation", "desk_organisation_search", queries.organisation_name),
        )  # fmt: skip


class ProgramsInput(forms.CharField):
    """Codes of programs with spaces between; ``*`` is all of them. Pages offer the programs by name.

    Whoever names some beside it means these.
    """

    def __init__(self) -> None:
        super().__init__(
            label=_("专项"), initial=EVERY_PROGRAM, max_length=500, widget=Listed,
            help_text=_("勾了具体的专项，就只限这些专项。"),
        )  # fmt: skip

    def clean(self, value: str) -> str:
        codes = str(super().clean(value)).split()
        return " ".join([code for code in codes if code != EVERY_PROGRAM] or codes)


class GrantInput(forms.Form):
    """A right, where, and for which programs."""

    right = forms.ChoiceField(label=_("权限"), choices=right_choices)
    place = PlaceInput(label=_("地点"), help_text=_("填名称或代码，例如“二道区”或 220105000000；包括其以下各级。"))
    programs = ProgramsInput()

    def grant(self) -> Grant:
        data: dict[str, Any] = self.cleaned_data
        return Grant(data["right"], data["place"].strip(), frozenset(data["programs"].split()))


class PersonInput(forms.Form):
    """A new account with its first post."""

    username = forms.CharField(
        label=_("用户名"),
        max_length=32,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("小写字母、数字、点或短横线，3 至 32 个。"),
    )
    name = forms.CharField(label=_("姓名"), max_length=80)
    organisation = OrganisationField()
    role = forms.CharField(label=_("岗位"), max_length=80)
    password = forms.CharField(
        label=_("初始密码"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("本人首次登录时必须更换。"),
    )


class PostInput(forms.Form):
    organisation = OrganisationField()
    role = forms.CharField(label=_("岗位"), max_length=80)


class PasswordInput(forms.Form):
    password = forms.CharField(
        label=_("临时密码"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("本人下次登录时必须更换。"),
    )


class OrganisationInput(forms.Form):
    code = forms.CharField(label=_("机构代码"), max_length=40, help_text=_("字母、数字或短横线，例如 220105-yjj。"))
    name = forms.CharField(label=_("机构名称"), max_length=80)
    parent = forms.CharField(label=_("上级机构代码"), max_length=40, required=False)
    place = PlaceInput(label=_("地点"), help_text=_("机构服务的地点，填名称或代码。"))


class ClientInput(forms.Form):
    """A new field client: what it is called, and how far it reaches."""

    label = forms.CharField(label=_("名称"), max_length=80, help_text=_("便于辨认，例如“巡查手机 3 号”。"))
    place = PlaceInput(label=_("地点"), help_text=_("只能填报这里及其以下各级；不能超出账号自己的填报范围。"))
    programs = ProgramsInput()

"""What the pages of account management take in."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yibiao.people.types import EVERY_PROGRAM, RIGHTS, Grant
from yibiao.people.words import RIGHT_WORDS
from yibiao.places import queries as places

# The browser offers the organisations in range by code and name.
ORGANISATIONS: Final = {"list": "organisation-codes", "autocomplete": "off"}


class PlaceInput(forms.CharField):
    """A place by its code, or by its name where only one place of the country has it."""

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


class GrantInput(forms.Form):
    """A right, where, and for which programs."""

    right = forms.ChoiceField(label=_("权限"), choices=right_choices)
    place = PlaceInput(
        label=_("地点"), max_length=40, help_text=_("填名称或代码，例如“二道区”或 220105000000；包括其以下各级。")
    )
    programs = forms.CharField(
        label=_("专项代码"), initial=EVERY_PROGRAM, max_length=500, help_text=_("多个代码用空格隔开；* 表示全部专项。")
    )

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
    organisation = forms.CharField(label=_("机构代码"), max_length=40, widget=forms.TextInput(attrs=ORGANISATIONS))
    role = forms.CharField(label=_("岗位"), max_length=80)
    password = forms.CharField(
        label=_("初始密码"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("本人首次登录时必须更换。"),
    )


class PostInput(forms.Form):
    organisation = forms.CharField(label=_("机构代码"), max_length=40, widget=forms.TextInput(attrs=ORGANISATIONS))
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
    place = PlaceInput(label=_("地点"), max_length=40, help_text=_("机构服务的地点，填名称或代码。"))


class ClientInput(forms.Form):
    """A new field client: what it is called, and how far it reaches."""

    label = forms.CharField(label=_("名称"), max_length=80, help_text=_("便于辨认，例如“巡查手机 3 号”。"))
    place = PlaceInput(
        label=_("地点"), max_length=40, help_text=_("只能填报这里及其以下各级；不能超出账号自己的填报范围。")
    )
    programs = forms.CharField(
        label=_("专项代码"), initial=EVERY_PROGRAM, max_length=500, help_text=_("多个代码用空格隔开；* 表示全部专项。")
    )

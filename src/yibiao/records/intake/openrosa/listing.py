"""What a phone fetches: the list of forms, each form, and the lists that belong to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from yibiao.core.problems import refuse
from yibiao.records import queries
from yibiao.records.intake.openrosa import asking, declaring, lists, locking, problems, replies, serving
from yibiao.records.intake.openrosa.asking import Asker
from yibiao.records.intake.openrosa.replies import quoted

LIMIT = 5_000
_LIST = '<?xml version="1.0" encoding="UTF-8"?>\n<xforms xmlns="http://openrosa.org/xforms/xformsList">{}</xforms>'
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<manifest xmlns="http://openrosa.org/xforms/xformsManifest">{}</manifest>'
)


def known(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view for whoever said who asks; anybody else is challenged to."""

    @wraps(view)
    def shown(request: HttpRequest, token: str = "", **kwargs: str) -> HttpResponse:
        try:
            asker = asking.asker(request, token)
        except asking.Unknown as unknown:
            return asking.challenge(request, unknown)
        return view(request, asker, **kwargs)

    return shown


@replies.speaking
@require_safe
@known
def form_list(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The forms that may be filled in; ``formID`` asks for one."""
    wanted = request.GET.get("formID")
    shown = [locking.handed(form, program) for form, program in serving.open_to(asker)]
    entries = "".join(_entry(one, asker) for one in shown if wanted in (None, one.id, one.id.partition("@")[0]))
    return replies.xml(_LIST.format(entries))


@replies.speaking
@require_safe
@known
def form_xml(request: HttpRequest, asker: Asker, form: str, version: str) -> HttpResponse:
    """One version of a form."""
    found = locking.handed(*serving.handed_out(asker, form, version))
    return _unless_known(request, replies.xml(found.xml), found.digest)


@replies.speaking
@require_safe
@known
def manifest(request: HttpRequest, asker: Asker, form: str, version: str) -> HttpResponse:
    """The lists of a form with their hashes."""
    version_of, program = serving.handed_out(asker, form, version)
    found = declaring.declared(version_of, program)
    files = []
    for name in found.lists:
        one, address = lists.sent(name, asker, program), _address(asker, found)
        kind = ' type="entityList"' if one.register else ""
        checked = f"{address}/integrity/{quote(one.register)}"
        integrity = f"<integrityUrl>{quoted(checked)}</integrityUrl>" if one.register else ""
        files.append(
            f"<mediaFile{kind}><filename>{quoted(one.name)}</filename><hash>md5:{one.digest}</hash>"
            f"<downloadUrl>{quoted(f'{address}/media/{quote(one.name)}')}</downloadUrl>{integrity}</mediaFile>"
        )
    return replies.xml(_MANIFEST.format("".join(files)))


@replies.speaking
@require_safe
@known
def media(request: HttpRequest, asker: Asker, form: str, version: str, name: str) -> HttpResponse:
    """One list of a form."""
    version_of, program = serving.handed_out(asker, form, version)
    list_name = name.removesuffix(".csv")
    if list_name not in declaring.declared(version_of, program).lists:
        raise refuse(problems.FORM_UNKNOWN.at(form=f"{form}/{name}"[:80]))
    found = lists.sent(list_name, asker, program)
    answer = HttpResponse(found.content, content_type="text/csv; charset=utf-8")
    return _unless_known(request, answer, found.digest)


@replies.speaking
@require_safe
@known
def integrity(request: HttpRequest, asker: Asker, form: str, version: str, register: str) -> HttpResponse:
    """Of entities that a phone registered by itself, which it need not keep: they are known here under another id."""
    serving.resolve(asker, form, version)
    ids = [id for id in request.GET.get("id", "").split(",") if id][:LIMIT]
    gone = queries.phones_may_drop(register, ids)
    said = "".join(
        f'<entity id="{quoted(id)}"><deleted>{"true" if id in gone else "false"}</deleted></entity>' for id in ids
    )
    return replies.xml(f'<?xml version="1.0" encoding="UTF-8"?>\n<data><entities>{said}</entities></data>')


def _entry(one: serving.Served, asker: Asker) -> str:
    address = _address(asker, one)
    manifest_url = f"<manifestUrl>{quoted(address)}/manifest</manifestUrl>" if one.lists else ""
    return (
        f"<xform><formID>{quoted(one.id)}</formID><name>{quoted(one.title)}</name>"
        f"<version>{quoted(one.version)}</version><hash>md5:{one.digest}</hash>"
        f"<downloadUrl>{quoted(address)}/form.xml</downloadUrl>{manifest_url}</xform>"
    )


def _address(asker: Asker, one: serving.Served) -> str:
    return f"{asker.base}/forms/{quote(one.id, safe='')}/{quote(one.version, safe='')}"


def _unless_known(request: HttpRequest, answer: HttpResponse, digest: str) -> HttpResponse:
    answer["ETag"] = f'"{digest}"'
    return get_conditional_response(request, etag=answer["ETag"], response=answer) or answer

"""Forms whose answers phones encrypt before they lie on the phone: handed out with the public key of the site."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

from django.conf import settings
from lxml import etree

from yibiao.forms.types import FormVersion
from yibiao.packs.types import Program
from yibiao.records.intake.openrosa import declaring, keys, serving
from yibiao.records.intake.openrosa.serving import Served

PERSONAL: Final = "personal"
_X: Final = "{http://www.w3.org/2002/xforms}"
_H: Final = "{http://www.w3.org/1999/xhtml}"


def handed(form: FormVersion, program: Program) -> Served:
    """The form as a phone gets it, with the key where its answers are to be encrypted.

    Raises: ``records.openrosa.key-file``: it is rather not handed out than without its key.
    """
    found = declaring.declared(form, program)
    of = keys.held()
    return found if of is None or not wanted(form, program) else _locked(found, of.public)


def wanted(form: FormVersion, program: Program) -> bool:
    """Whether the operator named it: by an id with or without its program, a pattern, or as asking what is personal."""
    names = (form.id, serving.form_id(form, program))
    for one in settings.YIBIAO_ENCRYPTED_FORMS:
        if one == PERSONAL and any(field.personal for field in form.fields):
            return True
        if any(fnmatchcase(name, one) for name in names):
            return True
    return False


@lru_cache(maxsize=512)
def _locked(served: Served, public: str) -> Served:
    root = etree.fromstring(served.xml, etree.XMLParser(resolve_entities=False, no_network=True))
    model = root.find(f"{_H}head/{_X}model")
    if model is None:
        raise ValueError("no model")
    submission = model.find(f"{_X}submission")
    if submission is None:
        submission = etree.Element(f"{_X}submission")
        model.insert(0, submission)
    submission.set("base64RsaPublicKey", public)
    xml = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return replace(served, xml=xml, digest=hashlib.md5(xml, usedforsecurity=False).hexdigest())

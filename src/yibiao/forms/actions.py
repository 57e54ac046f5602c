"""Publishes forms."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from yibiao.core import canon
from yibiao.core.problems import Refusal
from yibiao.forms import checking, models, queries, stored
from yibiao.forms.types import FormVersion
from yibiao.packs.types import PackVersion


def publish(version: PackVersion, forms: Sequence[FormVersion]) -> None:
    """Keep the forms of an installed pack version for ever; those of the current pack version become the current ones.

    A version that is published already is not published again. The fact beside it is ``pack.installed``.
    Raises: ``forms.version.changed``, ``forms.field.type-changed``.
    """
    with transaction.atomic():
        problems = [
            problem
            for form in forms
            for problem in checking.changed(form, queries.versions(form.id), f"forms/{form.name}")
        ]
        if problems:
            raise Refusal(problems)
        for form in forms:
            if not models.Form.objects.filter(form=form.id, version=form.version).exists():
                _keep(form)
        if version.current:
            _make_current(version, forms)


def _keep(form: FormVersion) -> None:
    definition = stored.dump(form)
    models.Form.objects.create(
        form=form.id,
        version=form.version,
        pack=form.pack,
        pack_version=form.pack_version,
        definition=definition,
        xform=form.xform,
        digest=canon.digest({"definition": definition, "xform": form.xform}),
        published_at=timezone.now(),
        current=False,
        offered=False,
    )


def _make_current(version: PackVersion, forms: Sequence[FormVersion]) -> None:
    """A form that the pack no longer has stays current for its old facts, but is not offered."""
    models.Form.objects.filter(pack=version.id).update(offered=False)
    for form in forms:
        models.Form.objects.filter(form=form.id, current=True).update(current=False)
        models.Form.objects.filter(form=form.id, version=form.version).update(current=True, offered=True)

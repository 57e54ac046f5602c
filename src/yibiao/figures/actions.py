"""Writes of figures: definitions, and the columns."""

from __future__ import annotations

import hashlib

from django.db import transaction

from yibiao.core.problems import refuse
from yibiao.figures import definitions as defining
from yibiao.figures import keeping, problems
from yibiao.figures.caching import forget
from yibiao.figures.copying import copy
from yibiao.figures.follow import sweep
from yibiao.figures.generating import generate
from yibiao.figures.keeping import rebuild
from yibiao.figures.models import DefinitionSet
from yibiao.figures.publishing import publish
from yibiao.figures.recounting import nightly, verify
from yibiao.figures.types import Definitions
from yibiao.packs.types import PackVersion

__all__ = ["copy", "define", "follow", "forget", "generate", "nightly", "publish", "rebuild", "sweep", "verify"]


def define(version: PackVersion, definitions: Definitions) -> None:
    """Keeps what a pack version defines, frozen, and makes it current if the version is.

    Raises: figures.definitions.changed.
    """
    content = defining.dump(definitions)
    digest = hashlib.sha256(content.encode()).hexdigest()
    with transaction.atomic():
        held = DefinitionSet.objects.filter(pack=version.id, version=version.version).first()
        if held is not None and held.digest != digest:
            raise refuse(problems.CHANGED.at(pack=version.id, version=version.version))
        if version.current:
            DefinitionSet.objects.filter(pack=version.id).update(current=False)
        if held is None:
            DefinitionSet.objects.create(
                pack=version.id, version=version.version, digest=digest, content=content, current=version.current
            )
        elif version.current:
            DefinitionSet.objects.filter(pk=held.pk).update(current=True)


def follow() -> int:
    """Takes newly sealed facts to where figures are read; how many positions it went forward, 0 with nothing new."""
    return keeping.step()

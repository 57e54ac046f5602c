"""Whether the files of the columns are those that the manifest names."""

from __future__ import annotations

from django.db.models import Sum

from yibiao.figures import store
from yibiao.figures.models import Segment
from yibiao.figures.types import Inventory

_SHOWN = 20


def inventory() -> Inventory:
    """Holds the files of all projections against the manifest.

    Shape: at most twenty missing files are named, by path. Files of another length than was committed count as missing.
    """
    manifest = dict(Segment.objects.values_list("path", "size"))
    root = store.root()
    found = {str(path.relative_to(root)): path.stat().st_size for path in root.rglob("*") if path.is_file()}
    missing = sorted(path for path, size in manifest.items() if found.get(path) != size)
    orphans = [path for path in found if path not in manifest]
    committed = Segment.objects.aggregate(size=Sum("size"))["size"] or 0
    return Inventory(len(manifest), committed, len(missing), tuple(missing[:_SHOWN]), len(orphans))

"""Whether the files of the columns are those that the manifest names."""

from __future__ import annotations

import random
from time import monotonic

from yibiao.figures import store
from yibiao.figures.models import Segment
from yibiao.figures.types import Inventory, Reread

_SHOWN = 20


def inventory() -> Inventory:
    """Holds the files of the projection that is read against its manifest.

    Files of one that was replaced are neither missing nor orphans: nobody begins to read them; the sweep takes them.

    Shape: at most twenty missing files are named, by path. Files of another length than was committed count as missing.
    """
    manifest = dict(Segment.objects.filter(projection=store.active()).values_list("path", "size"))
    known = set(Segment.objects.values_list("path", flat=True))
    root = store.root()
    found = {str(path.relative_to(root)): path.stat().st_size for path in root.rglob("*") if path.is_file()}
    missing = sorted(path for path, size in manifest.items() if found.get(path) != size)
    orphans = [path for path in found if path not in known]
    return Inventory(len(manifest), sum(manifest.values()), len(missing), tuple(missing[:_SHOWN]), len(orphans))


def reread(seconds: float) -> Reread:
    """Reads files of the columns back, by chance, and holds them against their digests, until so long has passed.

    Shape: one file at least, where there is one; at most twenty damaged ones are named. Missing files are not read.
    """
    due = list(Segment.objects.filter(projection=store.active()).exclude(sha256=""))
    random.shuffle(due)
    begun, read, damaged = monotonic(), 0, []
    for one in due:
        if read and monotonic() - begun > seconds:
            break
        if (store.root() / one.path).is_file():
            read += 1
            damaged += [one.path] if store.damaged(one) else []
    return Reread(read, len(damaged), tuple(sorted(damaged)[:_SHOWN]))

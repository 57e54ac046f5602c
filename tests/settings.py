"""The site's settings over a throw-away data folder, and over a PostgreSQL cluster of the suite's own where asked.

``YIBIAO_TEST_DB=postgres`` starts the cluster. It happens here because Django's settings are read before any conftest.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

os.environ.setdefault("YIBIAO_TEST_DATA", tempfile.mkdtemp(prefix="yibiao-tests-"))
# Each worker has a folder of its own: what one of them stores is nothing that another should find.
own = Path(os.environ["YIBIAO_TEST_DATA"]) / os.environ.get("PYTEST_XDIST_WORKER", "main")
own.mkdir(exist_ok=True)
os.environ["YIBIAO_DATA"] = str(own)

from tests import cluster  # noqa: E402

if os.environ.get("YIBIAO_TEST_DB") == "postgres":
    os.environ["DATABASE_URL"] = cluster.start(Path(os.environ["YIBIAO_TEST_DATA"]) / "postgres")

from yibiao.site.settings import *  # noqa: E402, F403

MIDDLEWARE = [  # The rest is as it is served.
    "tests.static_files.LookedUpOnce" if one == "whitenoise.middleware.WhiteNoiseMiddleware" else one
    for one in MIDDLEWARE  # noqa: F405
]

"""The rooms up to figures, over the database and the columns of the test that started this program."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES

DATABASES["default"].update(json.loads(os.environ["YIBIAO_TEST_DATABASE"]))
DATA = Path(os.environ["YIBIAO_TEST_COLUMNS"])

"""The ledger alone, over the database that the test which started this program uses."""

from __future__ import annotations

import json
import os

from tests.rooms_settings import *  # noqa: F403
from tests.rooms_settings import DATABASES

DATABASES["default"].update(json.loads(os.environ["YIBIAO_TEST_DATABASE"]))

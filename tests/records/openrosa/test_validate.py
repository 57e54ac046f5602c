"""Every form that phones get is accepted by ODK Validate, which looks at it with the eyes of ODK Collect."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import pyxform

from yibiao.desk import installing
from yibiao.forms import queries as forms
from yibiao.packs import queries as packs
from yibiao.places import actions as places
from yibiao.records.intake.openrosa import keys, locking

LISTED = "name,label,parent,key,__version,__trunkVersion,__branchId\nx,x,x,x,1,,\n"
JAR = Path(pyxform.__file__).parent / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar"


@pytest.mark.skipif(os.environ.get("YIBIAO_TEST_DB") == "postgres", reason="forms are the same on every database")
@pytest.mark.django_db
@pytest.mark.skipif(shutil.which("java") is None, reason="ODK Validate needs Java")
def test_every_form_served_is_accepted(tmp_path: Path, settings: Any) -> None:
    """With the key in those that phones encrypt; the others are all declared as ever."""
    settings.YIBIAO_FORM_KEYS = str(tmp_path / "forms.pem")
    keys.make(tmp_path / "forms.pem", renew=False)
    places.install_jilin()
    for folder in packs.shipped():
        installing.install(folder)
    paths = []
    for program in packs.programs():
        for form in forms.forms(program.pack):
            served = locking.handed(form, program)
            paths.append(tmp_path / f"{served.id}.xml")
            paths[-1].write_bytes(served.xml)
            for name in served.lists:
                (tmp_path / f"{name}.csv").write_text(
                    "name,label,parent,key,__version,__trunkVersion,__branchId\nx,x,x,x,1,,\n"
                )
    assert len(paths) > 30
    locked = [path for path in paths if b"base64RsaPublicKey" in path.read_bytes()]
    assert 1 < len(locked) < len(paths)
    command = ["java", "-jar", str(JAR), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert said.count("Xform is valid") == len(paths), said

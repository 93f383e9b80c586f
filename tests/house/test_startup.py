"""What a command loads before it answers: nothing that it does not need."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = {"numpy", "numba", "pydantic", "mediapipe", "polars", "matplotlib", "scipy", "av", "cv2"}

LISTS_MODULES = """
import json, sys
sys.argv = {words!r}
from coxa.cli import main
try:
    main()
except SystemExit as done:
    assert not done.code, done.code
finally:
    print("\\n" + json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_help_loads_nothing_heavy() -> None:
    out = python(LISTS_MODULES.format(words=["coxa", "--help"]))
    assert "analyze" in out
    loaded = set(json.loads(out.splitlines()[-1]))
    assert "typer" in loaded
    assert loaded & HEAVY == set()


def test_help_of_each_command_loads_nothing_heavy() -> None:
    for command in ("analyze", "exercises", "schema", "demo"):
        loaded = set(json.loads(python(LISTS_MODULES.format(words=["coxa", command, "--help"])).splitlines()[-1]))
        # Typer itself looks at the types of parameters through pydantic, where that is installed.
        assert loaded & HEAVY <= {"pydantic"}, command


def test_the_compiler_loads_without_scipy_and_scipy_still_loads_after_it() -> None:
    code = (
        "import sys\n"
        "from coxa.cli.lean import load_compiler\n"
        "load_compiler()\n"
        "assert 'numba' in sys.modules and 'scipy.linalg' not in sys.modules\n"
        "from numba import njit\n"
        "assert njit(lambda x: x + 1)(1) == 2\n"
        "assert 'scipy.linalg' not in sys.modules and 'cffi' not in sys.modules\n"
        "import cffi, scipy.linalg\n"
        "assert 'scipy.linalg.cython_blas' in sys.modules\n"
    )
    assert python(code) == ""


def test_recorded_landmarks_need_neither_the_pose_model_nor_pictures() -> None:
    code = """
import sys
import coxa.cli.analyze
from coxa.capture import formats
import coxa.motion
print(*sorted(set(sys.modules) & {"mediapipe", "matplotlib", "cv2", "av", "jinja2"}))
"""
    assert python(code).split() == []

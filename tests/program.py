"""`load`: a program that stands beside the package, such as a benchmark or one that writes a page of the documentation, to be tested."""

from __future__ import annotations

import sys
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@cache
def load(path: str) -> Any:
    """The program as a module, by its path from the repository's folder, such as "bench/kill.py"."""
    spec = spec_from_file_location(f"program_{Path(path).stem}", ROOT / path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # its data classes look themselves up there
    spec.loader.exec_module(module)
    return module

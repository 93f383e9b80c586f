"""coxa: screens, plans and coaches exercise for hip pain, through an ordinary camera, on one laptop.

Nine rooms, each a folder whose docstring says what lives there: `body`, `exercises`, `motion`, `capture`, `care`,
`records`, `exchange`, `web`, `cli`. A room imports only from rooms before it in this list.

Examples
--------
>>> import coxa
>>> clip = coxa.read_recording("bridge.parquet")  # doctest: +SKIP
>>> result = coxa.analyze(clip, exercise="bridge")  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coxa.body import Recording, read_recording, write_recording
    from coxa.motion import SetResult, analyze, count_repetitions

__version__ = "0.1.0"
__all__ = ["Recording", "SetResult", "__version__", "analyze", "count_repetitions", "read_recording", "write_recording"]

# Loaded when first asked for, so that `coxa --help` does not wait for the compiler.
_HOMES = {
    "Recording": "coxa.body",
    "read_recording": "coxa.body",
    "write_recording": "coxa.body",
    "SetResult": "coxa.motion",
    "analyze": "coxa.motion",
    "count_repetitions": "coxa.motion",
    "body": "",
    "capture": "",
    "exercises": "",
    "motion": "",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'coxa' has no attribute {name!r}")
    home = _HOMES[name]
    return getattr(import_module(home), name) if home else import_module(f"coxa.{name}")

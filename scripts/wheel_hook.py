"""What must be there before a wheel is built: the words are compiled; web front, pictures and pose models were made by set-up."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: Each is made by `make setup`; a wheel without it would start and then fail.
NEEDED = (
    "src/coxa/web/front/.vite/manifest.json",
    "src/coxa/web/front/sw.js",
    "src/coxa/web/drawn/list.txt",
    "src/coxa/capture/models/pose_full.task",
    "src/coxa/capture/models/pose_lite.task",
)


class Complete(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles the words, and refuses a wheel that lacks what only set-up makes."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the `.mo` files into the tree that is built from, and look whether the rest is there."""
        root = Path(self.root)
        sys.path.insert(0, str(root / "scripts"))
        from compile_messages import compile_all

        compile_all(root / "src" / "coxa" / "locales")
        missing = [name for name in NEEDED if not (root / name).exists()]
        # An editable install is set-up's own first step: the rest is made after it.
        if missing and version != "editable":
            raise SystemExit(f"wheel: expected {', '.join(missing)}, got none; run make setup, then build again")

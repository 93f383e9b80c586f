"""Files the browser may keep: `asset` gives the address of one; styles, pictures, the built front, the pose models."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

HERE = Path(__file__).parent
STATIC = HERE / "static"
FRONT = HERE / "front"
MODELS = HERE.parent / "capture" / "models"
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


def asset(name: str) -> str:
    """The address of a file, which changes with its content so that a browser may keep it for ever.

    Parameters
    ----------
    name : str
        An entry of the front, such as "session.ts"; a model, such as "pose_full.task"; else a file in `static`.

    Returns
    -------
    str
        Its address; empty for a part of the front where the front was not built: pages do without script then.
    """
    if name.endswith((".ts", ".tsx")):
        chunk = _chunk(name)
        return f"/front/{chunk['file']}" if chunk else ""
    if name.endswith(".task"):
        return f"/model/{name}?v={version(MODELS / name)}"
    return f"/static/{name}?v={version(STATIC / name)}"


def front_styles(name: str) -> tuple[str, ...]:
    """The addresses of the styles that an entry of the front brings along."""
    chunk = _chunk(name)
    return tuple(f"/front/{style}" for style in chunk.get("css", ())) if chunk else ()


def version(path: Path) -> str:
    """A short digest of a file's content; "0" where it is not there."""
    try:
        stat = path.stat()
    except OSError:
        return "0"
    return _digest(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=4096)
def _digest(path: Path, _changed: int, _size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def _chunk(name: str) -> dict[str, Any] | None:
    path = FRONT / ".vite" / "manifest.json"
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return None
    manifest = _manifest(path, changed)
    return next((manifest[key] for key in (name, f"src/{name}") if key in manifest), None)


@lru_cache(maxsize=4)
def _manifest(path: Path, _changed: int) -> dict[str, dict[str, Any]]:
    read: dict[str, dict[str, Any]] = json.loads(path.read_text())
    return read


class Files(StaticFiles):
    """A folder of files, each kept by the browser as long as its address says it cannot change."""

    def __init__(self, directory: Path, *, hashed: str | None = None, only: str | None = None) -> None:
        super().__init__(directory=directory, check_dir=False)
        self.hashed = hashed
        self.only = only

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with how long it may be kept."""
        if any(part.startswith(".") and part not in (".", "") for part in path.split("/")) or (self.only and not path.endswith(self.only)):
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        if isinstance(response, FileResponse) or response.status_code == 304:
            lasting = b"v=" in scope["query_string"] or (self.hashed is not None and path.startswith(self.hashed))
            response.headers["Cache-Control"] = FOREVER if lasting else ASK_AGAIN
        return response


def routes() -> list[BaseRoute]:
    """Where the files are served."""
    return [
        Mount("/static", Files(STATIC), name="static"),
        Mount("/front", Files(FRONT, hashed="assets/"), name="front"),
        Mount("/model", Files(MODELS, only=".task"), name="model"),
    ]

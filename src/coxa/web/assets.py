"""Files the browser may keep: `asset` gives the address of one; styles, pictures, the built front, the pose models."""

from __future__ import annotations

import gzip
import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

HERE = Path(__file__).parent
STATIC = HERE / "static"
FRONT = HERE / "front"
MODELS = HERE.parent / "capture" / "models"
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"
#: Files that are text at heart; set-up packs those of the front beforehand, the others are packed once when first asked for.
TEXTS = frozenset({".css", ".js", ".mjs", ".json", ".svg", ".wasm", ".webmanifest", ".txt"})
PACKED = (".br", ".gz")
LEAST_BYTES = 1000


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
    """A folder of files, each as small as the browser can take it, and kept by it as long as its address cannot change.

    Parameters
    ----------
    directory : Path
    hashed : str, optional
        Files under this name carry a digest in their own name.
    only : str, optional
        The one ending that is served.
    """

    def __init__(self, directory: Path, *, hashed: str | None = None, only: str | None = None) -> None:
        super().__init__(directory=directory, check_dir=False)
        self.hashed = hashed
        self.only = only

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with how long it may be kept."""
        parts = path.replace("\\", "/").split("/")
        if (
            any(part.startswith(".") and part != "." for part in parts)
            or path.endswith(PACKED)
            or (self.only and not path.endswith(self.only))
        ):
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        if not (isinstance(response, FileResponse) or response.status_code == 304):
            return response
        file = Path(self.lookup_path(path)[0])
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("v", [""])[0]
        lasting = (self.hashed is not None and path.startswith(self.hashed)) or asked == await run_in_threadpool(version, file)
        headers = {"Cache-Control": FOREVER if lasting else ASK_AGAIN}
        if file.suffix in TEXTS:
            headers["Vary"] = "Accept-Encoding"
        response.headers.update(headers)
        if response.status_code == 200 and file.suffix in TEXTS and "range" not in Headers(scope=scope):
            return await self._packed(file, scope, response, headers)
        return response

    async def _packed(self, file: Path, scope: Scope, plain: Response, headers: dict[str, str]) -> Response:
        accepted = {part.split(";")[0].strip() for part in Headers(scope=scope).get("accept-encoding", "").split(",")}
        kind = plain.headers["content-type"]
        for ending, name in ((".br", "br"), (".gz", "gzip")):
            ready = file.with_name(file.name + ending)
            if name in accepted and ready.exists() and ready.stat().st_mtime_ns >= file.stat().st_mtime_ns:
                packed = FileResponse(ready, stat_result=ready.stat(), headers={**headers, "Content-Encoding": name, "Content-Type": kind})
                return NotModifiedResponse(packed.headers) if self.is_not_modified(packed.headers, Headers(scope=scope)) else packed
        if "gzip" not in accepted or file.stat().st_size < LEAST_BYTES:
            return plain
        stat = file.stat()
        body = await run_in_threadpool(_gzipped, file, stat.st_mtime_ns, stat.st_size)
        tag = f'W/"{version(file)}"'
        if Headers(scope=scope).get("if-none-match") == tag:
            return Response(status_code=304, headers={**headers, "ETag": tag})
        return Response(body, headers={**headers, "Content-Encoding": "gzip", "ETag": tag, "Content-Type": kind})


@lru_cache(maxsize=256)
def _gzipped(file: Path, _changed: int, _size: int) -> bytes:
    return gzip.compress(file.read_bytes(), 6, mtime=0)


def routes() -> list[BaseRoute]:
    """Where the files are served."""
    return [
        Mount("/static", Files(STATIC), name="static"),
        Mount("/front", Files(FRONT, hashed="assets/"), name="front"),
        Mount("/model", Files(MODELS, only=".task"), name="model"),
    ]

"""Chromium before a camera that plays a film, and how such a film is made."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Playwright

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
#: Chromium plays a file of JPEGs at this rate, whatever the film's own.
CAMERA_FPS = 30
#: A browser's own business, such as looking for a newer one or for who is signed in at its maker's, is sent nowhere: the rest is ours.
NOWHERE = "http://127.0.0.1:9/"
QUIET = [
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-pings", "--disable-domain-reliability",
    # No name is looked up for Chromium's own errands; what a page asks for stands in the log of its requests all the same.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    f"--gaia-url={NOWHERE}", f"--component-updater=url-source={NOWHERE}", f"--apps-gallery-update-url={NOWHERE}",
]  # fmt: skip


def filmed(path: Path, pictures: Iterable[Any]) -> Path:
    """A film for the fake camera."""
    with path.open("wb") as file:
        for picture in pictures:
            frame = io.BytesIO()
            Image.fromarray(picture).save(frame, "JPEG", quality=92)
            file.write(frame.getvalue())
    return path


def launch(playwright: Playwright, camera: Path) -> Browser:
    """Chromium with a film as its camera."""
    arguments = [
        "--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={camera}",
        "--autoplay-policy=no-user-gesture-required", *QUIET,
    ]  # fmt: skip
    return playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)

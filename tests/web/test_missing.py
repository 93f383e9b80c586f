"""What is not installed: the page says for whom the technical line is; a program gets the line itself."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.testclient import TestClient

from coxa.errors import NotInstalled
from coxa.locales import speaking
from coxa.web.errors import title

LINE = "the pose model pose_full.task is missing; run make setup"


def test_what_is_missing_is_said_to_a_person_and_to_a_program(app: FastAPI, client: TestClient) -> None:
    def needs_it() -> None:
        raise NotInstalled(LINE)

    app.add_api_route("/needs-it", needs_it)
    app.add_api_route("/api/v1/needs-it", needs_it)
    page = client.get("/needs-it")
    assert page.status_code == 503
    assert "Something that this needs is missing on this computer." in page.text
    assert f"Please show this to whoever set coxa up here: {LINE}" in page.text
    answer = client.get("/api/v1/needs-it")
    assert answer.status_code == 503
    assert answer.json()["detail"] == LINE


def test_what_is_missing_is_said_in_german() -> None:
    with speaking("en"):
        english = title(503)
    with speaking("de"):
        assert title(503) not in ("", english)

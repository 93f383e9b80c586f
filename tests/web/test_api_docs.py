"""The API's description is complete: ids, statuses, examples that fit, and the page that is written from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from coxa.web.api.description import OPEN, describe
from coxa.web.app import create_app
from coxa.web.config import WebConfig
from program import load

DOCS = Path(__file__).parents[2] / "docs"
UNSAFE = {"post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return describe(create_app(WebConfig(data=tmp_path_factory.mktemp("described"))))


def operations(described: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, one) for path, item in described["paths"].items() for method, one in item.items()]


def test_only_the_api_is_described_and_each_operation_has_a_name_of_its_own(described: dict[str, Any]) -> None:
    found = operations(described)
    assert all(path.startswith("/api/v1/") for path, _method, _one in found)
    ids = [one["operationId"] for *_, one in found]
    assert len(set(ids)) == len(ids) >= 40
    assert set(ids) >= OPEN


def test_every_status_that_may_come_is_described_with_an_example(described: dict[str, Any]) -> None:
    for _path, method, one in operations(described):
        statuses = set(one["responses"])
        name = one["operationId"]
        assert {"400", "421"} <= statuses, name
        assert method not in UNSAFE or {"403", "408", "413"} <= statuses, name
        assert name in OPEN or "401" in statuses, name
        for status, answer in one["responses"].items():
            for kind, content in answer.get("content", {}).items():
                assert kind != "application/json" or status.startswith("2"), f"{name}: {status} is not a problem"
                assert kind not in ("application/json", "application/problem+json") or "example" in content, f"{name}: {status}"


def test_every_example_fits_its_schema(described: dict[str, Any]) -> None:
    parts = described["components"]
    for _path, _method, one in operations(described):
        for answer in one["responses"].values():
            for content in answer.get("content", {}).values():
                if "example" in content:
                    jsonschema_rs.validate(content["schema"] | {"components": parts}, content["example"])
        body = one.get("requestBody", {}).get("content", {}).get("application/json")
        if body is not None:
            schema = parts["schemas"][body["schema"]["$ref"].rsplit("/", 1)[1]]
            assert schema.get("examples"), one["operationId"]
            for example in schema["examples"]:
                jsonschema_rs.validate(body["schema"] | {"components": parts}, example)


def test_the_page_is_what_the_description_says() -> None:
    assert (DOCS / "api.md").read_text(encoding="utf-8") == load("docs/write_api.py").page(), "run: python docs/write_api.py"

"""The description of the API tells every route, and nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mdm.domain.access import SCOPE_PERMISSIONS

DOCS = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.fixture(scope="session")
def spec(calm):
    return calm.web.get("/api/v1/openapi.json").json


def routes(app):
    """(method, path) of every route of the API, as the description writes them."""
    return {
        (method.lower(), re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and rule.rule != "/api/v1/openapi.json"
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }


def operations(spec):
    return {
        (method, path): operation
        for path, item in spec["paths"].items()
        for method, operation in item.items()
        if method in {"get", "put", "post", "delete", "patch"}
    }


def references(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for inner in node.values():
            yield from references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from references(inner)


def test_every_route_is_described_and_no_other(calm, spec):
    assert operations(spec).keys() == routes(calm.web.application)


def test_the_description_is_openapi_3_1(spec):
    assert spec["openapi"].startswith("3.1")
    assert {"title", "version", "description"} <= spec["info"].keys()
    assert spec["security"] == [{"bearer": []}]
    assert spec["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_every_reference_leads_somewhere(spec):
    for reference in references(spec):
        node = spec
        for step in reference.removeprefix("#/").split("/"):
            assert step in node, reference
            node = node[step]


def test_every_path_parameter_is_described(spec):
    for path, item in spec["paths"].items():
        told = {parameter["name"] for parameter in item.get("parameters", []) if parameter["in"] == "path"}
        assert told == set(re.findall(r"{(\w+)}", path)), path


def test_every_call_has_a_name_a_summary_a_scope_and_its_problems(spec):
    found = operations(spec)
    names = [operation["operationId"] for operation in found.values()]
    assert len(set(names)) == len(names)
    for (method, path), operation in found.items():
        assert operation["summary"], path
        assert set(operation["x-scope"].split()) <= SCOPE_PERMISSIONS.keys()
        assert {"401", "403", "404", "422"} <= operation["responses"].keys()
        assert any(status.startswith("2") for status in operation["responses"])
        headers = {parameter["name"] for parameter in operation.get("parameters", [])}
        stores = method in {"put", "delete"} or path.rsplit("/", 1)[-1] not in {
            "lookup",
            "preview",
            "{entity}",
        }
        assert ("Idempotency-Key" in headers) == (method != "get" and stores), path


def test_attributes_of_every_entity_type_are_described_from_the_dictionary(calm, spec, house):
    for entity in house.dictionary.entities.values():
        name = f"{entity.name.title().replace('_', '')}Attributes"
        assert spec["components"]["schemas"][name]["properties"].keys() == entity.attributes.keys()


def test_the_scope_a_call_tells_is_the_one_it_needs(calm, spec):
    for (method, path), operation in operations(spec).items():
        filled = path.replace("/api/v1", "").replace("{entity}", "supplier").replace("{task_id}", "1")
        filled = filled.replace("{source}", "ERP1").replace("{source_system}", "ERP1")
        filled = re.sub(r"{\w+}", "X", filled)
        if path.endswith("/explain/{entity}"):
            filled += "?left=ERP1:X&right=ERP1:Y"
        if method in {"put", "post"}:
            continue  # a body is checked before the right is
        answer = getattr(calm.with_scope(*operation["x-scope"].split()), method)(filled)
        assert answer.status_code in {200, 404}, path


def test_the_page_reads_without_network_and_without_script(calm, spec):
    page = calm.web.get("/api/docs")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "<script" not in text
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", text)
    assert all(operation["operationId"] in text for operation in operations(spec).values())
    nonce = re.search(r"'nonce-([^']+)'", page.headers["Content-Security-Policy"])
    assert nonce is not None
    assert f'<style nonce="{nonce.group(1)}">' in text


def test_the_documentation_names_every_route_and_scope(spec):
    text = DOCS.read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `(GET|PUT|POST|DELETE) (/[^`?]*)`", text, re.MULTILINE))
    assert told == {(method.upper(), path.removeprefix("/api/v1")) for method, path in operations(spec)}
    assert all(f"`{scope}`" in text for scope in SCOPE_PERMISSIONS)

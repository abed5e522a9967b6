"""The OpenAPI 3.1 document: what django-ninja writes, and what it cannot know (problems, conditional answers)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from ninja import NinjaAPI

from claims.public.answers import PROBLEM
from claims.public.api.schemas import Problem

REF = "#/components/schemas/{model}"
ONE = {
    "301": "Merged or renamed: `Location` says where it is now.",
    "404": "Nothing public is at this address.",
}
WITHDRAWN = {
    "410": "It was withdrawn; the public reason is given.",
    "451": "An order had it removed; the public reason is given.",
}
ALWAYS = {"422": "A parameter could not be read.", "503": "The database does not answer."}


def of(api: NinjaAPI, prefix: str) -> dict[str, Any]:
    """`prefix`: the path before every address, without a leading slash."""
    found: dict[str, Any] = api.get_openapi_schema(path_prefix=prefix)
    shapes = found["components"]["schemas"]
    problem = Problem.model_json_schema(ref_template=REF)
    shapes.update(problem.pop("$defs"))
    shapes["Problem"] = problem
    for address, methods in found["paths"].items():
        for operation in methods.values():
            _complete(operation, address)
    found["info"]["license"] = {"name": settings.CLAIMTRACKER_DATA_LICENCE}
    found.pop("servers", None)
    return found


def _complete(operation: dict[str, Any], address: str) -> None:
    operation["responses"] = {str(status): told for status, told in operation["responses"].items()}
    answers = operation["responses"]
    answers["200"]["headers"] = {
        "ETag": {"description": "Send it back as If-None-Match.", "schema": {"type": "string"}}
    }
    answers["304"] = {"description": "It did not change since the ETag that was sent."}
    said = dict(ALWAYS)
    if "{" in address:
        said |= ONE if "slug" in address else {"404": ONE["404"]}
    if "/claims/{" in address or "/sources/{" in address:
        said |= WITHDRAWN
    for status, words in said.items():
        answers[status] = {"description": words}
        if status != "301":
            answers[status]["content"] = {PROBLEM: {"schema": {"$ref": REF.format(model="Problem")}}}

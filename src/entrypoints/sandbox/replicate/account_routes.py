"""The account, its hardware, its webhook secret, and its models."""

import re
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from entrypoints.sandbox.replicate.gate import provider_of
from entrypoints.sandbox.replicate.problems import ProblemError, invalid_input, not_found
from entrypoints.sandbox.replicate.provider import HARDWARE, Provider
from entrypoints.sandbox.replicate.records import Json, Model, Version

account_routes = APIRouter(prefix="/v1")
At = Annotated[Provider, Depends(provider_of)]
_NAME = re.compile(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*")


class NewModel(BaseModel):
    """Body of `POST /v1/models`."""

    owner: str
    name: str
    visibility: Literal["public", "private"]
    hardware: str
    description: str | None = None


@account_routes.get("/account")
async def show_account(provider: At) -> Json:
    """Show whose token it is."""
    return {"type": "organization", "username": provider.account, "name": provider.account, "github_url": None}


@account_routes.get("/hardware")
async def list_hardware(provider: At) -> list[dict[str, str]]:
    """List what models can run on."""
    del provider
    return [{"sku": sku, "name": name} for sku, name in HARDWARE.items()]


@account_routes.get("/webhooks/default/secret")
async def show_webhook_secret(provider: At) -> dict[str, str]:
    """Show the secret that the account's webhooks are signed with."""
    return {"key": provider.postman.secret}


@account_routes.get("/models")
async def list_models(provider: At) -> Json:
    """List public models and the account's own."""
    seen = [one for one in provider.models.values() if one.visibility == "public" or one.owner == provider.account]
    return {"previous": None, "next": None, "results": [model.to_json() for model in seen]}


@account_routes.post("/models", status_code=201)
async def create_model(body: NewModel, provider: At) -> Json:
    """Create an empty model.  403 for another's account, 409 when the name is taken, 422 for bad fields."""
    if body.owner != provider.account:
        raise ProblemError(403, "Forbidden", f"You don't have permission to create a model for {body.owner}")
    if not _NAME.fullmatch(body.name):
        raise invalid_input([("name", "pattern", "Model names can only contain lowercase letters, numbers and -_.")])
    if body.hardware not in HARDWARE:
        raise invalid_input([("hardware", "enum", f"hardware must be one of the following: {', '.join(HARDWARE)}")])
    now = provider.clock.now()
    model = Model(body.owner, body.name, body.visibility, body.hardware, now, body.description)
    provider.add_model(model)
    return model.to_json()


@account_routes.get("/models/{owner}/{name}")
async def show_model(owner: str, name: str, provider: At) -> Json:
    """Show one model."""
    return provider.model(owner, name).to_json()


@account_routes.delete("/models/{owner}/{name}", status_code=204)
async def delete_model(owner: str, name: str, provider: At) -> Response:
    """Delete one's own private model that has no versions."""
    model = provider.model(owner, name)
    if model.owner != provider.account or model.visibility != "private" or model.versions:
        raise ProblemError(403, "Forbidden", "Only private models of your own without versions can be deleted.")
    del provider.models[model.slug]
    return Response(status_code=204)


@account_routes.get("/models/{owner}/{name}/versions")
async def list_versions(owner: str, name: str, provider: At) -> Json:
    """List a model's versions, newest first."""
    versions = reversed(provider.model(owner, name).versions)
    return {"previous": None, "next": None, "results": [version.to_json() for version in versions]}


@account_routes.get("/models/{owner}/{name}/versions/{version_id}")
async def show_version(owner: str, name: str, version_id: str, provider: At) -> Json:
    """Show one version."""
    return _version(provider.model(owner, name), version_id).to_json()


@account_routes.delete("/models/{owner}/{name}/versions/{version_id}", status_code=202)
async def delete_version(owner: str, name: str, version_id: str, provider: At) -> Response:
    """Delete a version of one's own model, and the photographs that it knows."""
    model = provider.model(owner, name)
    version = _version(model, version_id)
    if model.owner != provider.account:
        raise not_found()
    model.versions.remove(version)
    return Response(status_code=202)


def _version(model: Model, version_id: str) -> Version:
    for version in model.versions:
        if version.id == version_id:
            return version
    raise not_found()

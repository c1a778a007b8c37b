"""Uploaded files (`/v1/files`) and produced ones (`/delivery`)."""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Annotated

from fastapi import APIRouter, Form, Response, UploadFile

from entrypoints.sandbox.replicate.account_routes import At
from entrypoints.sandbox.replicate.problems import ProblemError, invalid_input, not_found
from entrypoints.sandbox.replicate.records import Json

file_routes = APIRouter()
MAX_FILE_BYTES = 100 * 1024 * 1024


@file_routes.post("/v1/files", status_code=201)
async def upload(content: UploadFile, provider: At, metadata: Annotated[str, Form()] = "{}") -> Json:
    """Keep a file for 24 hours; at most 100 MiB."""
    body = await content.read(MAX_FILE_BYTES + 1)
    if len(body) > MAX_FILE_BYTES:
        raise ProblemError(413, "Request Entity Too Large", "Files can be at most 100MiB.")
    try:
        facts = json.loads(metadata)
    except ValueError as error:
        raise invalid_input([("metadata", "json", "metadata must be a JSON object")]) from error
    if not isinstance(facts, dict):
        raise invalid_input([("metadata", "json", "metadata must be a JSON object")])
    kind = content.content_type or "application/octet-stream"
    return provider.store_file(content.filename or "file", kind, body, facts).to_json(provider.base_url)


@file_routes.get("/v1/files")
async def list_files(provider: At) -> Json:
    """List the files that have not expired, newest first."""
    provider.sweep()
    files = [file.to_json(provider.base_url) for file in reversed(provider.files.values())]
    return {"previous": None, "next": None, "results": files}


@file_routes.get("/v1/files/{file_id}")
async def show_file(file_id: str, provider: At) -> Json:
    """Show a file's card."""
    return provider.file(file_id).to_json(provider.base_url)


@file_routes.delete("/v1/files/{file_id}", status_code=204)
async def delete_file(file_id: str, provider: At) -> Response:
    """Forget a file."""
    file = provider.file(file_id)
    del provider.files[file.id]
    return Response(status_code=204)


@file_routes.get("/v1/files/{file_id}/download")
async def download(file_id: str, owner: str, expiry: int, signature: str, provider: At) -> Response:
    """Hand a file out by a signed address: base64 HMAC-SHA256 over `{owner} {id} {expiry}`, expiry in Unix seconds."""
    file = provider.file(file_id)
    signed = f"{owner} {file_id} {expiry}".encode()
    expected = hmac.digest(provider.files_secret.encode(), signed, hashlib.sha256)
    try:
        given = base64.b64decode(signature, validate=True)
    except binascii.Error:
        given = b""
    if not hmac.compare_digest(given, expected):
        raise ProblemError(403, "Forbidden", "The signature is invalid.")
    if provider.clock.now().timestamp() > expiry:
        raise ProblemError(403, "Forbidden", "The URL has expired.")
    return Response(file.content, media_type=file.content_type)


@file_routes.get("/delivery/{path:path}")
async def deliver(path: str, provider: At) -> Response:
    """Hand out what a run has made, to anyone; 404 once it has expired."""
    provider.sweep()
    delivered = provider.delivered.get(path)
    if delivered is None:
        raise not_found()
    return Response(delivered.content, media_type=delivered.content_type)

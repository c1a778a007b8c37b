"""Callers from wherever they like, straight into the app."""

import contextlib
from collections.abc import AsyncIterator

import httpx
from fastapi import FastAPI


@contextlib.asynccontextmanager
async def calling_on(app: FastAPI, host: str) -> AsyncIterator[httpx.AsyncClient]:
    """Call on an app from an address; what breaks in it is an answer, as it would be in service."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(host, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client

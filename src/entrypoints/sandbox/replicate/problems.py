"""What the vendor says when it refuses: problem details (RFC 7807) in Replicate's own words."""

from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import JSONResponse


class ProblemError(Exception):
    """A refusal with its HTTP status; `extra` are further members of the body."""

    def __init__(self, status: int, title: str | None, detail: str, extra: Mapping[str, object] | None = None) -> None:
        """Keep the facts of the refusal."""
        super().__init__(detail)
        self.status = status
        self.body: dict[str, object] = {"detail": detail, "status": status, **(extra or {})}
        if title is not None:
            self.body["title"] = title

    def response(self) -> JSONResponse:
        """Word the refusal as an HTTP answer."""
        return JSONResponse(self.body, self.status, media_type="application/problem+json")


async def answer_problem(request: Request, problem: Exception) -> JSONResponse:
    """Turn a raised refusal into its answer (FastAPI's exception handler)."""
    del request
    if not isinstance(problem, ProblemError):
        raise problem
    return problem.response()


def not_found() -> ProblemError:
    """No such thing, or not yours: the vendor does not tell which."""
    return ProblemError(404, "Not found", "The requested resource could not be found.")


def unauthenticated(*, passed: bool) -> ProblemError:
    """No token was passed, or one that is not known."""
    detail = "You did not pass a valid authentication token" if passed else "You did not pass an authentication token"
    return ProblemError(401, "Unauthenticated", detail)


def insufficient_credit() -> ProblemError:
    """The account has run out of money."""
    return ProblemError(
        402,
        "Insufficient credit",
        "You have insufficient credit to run this model. "
        "Go to https://replicate.com/account/billing#billing to purchase credit.",
    )


def throttled() -> JSONResponse:
    """Too many requests: the vendor's body has no title here."""
    detail = "Request was throttled. Your rate limit resets in ~1s."
    return JSONResponse({"detail": detail, "status": 429}, 429, headers={"Retry-After": "1"})


def broken() -> JSONResponse:
    """Something broke on the vendor's side."""
    return JSONResponse({"title": "Internal server error", "detail": "An internal error occurred.", "status": 500}, 500)


def refused() -> JSONResponse:
    """An input that the vendor will never take."""
    return invalid_input([("input", "value_error", "it was told to be refused")]).response()


def destination_missing() -> ProblemError:
    """The model to push to was not created first, or belongs to somebody else."""
    return ProblemError(404, None, "The specified training destination does not exist")


def model_exists() -> ProblemError:
    """The name is taken in this account."""
    return ProblemError(409, "Conflict", "A model with that name and owner already exists")


def version_unknown() -> ProblemError:
    """The version is none, or none of yours."""
    return ProblemError(
        422,
        "Invalid version or not permitted",
        "The specified version does not exist (or perhaps you don't have permission to use it?)",
    )


def invalid_input(faults: list[tuple[str, str, str]]) -> ProblemError:
    """Fields that break the model's schema: (field, kind of fault, description)."""
    fields = [{"field": field, "type": kind, "description": text} for field, kind, text in faults]
    detail = "".join(f"- {field}: {text}\n" for field, _, text in faults)
    return ProblemError(422, "Input validation failed", detail, {"invalid_fields": fields})

"""Decides which requests reach the local Prefect server at all; Prefect's own authentication comes after it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.prefect_support.listening_socket import LOOPBACK
from flows.prefect_support.server_access import NONCE_HEADER, PROOF_HEADER, ServerAccess

HEALTH_PATHS: Final = frozenset({"/api/health", "/api/ready"})
_API_PREFIX: Final = "/api"
_READING_METHODS: Final = frozenset({"GET", "HEAD"})
# A page of another site must not show ours in a frame, where a click on it would be a click on ours.
_FRAME_HEADERS: Final[Mapping[str, str]] = {
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def guard_app(app: ASGIApp, access: ServerAccess, *, has_pages: bool) -> ASGIApp:
    """Wrap the server's app; only with *has_pages* are the files of its pages sent to a browser without the secret.

    The Host header is compared too: a page whose name was made to lead to this machine (DNS rebinding) sends its own.
    """
    return TrustedHostMiddleware(RequestGuard(app, access, has_pages=has_pages), allowed_hosts=[LOOPBACK])


class RequestGuard:
    """Refuses requests of pages of other origins, and requests without the secret."""

    def __init__(self, app: ASGIApp, access: ServerAccess, *, has_pages: bool) -> None:
        self._app = app
        self._access = access
        self._has_pages = has_pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        status = self._find_refusal(scope, headers)
        if status is None:
            await self._app(scope, receive, self._add_headers(send, headers.get(NONCE_HEADER, "")))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await PlainTextResponse(status.phrase, status)(scope, receive, send)

    def _find_refusal(self, scope: Scope, headers: Headers) -> HTTPStatus | None:
        """Return the status of a refusal, or None."""
        if headers.get("Origin", self._access.origin) != self._access.origin:
            return HTTPStatus.FORBIDDEN
        # A websocket shows the secret in its first message: browsers cannot send headers with it.
        if scope["type"] == "websocket" or self._is_public(scope):
            return None
        if self._access.is_authorized(headers.get("Authorization", "")):
            return None
        return HTTPStatus.UNAUTHORIZED

    def _is_public(self, scope: Scope) -> bool:
        if scope["method"] not in _READING_METHODS:
            return False
        path: str = scope["path"]
        return path in HEALTH_PATHS or (self._has_pages and not path.startswith(_API_PREFIX))

    def _add_headers(self, send: Send, nonce: str) -> Send:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_FRAME_HEADERS)
                if nonce:
                    headers[PROOF_HEADER] = self._access.prove(nonce)
            await send(message)

        return send_with_headers

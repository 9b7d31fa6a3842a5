"""The secret of a local server: who knows it may use the server, and who proves it is the server."""

import base64
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Final

from flows.prefect_support.listening_socket import LOOPBACK

NONCE_HEADER: Final = "Hesuan-Nonce"
PROOF_HEADER: Final = "Hesuan-Proof"
_SECRET_BYTES: Final = 32


def create_secret() -> str:
    """Return a new random secret."""
    return secrets.token_urlsafe(_SECRET_BYTES)


@dataclass(frozen=True, slots=True)
class ServerAccess:
    """The port of a local server and its secret, which no log and no error message shows."""

    port: int
    secret: str = field(repr=False)

    @property
    def origin(self) -> str:
        """The address of the pages."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def api_url(self) -> str:
        """The address that clients use."""
        return f"{self.origin}/api"

    @property
    def authorization(self) -> str:
        """The header by which Prefect's own clients show the secret."""
        return f"Basic {base64.b64encode(self.secret.encode()).decode()}"

    def prove(self, nonce: str) -> str:
        """Return what only a holder of the secret can answer to *nonce*."""
        return hmac.digest(self.secret.encode(), nonce.encode(), "sha256").hex()

    def is_proof(self, nonce: str, proof: str) -> bool:
        """Return whether *proof* answers *nonce*."""
        return hmac.compare_digest(self.prove(nonce).encode(), proof.encode())

    def is_authorized(self, header: str) -> bool:
        """Return whether an Authorization header shows the secret."""
        return hmac.compare_digest(self.authorization.encode(), header.encode())

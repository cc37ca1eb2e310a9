"""Why there was no answer."""

from __future__ import annotations

import http.client
import socket
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.targets.origin import Origin


def why_unanswered(error: Exception, origin: Origin, time_limit: float) -> str:
    """Why there was no answer, in words for a person."""
    if isinstance(error, socket.gaierror | UnicodeError):
        return f"the name {origin.host} cannot be resolved; check the base URL and DNS"
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"the TLS certificate of {origin} is not trusted ({error.verify_message}); "
            "if a private CA issued it, name its file in SSL_CERT_FILE"
        )
    if isinstance(error, ssl.SSLError):
        return f"TLS with {origin} failed ({error.reason or 'no reason given'}); check that it speaks https"
    if isinstance(error, TimeoutError):
        return f"{origin} gave no complete answer within {time_limit:g} s"
    if isinstance(error, ConnectionRefusedError):
        return f"nothing listens at {origin} (connection refused); check the base URL"
    if isinstance(error, http.client.RemoteDisconnected | ConnectionResetError | BrokenPipeError):
        return f"{origin} closed the connection without an answer"
    if isinstance(error, http.client.BadStatusLine):
        return f"{origin} did not answer as HTTP (its first line is no status line)"
    if isinstance(error, http.client.HTTPException | ValueError):
        told = isinstance(error, http.client.LineTooLong) or type(error) is http.client.HTTPException
        return f"{origin} did not answer as HTTP ({error if told else type(error).__name__})"
    return f"{origin} cannot be reached ({getattr(error, 'strerror', None) or type(error).__name__})"

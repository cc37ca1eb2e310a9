"""hopx-auth spec clients: where clients take their key from, and how they reach the API."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from conformance.commands import status
from conformance.commands.given import spec_file
from conformance.commands.output import complain, print_result
from conformance.diagnosis.clients.loader import load
from conformance.report.text import printable
from conformance.spec.files import default_clients
from conformance.spec.mistakes import FileError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from conformance.diagnosis.clients.model import Client


def show_clients(options: argparse.Namespace) -> int:
    """Print the clients and their sources in order; exit status 2 when the file has mistakes."""
    import msgspec

    file = spec_file(options)
    try:
        clients = load(Path(options.clients) if options.clients else default_clients(), file)
    except FileError as error:
        complain(str(error))
        return status.USAGE
    text = "\n\n".join("\n".join(_lines(client)) for client in clients.clients)
    print_result(options, msgspec.to_builtins(clients), printable(text))
    return status.OK


def _lines(client: Client) -> Iterator[str]:
    yield f"{client.id}: {client.title} ({', '.join(client.measured)})"
    for number, source in enumerate(client.reads, start=1):
        yield f"  {number}. {source.text}"
    if client.netrc:
        yield f"  .netrc: {client.netrc.sends}{f', when {client.netrc.when}' if client.netrc.when else ''}"
    yield f"  proxies: {', '.join(client.proxies) or 'none, whatever the environment says'}"
    behind = f", and puts {client.base_path} behind it" if client.base_path else ""
    yield f"  base URL: {client.base_url_variable or 'only as it is given'}{behind}"
    if client.addresses == "ipv4":
        yield "  IPv4 only"

"""A variant behind nginx: `behind_nginx.py NAME COMMAND…`; it serves until its standard input ends."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

VARIANTS = {
    "plain": "",
    # as in front of production: its own limit of requests, and slashes and compression to its own taste
    "busy": "gzip on; gzip_types application/json; gzip_min_length 1; keepalive_requests 7; merge_slashes off;",
}
CONFIGURATION = """
daemon off; pid {folder}/pid; error_log {folder}/errors crit; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  large_client_header_buffers 4 32k;
  server {{ listen 127.0.0.1:{port}; server_name _; {more}
    location / {{ proxy_pass http://{behind}; proxy_http_version 1.1; proxy_set_header Connection ""; }} }}
}}
"""


def main():
    more, command = VARIANTS[sys.argv[1]], sys.argv[2:]
    behind = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    environment = json.loads(behind.stdout.readline())
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        address = environment["HOPX_BASE_URL"].partition("//")[2].partition("/")[0]
        file = Path(folder, "nginx.conf")
        file.write_text(CONFIGURATION.format(folder=folder, port=port, behind=address, more=more), encoding="utf-8")
        nginx = subprocess.Popen(["nginx", "-c", str(file), "-p", folder, "-e", f"{folder}/errors"])
        try:
            wait_for(port)
            print(json.dumps(environment | {"HOPX_BASE_URL": f"http://127.0.0.1:{port}/v1"}), flush=True)
            sys.stdin.read()
        finally:
            nginx.terminate()
            nginx.wait()
            behind.stdin.close()
            behind.wait()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_for(port):
    for _ in range(1000):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    raise SystemExit("nginx does not listen")


if __name__ == "__main__":
    main()

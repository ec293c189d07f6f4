"""The proxies of `deploy/`, only names and ports changed: nginx and Caddy, each before two servers."""

import http.client
import json
import os
import re
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.docs.pages import ROOT
from tests.journeys.server import free_port

pytestmark = pytest.mark.journey
DEPLOY = ROOT / "deploy"
SITE = "kaibo.example.com"
PAUSE_SECONDS = 1.5
LARGE = 20 * 1024 * 1024


class Behind:
    """A server behind the proxy: tells what it was asked, and sends a stream whose second half comes late."""

    def __init__(self, name: str) -> None:
        behind = self
        self.name = name
        self.asked: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_arguments: object) -> None:
                return

            def answer(self) -> None:
                behind.asked.append(self.path)
                size = len(self.rfile.read(int(self.headers.get("content-length") or 0)))
                if self.path.startswith("/live/"):
                    self.stream()
                    return
                told = {"by": behind.name, "size": size, "headers": {k.lower(): v for k, v in self.headers.items()}}
                body = json.dumps(told).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def stream(self) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.send_header("connection", "close")
                self.end_headers()
                for number in range(2):
                    self.wfile.write(f"event: patch\ndata: {number}\n\n".encode())
                    self.wfile.flush()
                    behind.go.wait(behind.holds)
                self.close_connection = True

            do_GET = do_POST = answer  # noqa: N815 - the names that http.server calls

        self.go, self.holds = threading.Event(), PAUSE_SECONDS
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def end(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@dataclass
class Front:
    """A running proxy and what is behind it."""

    port: int
    is_tls: bool
    behind: list[Behind]
    plain_port: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        connection = self.connection()
        try:
            connection.request("POST" if body else "GET", path, body, self.headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def connection(self) -> http.client.HTTPConnection:
        if not self.is_tls:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20, context=trusting)


def needs(program: str) -> str:
    """Where it is; the test is skipped where it is not."""
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of our own for the name of the site, and its key."""
    chain, key = folder / "chain.pem", folder / "key.pem"
    told = [
        "-subj",
        f"/CN={SITE}",
        "-days",
        "1",
        "-nodes",
        "-newkey",
        "rsa:2048",
        "-keyout",
        str(key),
        "-out",
        str(chain),
    ]
    subprocess.run(["openssl", "req", "-x509", *told], check=True, capture_output=True)
    return chain, key


@contextmanager
def running(command: list[str], port: int, environment: dict[str, str]) -> Iterator[None]:
    """The proxy, from the moment it listens."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        ends = time.monotonic() + 20
        while True:
            try:
                http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()
                break
            except OSError:
                assert process.poll() is None, process.stdout.read().decode() if process.stdout else ""
                assert time.monotonic() < ends, "the proxy does not listen"
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(20)


def nginx(folder: Path, behind: list[Behind], stack: ExitStack) -> Front:
    program = needs("nginx")
    chain, key = certificate(folder)
    port, plain = free_port(), free_port()
    text = (DEPLOY / "nginx.conf").read_text()
    (line,) = re.findall(r"^ *server 127\.0\.0\.1:8000.*$", text, re.MULTILINE)
    for old, new in (
        (line, "\n".join(line.replace("8000", str(one.port)) for one in behind)),
        ("listen 443 ", f"listen 127.0.0.1:{port} "),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        (f"/etc/letsencrypt/live/{SITE}/fullchain.pem", str(chain)),
        (f"/etc/letsencrypt/live/{SITE}/privkey.pem", str(key)),
    ):
        assert old in text, f"nginx.conf no longer says {old}"
        text = text.replace(old, new)
    (folder / "kaibo.conf").write_text(text)
    places = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = folder / "nginx.conf"
    main.write_text(
        f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log stderr warn;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{places}include {folder}/kaibo.conf;\n}}\n"
    )
    told = subprocess.run([program, "-t", "-c", str(main)], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert "[warn]" not in told.stderr, told.stderr
    stack.enter_context(running([program, "-c", str(main)], port, dict(os.environ)))
    return Front(port, is_tls=True, behind=behind, plain_port=plain, headers={"Host": SITE})


def caddy(folder: Path, behind: list[Behind], stack: ExitStack) -> Front:
    program = needs("caddy")
    port = free_port()
    text = (DEPLOY / "Caddyfile").read_text()
    for name, one in zip(("serve", "replica"), behind, strict=True):
        assert f"a {name} 8000" in text
        text = text.replace(f"a {name} 8000", f"a 127.0.0.1 {one.port}")
    place = folder / "Caddyfile"
    place.write_text(text)
    environment = {
        **os.environ,
        "KAIBO_SITE": f"http://localhost:{port}",
        "CADDY_ADMIN": f"localhost:{free_port()}",
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    same = subprocess.run([program, "fmt", str(DEPLOY / "Caddyfile")], capture_output=True, text=True, check=False)
    assert same.stdout == (DEPLOY / "Caddyfile").read_text(), "write it as `caddy fmt` does"
    command = [program, "run", "--adapter", "caddyfile", "--config", str(place)]
    stack.enter_context(running(command, port, environment))
    return Front(port, is_tls=False, behind=behind, headers={"Host": f"localhost:{port}"})


@pytest.fixture(params=[nginx, caddy], ids=["nginx", "caddy"])
def front(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Front]:
    behind = [Behind("first"), Behind("second")]
    with ExitStack() as stack:
        yield request.param(tmp_path, behind, stack)
    for one in behind:
        one.end()


def test_it_passes_on_what_servers_need_to_know(front: Front) -> None:
    status, told = front.ask("/shows/?a=b", b"x" * LARGE)
    assert status == 200, told
    seen = json.loads(told)
    assert seen["size"] == LARGE, "a body of an import or a push comes through whole"
    headers = seen["headers"]
    assert headers["host"] == front.headers["Host"]
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-forwarded-proto"] == ("https" if front.is_tls else "http")


def test_it_sends_each_part_of_a_stream_at_once(front: Front) -> None:
    for one in front.behind:
        one.holds = 30  # longer than we wait for a line: the second half leaves once the first is here
    connection = front.connection()
    connection.request("GET", "/live/tonight/stream", headers=front.headers)
    answer = connection.getresponse()
    parts = 0
    while line := answer.readline():
        if line.startswith(b"data: "):
            parts += 1
            for one in front.behind:
                one.go.set()
    connection.close()
    assert parts == 2


def test_it_shares_out_and_asks_another_server_when_one_is_gone(front: Front) -> None:
    held = []  # a stream each, so that the one with the fewest is the other
    for _ in range(2):
        connection = front.connection()
        connection.request("GET", "/live/tonight/stream", headers=front.headers)
        connection.getresponse()
        held.append(connection)
    assert all(one.asked for one in front.behind)
    for connection in held:
        connection.close()
    gone, stays = front.behind
    gone.server.shutdown()
    gone.server.server_close()
    answers = [front.ask("/shows/") for _ in range(6)]
    assert [status for status, _ in answers] == [200] * 6
    assert {json.loads(told)["by"] for _, told in answers} == {stays.name}


def test_it_keeps_what_servers_say_to_each_other_from_strangers(front: Front) -> None:
    for path in ("/api/v1/handover/append", "/ops/metrics"):
        assert front.ask(path)[0] == 404
    assert not [path for one in front.behind for path in one.asked if "handover" in path or "/ops/" in path]
    if front.plain_port:
        connection = http.client.HTTPConnection("127.0.0.1", front.plain_port, timeout=20)
        connection.request("GET", "/shows/", headers=front.headers)
        answer = connection.getresponse()
        assert (answer.status, answer.headers["Location"]) == (301, f"https://{SITE}/shows/")
        connection.close()

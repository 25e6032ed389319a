"""A sign-in provider on this machine, for tests: it describes itself, changes codes into tokens, and lies on demand."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

KEY, OTHER_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _number in range(2))
CLIENT, SECRET = "capacity-portal", "a secret of the portal"
Change = Callable[[dict[str, Any]], None]


@dataclass
class Provider:
    """One honest provider. What it says is changed by `claims`, and by the other fields for its faults."""

    url: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)  # a value of None takes the claim out
    elsewhere: dict[str, Any] | None = None  # what the second page says of the person
    key: rsa.RSAPrivateKey = KEY
    algorithm: str = "RS256"
    broken: dict[str, tuple[int, bytes]] = field(default_factory=dict)  # path: status and body
    description: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)  # what came with each code
    nonce: str = ""

    def describe(self) -> dict[str, Any]:
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        found = {name: f"{self.url}/{place}" for name, place in places.items()}
        if self.elsewhere is not None:
            found["userinfo_endpoint"] = f"{self.url}/person"
        return {"issuer": self.url, **found, **self.description}

    def token(self) -> str:
        now = int(time.time())
        honest = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": self.nonce, **self.person}
        claims = {name: value for name, value in {**honest, **self.claims}.items() if value is not None}
        if self.algorithm == "none":
            return jwt.encode(claims, None, algorithm="none")
        if self.algorithm == "HS256":
            return jwt.encode(claims, "x" * 40, algorithm="HS256", headers={"kid": "first"})
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "first"})

    def keys(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        return {"keys": [{**public, "kid": "first", "use": "sig", "alg": "RS256"}]}


@contextmanager
def provider() -> Iterator[Provider]:
    found = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            pages: dict[str, Callable[[], Any]] = {
                "/.well-known/openid-configuration": found.describe,
                "/keys": found.keys,
                "/person": lambda: found.elsewhere,
            }
            self.answer(pages.get(urlsplit(self.path).path))

        def do_POST(self) -> None:
            sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            found.asked.append({name: values[0] for name, values in sent.items()})
            found.asked[-1]["authorization"] = self.headers.get("Authorization", "")
            self.answer(lambda: {"access_token": "opens the second page", "id_token": found.token()})

        def answer(self, page: Callable[[], Any] | None) -> None:
            status, body = found.broken.get(self.path) or ((200, json.dumps(page()).encode()) if page else (404, b""))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Tests read their own output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

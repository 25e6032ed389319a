"""A passkey in software: it answers the questions of the portal as a browser and a security key would."""

from __future__ import annotations

import hashlib
import html
import json
import re
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

from members.models import User

HOME, HOST = "http://localhost:8000", "localhost"
PRESENT, VERIFIED, NEW_KEY = 0x01, 0x04, 0x40


def options_of(page: str) -> dict[str, Any]:
    """The question that a page holds for the script."""
    [found] = re.findall(r'data-options="([^"]+)"', page)
    options: dict[str, Any] = json.loads(html.unescape(found))["publicKey"]
    return options


@dataclass
class Device:
    """One key. `origin` and `host` are what an honest browser says of the page."""

    origin: str = HOME
    host: str = HOST
    flags: int = PRESENT | VERIFIED
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    number: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        public = cbor.encode(ES256.from_cryptography_key(self.key.public_key()))
        made = bytes(16) + struct.pack(">H", len(self.number)) + self.number + public
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._says(self.flags | NEW_KEY) + made}
        client = self._client("webauthn.create", options["challenge"])
        return self._answer(clientDataJSON=client, attestationObject=cbor.encode(attestation))

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        client, says = self._client("webauthn.get", options["challenge"]), self._says(self.flags)
        signature = self.key.sign(says + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=says, signature=signature)

    def _says(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + bytes(4)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, **response: bytes) -> dict[str, Any]:
        number = websafe_encode(self.number)
        words = {name: websafe_encode(value) for name, value in response.items()}
        return {"id": number, "rawId": number, "type": "public-key", "response": words, "clientExtensionResults": {}}


def owned_by(person: User, name: str = "Work laptop") -> Authenticator:
    """A row as the page writes it, for tests that only need one to be there."""
    credential = Device().create({"challenge": "AAAA"})
    row: Authenticator = Authenticator.objects.create(
        user=person, type=Authenticator.Type.WEBAUTHN, data={"name": name, "credential": credential}
    )
    return row

"""Small secrets at rest: sealed with a key from the environment, bound to the place they belong to."""

import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kaibo.kit import env
from kaibo.kit.errors import BadConfiguration

NONCE_BYTES = 12  # what AES-GCM wants


def seal(plain: bytes, *, place: str) -> bytes:
    """The bytes sealed; they open only at the same place and with the same key."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher().encrypt(nonce, plain, place.encode())


def unseal(sealed: bytes, *, place: str) -> bytes:
    """The bytes as they were. Raises BadConfiguration when the key changed, or they were moved or altered."""
    try:
        return _cipher().decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
    except (InvalidTag, ValueError):
        raise BadConfiguration(
            f"what is sealed for {place} does not open with this KAIBO_SEAL_KEY",
            fix="set the key it was sealed with, or type the setting in again",
        ) from None


def _cipher() -> AESGCM:
    return AESGCM(hashlib.sha256(env.key("KAIBO_SEAL_KEY")).digest())

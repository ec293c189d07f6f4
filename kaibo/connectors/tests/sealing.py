"""How a platform seals and signs, written from its documentation for tests: the other side of `signing`."""

import base64
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

AES_KEY = base64.b64encode(bytes(range(7, 39))).decode().rstrip("=")  # 32 bytes, 43 characters


def encrypt(plain: bytes, *, key: bytes, initial: bytes, block: int) -> str:
    count = block - len(plain) % block
    work = Cipher(algorithms.AES(key), modes.CBC(initial)).encryptor()
    return base64.b64encode(work.update(plain + bytes([count]) * count) + work.finalize()).decode()


def seal_wechat(message: bytes, *, receiver: str, aes_key: str = AES_KEY, prefix: int = 16) -> str:
    key = base64.b64decode(aes_key + "=")
    plain = bytes(prefix) + struct.pack(">I", len(message)) + message + receiver.encode()
    return encrypt(plain, key=key, initial=key[:16], block=32)


def sign_wechat(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def seal_kuaishou(message: bytes, *, secret: str) -> bytes:
    return encrypt(message, key=base64.b64decode(secret), initial=bytes(16), block=16).encode()


def md5(*parts: bytes) -> bytes:
    return hashlib.md5(b"".join(parts)).digest()


def hmac_sha256(secret: str, *parts: bytes) -> str:
    return hmac.new(secret.encode(), b"".join(parts), "sha256").hexdigest()


def flipped(data: bytes) -> bytes:
    """The bytes with one bit of their middle turned."""
    changed = bytearray(data)
    changed[len(changed) // 2] ^= 1
    return bytes(changed)

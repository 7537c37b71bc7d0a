"""Encrypted columns: authenticated encryption with rotating keys (Fernet: AES-128-CBC and HMAC-SHA256).

The newest key seals, every configured key opens, so a key is retired by adding a new one in front, sealing
the rows again, and removing the old one. What is unsealed for a moment must not outlive a crash: no core dumps.
"""

import ctypes
import logging
import resource
import sys
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import Flask, current_app
from sqlalchemy import LargeBinary
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator

log = logging.getLogger(__name__)
_NO_KEY = "a sealed value opens with none of the configured keys"


class CannotOpen(Exception):
    """No configured key opens this value. The message never carries the value."""


@dataclass(frozen=True, repr=False)
class _Keys:
    newest: Fernet
    all: MultiFernet


def init_app(app: Flask, keys: tuple[str, ...]) -> None:
    fernets = [Fernet(key) for key in keys]
    app.extensions["sealing"] = _Keys(fernets[0], MultiFernet(fernets))


def _box() -> MultiFernet:
    return current_app.extensions["sealing"].all


def reseal(token: bytes) -> bytes:
    """A sealed value under the newest key; the same bytes where that key sealed it. Raises CannotOpen."""
    try:
        current_app.extensions["sealing"].newest.decrypt(token)
    except InvalidToken:
        try:
            return _box().rotate(token)
        except InvalidToken:
            raise CannotOpen(_NO_KEY) from None
    return token


def seal(data: bytes) -> bytes:
    """What only the configured keys open."""
    return _box().encrypt(data)


def unseal(token: bytes) -> bytes:
    """Raises CannotOpen."""
    try:
        return _box().decrypt(token)
    except InvalidToken:
        raise CannotOpen(_NO_KEY) from None


class SealedText(TypeDecorator[str]):
    """Text that the database, its backups and its logs hold only encrypted."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else seal(value.encode())

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        return None if value is None else unseal(bytes(value)).decode()


_PR_GET_DUMPABLE, _PR_SET_DUMPABLE = 3, 4


def forbid_core_dumps() -> None:
    """Called where a process begins: each web process, the worker, each command.

    The kernel writes no core file of a process with RLIMIT_CORE 0, and gives none to a core handler (systemd and
    others take cores whatever the limit) once the process is not dumpable. That also keeps other processes of
    the same user from reading its memory.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux" and _prctl(_PR_SET_DUMPABLE) != 0:
        log.warning("the kernel may still write a core dump of this process")


def are_core_dumps_forbidden() -> bool:
    is_dumpable = sys.platform == "linux" and _prctl(_PR_GET_DUMPABLE) == 1
    return resource.getrlimit(resource.RLIMIT_CORE) == (0, 0) and not is_dumpable


def _prctl(option: int) -> int:
    return ctypes.CDLL(None).prctl(option, 0, 0, 0, 0)

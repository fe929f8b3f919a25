"""Model and head files: reading, writing, and the names of those in the package."""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import suppress
from typing import Optional, Union

from ._errors import FileMissingError, coded, of_os, unreadable, wrong_type

MODELS = ("everyday", "urban", "urban-tiny")
"""The names of the models in the package, the default first."""

HEADS = ("urban",)
"""The names of the heads in the package."""

_MAX_BYTES = 1 << 30

Given = Union[str, "os.PathLike[str]", bytes, None]
"""A name, a path, the bytes of a file, or nothing."""


def resolve(
    given: Given, what: str, names: tuple[str, ...]
) -> tuple[Optional[str], Optional[bytes], Union[str, bytes, None]]:
    """The name or the bytes that ``given`` stands for, and what leads to the same in a process with
    another current folder. A file takes precedence over a name."""
    if given is None:
        return None, None, None
    if isinstance(given, (bytes, bytearray, memoryview)):
        content = bytes(given)
        return None, content, content
    if not isinstance(given, (str, os.PathLike)):
        kind = type(given).__name__
        raise wrong_type(f"{what} is a {kind}, expected a name, a path or bytes")
    path = os.fsdecode(os.fspath(given))
    # A folder is never a model, so it does not hide one in the package.
    if path in names and isinstance(given, str) and not os.path.isfile(path):
        return path, None, path
    if not os.path.exists(path):
        known = ", ".join(names)
        text = f"there is no such {what} file"
        text += f", and the {what}s in the package are {known}" if known else ""
        raise FileMissingError(errno.ENOENT, text, path)
    return None, read(path), os.path.abspath(path)


def read(path: Union[str, "os.PathLike[str]"]) -> bytes:
    """The bytes of a model or head file, up to 1 GiB."""
    try:
        size = os.stat(path).st_size
        if size > _MAX_BYTES:
            raise coded("limit", f"{path} has {size} bytes, expected at most {_MAX_BYTES}")
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise of_os(error, path) from error


def write(path: Union[str, "os.PathLike[str]"], text: str) -> None:
    """Writes a file as a whole: whatever happens, there is the former one or the new one."""
    try:
        # What a link leads to is replaced, not the link.
        target = os.path.realpath(path)
        if os.path.isfile(target) or not os.path.exists(target):
            _replace(target, text)
        else:
            # A device or a pipe must not be replaced by a file.
            with open(target, "w", encoding="utf-8", newline="") as file:
                file.write(text)
    except OSError as error:
        raise of_os(error, path) from error
    except ValueError as error:
        # A name that no file can have, such as one with a NUL.
        raise unreadable(path, errno.EINVAL, str(error)) from error


def _replace(target: str, text: str) -> None:
    temporary = os.path.join(os.path.dirname(target), f".teach-{secrets.token_hex(8)}")
    try:
        with open(temporary, "x", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            # Some systems report a full disk only here.
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise

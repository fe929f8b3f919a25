"""Exceptions, each with a stable code."""

from __future__ import annotations

import errno as _errno
import os
from typing import Optional, Union


class SourcingSoundError(Exception):
    """Anything that fails in this package. Subclasses are also the built-in exceptions that Python
    programs expect, such as ``ValueError`` and ``FileNotFoundError``."""

    code: str = "internal"
    """The stable code, such as ``"audio-rate"``; the guide "Errors by code" explains each."""


class AudioError(SourcingSoundError, ValueError):
    """The samples or the recording cannot be used; the codes begin with ``audio-``."""


class ConfigError(SourcingSoundError, ValueError):
    """A setting is out of its range (``config``), or something is too large (``limit``)."""


class WrongTypeError(SourcingSoundError, TypeError):
    """An argument has a wrong type, such as an array of booleans (``config``)."""


class ModelError(SourcingSoundError, ValueError):
    """The model or the head cannot be used; the codes begin with ``model-``, ``metadata-`` or
    ``head-``."""


class InferenceError(SourcingSoundError, RuntimeError):
    """The network failed (``inference``), or this package has a bug (``internal``)."""


class ClosedError(SourcingSoundError, ValueError):
    """The classifier was closed or the stream has ended (``closed``)."""


class BusyError(SourcingSoundError, RuntimeError):
    """Another thread uses the stream or the teacher at the moment (``busy``)."""


class FileError(SourcingSoundError, OSError):
    """A file cannot be read or written (``io``); ``errno`` and ``filename`` are those of
    ``OSError``."""

    code = "io"


class FileMissingError(FileError, FileNotFoundError):
    """There is no such file (``io``)."""


class FilePermissionError(FileError, PermissionError):
    """The file may not be read or written (``io``)."""


class FileIsFolderError(FileError, IsADirectoryError):
    """A folder is where a file is expected (``io``)."""


class UnsupportedError(SourcingSoundError, ImportError):
    """The package does not work here (``unsupported``), such as in a second interpreter of one
    process."""

    code = "unsupported"


_BY_ERRNO: dict[int, type[FileError]] = {
    _errno.ENOENT: FileMissingError,
    _errno.EACCES: FilePermissionError,
    _errno.EPERM: FilePermissionError,
    _errno.EISDIR: FileIsFolderError,
}

_BY_CODE: dict[str, type[SourcingSoundError]] = {
    "busy": BusyError,
    "closed": ClosedError,
    "config": ConfigError,
    "limit": ConfigError,
    "inference": InferenceError,
    "internal": InferenceError,
}

_BY_PREFIX: dict[str, type[SourcingSoundError]] = {
    "audio": AudioError,
    "head": ModelError,
    "metadata": ModelError,
    "model": ModelError,
}


def coded(code: str, message: str) -> SourcingSoundError:
    """The exception for a code; its text ends with the code in brackets."""
    kind = _BY_CODE.get(code) or _BY_PREFIX.get(code.partition("-")[0], SourcingSoundError)
    error = kind(f"{message} [{code}]")
    error.code = code
    return error


def code_of(error: BaseException) -> str:
    """The code of any exception."""
    if isinstance(error, SourcingSoundError):
        return error.code
    return "io" if isinstance(error, OSError) else "internal"


def wrong_type(message: str) -> WrongTypeError:
    """An argument of a wrong type."""
    error = WrongTypeError(f"{message} [config]")
    error.code = "config"
    return error


def unreadable(
    path: Union[str, os.PathLike[str]], number: Optional[int], message: str
) -> FileError:
    """A file that cannot be read, by the system's error number if there is one."""
    if number is None:
        return FileError(_errno.EIO, message, os.fspath(path))
    return _BY_ERRNO.get(number, FileError)(number, os.strerror(number), os.fspath(path))


def of_os(error: OSError, path: Union[str, os.PathLike[str]]) -> FileError:
    """The same for an error of Python's own file functions."""
    return unreadable(path, error.errno, str(error))

"""Names the sounds in recordings and live audio.

>>> from sourcing_sound import Classifier
>>> classifier = Classifier()
>>> len(classifier.labels)
527

``Classifier`` names sounds in files, arrays and streams; ``Teacher`` and ``teach`` add labels of
your own; ``features`` computes librosa's. Everything that fails raises a ``SourcingSoundError`` with
a ``code``.
"""

from ._errors import (
    AudioError,
    BusyError,
    ClosedError,
    ConfigError,
    FileError,
    FileIsFolderError,
    FileMissingError,
    FilePermissionError,
    InferenceError,
    ModelError,
    SourcingSoundError,
    UnsupportedError,
    WrongTypeError,
)


def _prepare() -> str:
    """Makes sure that the compiled part works here; returns its version."""
    try:
        # numpy first: before Python 3.12, only its modules notice a second interpreter.
        import numpy  # noqa: F401

        from . import _native

        _native.prepare()
    except ImportError as error:
        if not any(words in str(error).lower() for words in ("interpreter", "once per process")):
            raise
        raise UnsupportedError(
            "sourcing_sound works in one interpreter of a process only, the first that imports it; "
            "use threads or processes [unsupported]"
        ) from error
    return _native.__version__


__version__ = _prepare()

# These import numpy and the compiled part.
from . import features
from ._audio import EXTENSIONS, Audio, Channel
from ._classifier import Classifier
from ._embeddings import Embeddings
from ._load import load
from ._predictions import (
    Category,
    GroupScore,
    Prediction,
    Predictions,
    RecordingWarning,
    SoundEvent,
    Vocabulary,
)
from ._stream import Stream, Update
from ._table import Table
from ._teacher import Example, Finding, LabelReport, Share, Taught, Teacher, teach

__all__ = [
    "Audio",
    "AudioError",
    "BusyError",
    "Category",
    "Channel",
    "Classifier",
    "ClosedError",
    "ConfigError",
    "EXTENSIONS",
    "Embeddings",
    "Example",
    "FileError",
    "FileIsFolderError",
    "FileMissingError",
    "FilePermissionError",
    "Finding",
    "GroupScore",
    "InferenceError",
    "LabelReport",
    "ModelError",
    "Prediction",
    "Predictions",
    "RecordingWarning",
    "Share",
    "SoundEvent",
    "SourcingSoundError",
    "Stream",
    "Table",
    "Taught",
    "Teacher",
    "UnsupportedError",
    "Update",
    "Vocabulary",
    "WrongTypeError",
    "features",
    "load",
    "teach",
]

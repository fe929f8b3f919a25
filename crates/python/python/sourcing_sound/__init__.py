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

try:
    from . import _native as _native
except ImportError as error:
    if "interpreter" in str(error):
        raise UnsupportedError(
            "sourcing_sound works in one interpreter of a process only, the first that imports it; "
            "use threads or processes [unsupported]"
        ) from error
    raise

from . import features
from ._audio import Audio, Channel
from ._classifier import Classifier, Embeddings, load
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
from ._teacher import Example, Finding, LabelReport, Share, Taught, Teacher, teach

_native.prepare()

__version__ = _native.__version__

__all__ = [
    "Audio",
    "AudioError",
    "BusyError",
    "Category",
    "Channel",
    "Classifier",
    "ClosedError",
    "ConfigError",
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

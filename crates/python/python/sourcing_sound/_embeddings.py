"""The network's outputs for recordings, for your own models."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

import numpy as np
import numpy.typing as npt

from . import _audio, _native
from ._errors import coded
from ._predictions import RecordingWarning, opened
from ._table import Table

if TYPE_CHECKING:
    from ._classifier import Classifier

FOLDS = 2**31 - 1


class _Windows(NamedTuple):
    vectors: npt.NDArray[np.float32]
    """``(windows, Classifier.embedding_size)``."""
    hop_seconds: float
    """From the start of one window to the start of the next. The last one may start earlier: see
    ``starts``."""
    window_seconds: float
    """The length of a window."""


class Embeddings(_Windows):
    """The network's outputs for each window of a recording: a tuple ``(vectors, hop_seconds,
    window_seconds)`` with further attributes. It can be pickled.
    """

    scores: npt.NDArray[np.float32]
    """The scores of each window, ``(windows, labels of the model)``, without those of a head."""
    starts: npt.NDArray[np.float64]
    """Where each window starts, ``(windows,)``, in seconds. The last one ends with the recording; with
    a model whose ``padding`` is ``silence``, silence fills it up instead."""
    source: Optional[str]
    """The path of the recording; None for an array and for bytes."""
    warnings: list[RecordingWarning]
    """What was wrong with the recording."""
    _native: Optional[_native.Classifier]
    _model_sha256: str
    """Of the model that made them."""

    def to_arrow(
        self,
        *,
        label: Optional[str] = None,
        file: Optional[str] = None,
        recording: Optional[str] = None,
        fold: Optional[int] = None,
        classifier: Optional[Classifier] = None,
    ) -> Table:
        """The windows as an Arrow table, which ``sourcing-sound-train head --embeddings`` trains a
        head from: a row per window, with the columns of the guide "Results as tables". Keep the
        metadata of the table when you write it: they name the model.

        Parameters
        ----------
        label
            What the recording shows. Default: none of the labels.
        file
            The name of the clip. Default: ``source``. All rows with one name are one clip.
        recording
            What it was cut from: clips of one recording are left out together when the head is
            evaluated. Default: the name of the file up to ``__`` or ``#``.
        fold
            The fold, from 1. Default: by a hash of the recording.
        classifier
            The classifier that made them, or another one of the same model. Only embeddings that
            were pickled need it: they come without their own.

        Raises
        ------
        ConfigError, WrongTypeError
            ``config``: no name, an argument of a wrong type or out of range, a classifier of another
            model, or none after pickling.
        """
        native = self._native if classifier is None else opened(classifier)
        if native is None:
            raise coded("config", "these embeddings were pickled: pass the classifier")
        if native.model_sha256 != self._model_sha256:
            raise coded("config", "these embeddings were made with another model than the classifier's")
        name = file if file is not None else self.source
        if not name:
            raise coded("config", "an array has no name: pass file")
        name = _audio.text("file", name)
        label = None if label is None else _audio.text("label", label)
        recording = None if recording is None else _audio.text("recording", recording)
        number = None if fold is None else _audio.whole("fold", fold, most=FOLDS)
        return Table(
            native.embeddings_table(
                name, label, recording, number, list(self.starts), self.vectors, self.scores
            )
        )

    def __getstate__(self) -> dict[str, object]:
        # The model is not sent along with every result.
        return {**self.__dict__, "_native": None}

    def __copy__(self) -> Embeddings:
        copied = Embeddings(*self)
        copied.__dict__.update(self.__dict__)
        return copied

    def __deepcopy__(self, memo: dict[int, Any]) -> Embeddings:
        vectors = copy.deepcopy(self.vectors, memo)
        copied = memo[id(self)] = Embeddings(vectors, self.hop_seconds, self.window_seconds)
        copied.__dict__.update(copy.deepcopy(self.__getstate__(), memo), _native=self._native)
        return copied

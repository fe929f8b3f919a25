"""Live audio → updates."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Optional

import numpy as np
import numpy.typing as npt

from . import _audio, _native
from ._audio import SupportsArray
from ._errors import SourcingSoundError, coded
from ._predictions import Prediction, Ranks, SoundEvent, Vocabulary


@dataclass(frozen=True, eq=False)
class Update:
    """The sound at a moment."""

    time: float
    """Seconds of audio processed so far."""
    prediction: Prediction
    """Smoothed scores; the span is the newest segment."""
    raw_scores: npt.NDArray[np.float32]
    """The scores of the newest segment alone, ``(labels,)``."""
    events: list[SoundEvent]
    """Events that are open (``offset`` is None) or have just ended."""


class Stream:
    """Audio that arrives piece by piece. The updates are the same no matter how it is split.

    ``Classifier.stream`` makes it. Push from one thread at a time: a call during another one raises
    ``BusyError``.

    >>> import numpy as np
    >>> from sourcing_sound import Classifier
    >>> with Classifier().stream(16_000) as stream:
    ...     updates = stream.push(np.zeros(16_000, np.float32)) + stream.flush()
    >>> updates[-1].prediction.rejected
    True
    """

    def __init__(self, native: _native.Stream, vocabulary: Vocabulary) -> None:
        self._native: Optional[_native.Stream] = native
        self._vocabulary = vocabulary
        self._channels: Optional[int] = None

    def push(self, samples: npt.NDArray[np.generic] | SupportsArray) -> list[Update]:
        """Takes the next samples and returns an update for every hop that they complete, often none.

        Parameters
        ----------
        samples
            ``(samples,)``, or ``(channels, samples)`` with as many channels every time (``(samples,)``
            is one); the types are those of ``Classifier.classify``. May be empty.

        Raises
        ------
        AudioError
            ``audio-non-finite`` for NaN, infinity or a sample beyond ±1e15, ``audio-channels`` for
            another shape or other channels than before: the piece is discarded, and the stream goes on
            with the next one.
        WrongTypeError
            ``config`` for another type of numbers.
        ClosedError
            ``closed`` after ``flush`` or ``close``.
        BusyError
            ``busy`` while another thread pushes.
        """
        piece = _audio.array(samples, self._channels)
        rows = self._open().push(piece)
        if piece.size > 0:
            self._channels = 1 if piece.ndim == 1 else piece.shape[0]
        return [self._update(row) for row in rows]

    def flush(self) -> list[Update]:
        """Ends the stream: processes what is left, ends all events and returns the last updates.

        Raises
        ------
        AudioError
            ``audio-too-short`` if all the audio together is shorter than about 25 ms.
        ClosedError
            ``closed`` after ``flush`` or ``close``.
        """
        native = self._open()
        try:
            rows = native.flush()
        except SourcingSoundError as error:
            # A call of another thread continues; any other failure ends the stream.
            self._native = native if error.code == "busy" else None
            raise
        self._native = None
        return [self._update(row) for row in rows]

    @property
    def closed(self) -> bool:
        """Whether the stream has ended."""
        return self._native is None

    def close(self) -> None:
        """Ends the stream without the last updates. May be called again. The end of a ``with`` calls
        it."""
        self._native = None

    def __enter__(self) -> Stream:
        self._open()
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.close()

    def _open(self) -> _native.Stream:
        if self._native is None:
            raise coded("closed", "the stream has ended; open a new one")
        return self._native

    def _update(self, row: _native._Update) -> Update:
        time, start, end, scores, raw_scores, rejected, order, groups, events = row
        scores.flags.writeable = False
        prediction = Prediction(
            start, end, scores, rejected, None, self._vocabulary, Ranks.of(order, groups), 0
        )
        return Update(time, prediction, raw_scores, [SoundEvent(*event) for event in events])

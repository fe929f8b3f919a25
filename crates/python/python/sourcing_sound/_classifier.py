"""Recordings and arrays → predictions."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Optional, Union

import numpy as np
import numpy.typing as npt

from . import _audio, _files, _native
from ._audio import Audio, Channel
from ._embeddings import Embeddings
from ._errors import code_of, coded, wrong_type
from ._model import LoadedModel
from ._predictions import (
    Predictions,
    RecordingWarning,
    SoundEvent,
    Vocabulary,
    predictions_of,
    refuse_loss,
)
from ._stream import Stream
from ._table import Table
from ._teacher import Taught


class Classifier(LoadedModel):
    """A model, with or without a head, that names the sounds in recordings and live audio.

    Several threads may use one classifier at a time: it does not change, and the GIL is released
    while it works, so that they run in parallel. Results do not depend on it. It can be pickled (as
    its arguments: workers load the model themselves), and used in a forked process.

    Parameters
    ----------
    model
        The name of a model in the package (``"everyday"``, ``"urban"`` or ``"urban-tiny"``), the
        path of an ONNX file that describes itself, or the bytes of one. Default: ``"everyday"``,
        527 everyday sounds, MIT. The weights of the other two are for non-commercial use.
    head
        More labels for the model: ``"urban"``, the path or the bytes of a head file
        (``NAME.sound.json``), or what ``Teacher.train`` returned. Default: none.
    head_only
        Score only the head's labels, and reject everything else. Default: False.

    Raises
    ------
    ModelError
        ``model-…``, ``metadata-…``, ``head-format``: the file is not one that can be used;
        ``head-mismatch``: the head is for another model.
    FileError
        ``io``: there is no such file (``FileNotFoundError``), or it cannot be read.
    ConfigError
        ``config``: the model already has a head, or ``head_only`` without a head.

    Examples
    --------
    >>> import numpy as np
    >>> from sourcing_sound import Classifier
    >>> classifier = Classifier()
    >>> t = np.arange(4 * 16_000, dtype=np.float32) / 16_000
    >>> beep = 0.3 * np.sign(np.sin(2 * np.pi * 2_000 * t)) * (t % 0.4 < 0.2)
    >>> predictions = classifier.classify(beep.astype(np.float32), 16_000)
    >>> predictions[0].scores.shape
    (527,)
    """

    def __init__(
        self,
        model: _files.Given = None,
        *,
        head: Union[_files.Given, Taught] = None,
        head_only: bool = False,
    ) -> None:
        self._native: Optional[_native.Classifier] = None
        if isinstance(head, Taught):
            head = head.to_json().encode()
        model_name, model_bytes, model_again = _files.resolve(model, "model", _files.MODELS)
        head_name, head_bytes, head_again = _files.resolve(head, "head", _files.HEADS)
        native = _native.Classifier(model_name, model_bytes, head_name, head_bytes, bool(head_only))
        self._arguments = (model_again, head_again, bool(head_only))
        self._vocabulary = Vocabulary(
            tuple(native.labels), native.head_labels, tuple(native.groups), tuple(native.label_groups)
        )
        self._native = native

    def classify(
        self,
        audio: Audio,
        sample_rate: Optional[float] = None,
        *,
        channel: Channel = "mix",
        hop_seconds: Optional[float] = None,
        start: float = 0.0,
        end: Optional[float] = None,
        threads: int = 1,
        strict: bool = False,
    ) -> Predictions:
        """Names the sounds in a recording, with the scores of the command line, bit for bit.

        Parameters
        ----------
        audio
            The path of a recording (wav, flac, mp3, ogg, opus, m4a, mp4, mkv and more), the bytes of
            such a file, or samples: ``(samples,)`` or ``(channels, samples)``. float32 (full scale
            ±1) is read in place if each channel is contiguous; float64, int16 and int32 are
            converted block by block (integers are divided by 2¹⁵ and 2³¹). Do not write to the
            array before the call returns.
        sample_rate
            Samples per second of an array, 8,000 to 384,000. A recording has its own.
        channel
            ``"mix"`` (default) leaves out silent channels, and takes the loudest one where channels
            cancel. ``"left"``, ``"right"`` or a number, counted from 1, takes one. ``"each"``
            classifies each separately; ``Prediction.channel`` is its number.
        hop_seconds
            From one segment to the next; above 0, at most a day. Default: the model's.
        start, end
            Where to begin and to end, in seconds. Default: all of it.
        threads
            Threads for the network: more make one long recording faster. Default: 1. For many
            recordings, use a thread or a process per recording instead.
        strict
            Raise if part of the recording is missing, instead of classifying what is there. Default:
            False; ``Predictions.warnings`` then says what is missing.

        Returns
        -------
        Predictions
            A list with one ``Prediction`` per segment, at least one (and the events).

        Raises
        ------
        AudioError
            ``audio-rate``, ``audio-empty``, ``audio-too-short``, ``audio-non-finite`` (NaN or
            infinity), ``audio-channels``, ``audio-unsupported``, ``audio-corrupt``; with ``strict``
            also ``audio-cut-off``, ``audio-damaged`` and ``audio-broken-off``.
        FileError
            ``io``: there is no such file, or it cannot be read.
        ConfigError, WrongTypeError
            ``config``: a setting out of range, or an array of another type.
        ClosedError
            ``closed``.
        KeyboardInterrupt
            After Ctrl-C, within a fraction of a second.
        """
        native = self._open()
        source = _audio.source(audio)
        begin = _audio.seconds("start", start)
        stop = None if end is None else _audio.seconds("end", end)
        if stop is not None and stop <= begin:
            raise coded("config", f"end is {end} s, expected more than the start, {start} s")
        outcomes = native.classify(
            source,
            _audio.rate(sample_rate),
            _audio.channel(channel),
            _audio.optional("hop_seconds", hop_seconds),
            begin,
            stop,
            _audio.whole("threads", threads, most=1_024),
        )
        path = source if isinstance(source, str) else None
        found = predictions_of(native, self._vocabulary, outcomes, path)
        if strict:
            refuse_loss(found.warnings, path)
        return found

    def events(
        self,
        audio: Audio,
        sample_rate: Optional[float] = None,
        *,
        channel: Channel = "mix",
        hop_seconds: Optional[float] = None,
        start: float = 0.0,
        end: Optional[float] = None,
        threads: int = 1,
    ) -> list[SoundEvent]:
        """The detected events, in the order of their ends: the ``events`` of ``classify``, which
        has the parameters and the errors."""
        return self.classify(
            audio,
            sample_rate,
            channel=channel,
            hop_seconds=hop_seconds,
            start=start,
            end=end,
            threads=threads,
        ).events

    def embed(
        self,
        audio: Audio,
        sample_rate: Optional[float] = None,
        *,
        channel: Channel = "mix",
        strict: bool = False,
    ) -> Embeddings:
        """The embedding of each window of a recording, for your own models, and for heads that
        are trained where the audio is not.

        The parameters are those of ``classify``; ``channel`` without ``"each"``. The
        embeddings of the whole recording are in memory, not its samples: 26 MB for an hour with
        ``"everyday"``.

        Raises
        ------
        ConfigError
            ``config`` for a model without an embedding.
        SourcingSoundError
            Those of ``classify``.
        KeyboardInterrupt
            After Ctrl-C, within a fraction of a second.
        """
        native = self._open()
        source = _audio.source(audio)
        vectors, scores, starts, hop, window, warnings = native.embed(
            source, _audio.rate(sample_rate), _audio.channel(channel)
        )
        embeddings = Embeddings(vectors, hop, window)
        embeddings.scores = scores
        embeddings.starts = starts
        embeddings.source = source if isinstance(source, str) else None
        embeddings.warnings = [RecordingWarning(*warning) for warning in warnings]
        if strict:
            refuse_loss(embeddings.warnings, embeddings.source)
        embeddings._native = native
        embeddings._model_sha256 = native.model_sha256
        return embeddings

    def log_mel(
        self, audio: Audio, sample_rate: Optional[float] = None, *, channel: Channel = "mix"
    ) -> npt.NDArray[np.float32]:
        """The feature columns that the network gets, not normalised: ``(n_mels, columns)``.

        ``features.melspectrogram`` computes librosa's with settings of your own. The parameters and
        errors are those of ``embed``.
        """
        columns = self._open().log_mel(
            _audio.source(audio), _audio.rate(sample_rate), _audio.channel(channel)
        )
        return columns.T

    def stream(
        self,
        sample_rate: float,
        *,
        channel: Channel = "mix",
        hop_seconds: Optional[float] = None,
        smoothing_seconds: Optional[float] = None,
        rejection_threshold: Optional[float] = None,
        event_on: Optional[float] = None,
        event_off: Optional[float] = None,
    ) -> Stream:
        """Opens a stream of live audio, independent of the classifier and of other streams.

        Parameters
        ----------
        sample_rate
            Samples per second of what will be pushed, 8,000 to 384,000.
        channel
            As for ``classify``, without ``"each"``.
        hop_seconds
            Between updates; above 0, at most a day.
        smoothing_seconds
            Over which scores are averaged, 0 (not at all) to 60.
        rejection_threshold
            Best score below which an update is rejected, 0 to 1.
        event_on, event_off
            Score at which an event starts, 0 to 1, and below which it ends, up to ``event_on``.

        What is not given is the model's and the head's own. A threshold that is given applies to all
        labels.

        Raises
        ------
        AudioError
            ``audio-rate``.
        ConfigError
            ``config``: a setting out of range.
        """
        hz = _audio.rate(sample_rate)
        if hz is None:
            raise coded("audio-rate", "a stream needs sample_rate, in Hz: there is no default")
        native = self._open().stream(
            hz,
            _audio.channel(channel),
            _audio.optional("hop_seconds", hop_seconds),
            _audio.optional("smoothing_seconds", smoothing_seconds),
            _audio.optional("rejection_threshold", rejection_threshold),
            _audio.optional("event_on", event_on),
            _audio.optional("event_off", event_off),
        )
        return Stream(native, self._vocabulary)

    def failed(self, file: str, error: BaseException, *, rows: str = "segments") -> Table:
        """A recording that failed as a row with ``file`` and the error's code, next to the rows of
        ``Predictions.to_arrow`` (``rows="segments"`` or ``"events"``) or ``Embeddings.to_arrow``
        (``"embeddings"``), so that an archive's table shows what is missing. The code of an
        ``OSError`` is ``io``, and that of any other exception of Python itself ``internal``.

        Raises
        ------
        ConfigError, WrongTypeError
            ``config``: other ``rows``, or an argument of a wrong type.
        """
        if not isinstance(error, BaseException):
            raise wrong_type(f"error is a {type(error).__name__}, expected an exception")
        name, kind = _audio.text("file", file), _audio.text("rows", rows)
        return Table(self._open().failed_table(name, code_of(error), kind))

    @property
    def closed(self) -> bool:
        """Whether ``close`` was called."""
        return self._native is None

    def close(self) -> None:
        """Releases the weights, which are freed with the last stream, predictions or call that uses
        them. Those continue; later calls raise ``ClosedError``. May be called more than once, and is
        called at the end of ``with Classifier() as classifier:``."""
        self._native = None

    def __enter__(self) -> Classifier:
        self._open()
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        self._open()
        return _restored, (type(self), *self._arguments)

    def __repr__(self) -> str:
        if self._native is None:
            return "<Classifier, closed>"
        return f"<Classifier {self._native.name}: {len(self._vocabulary.labels)} labels>"


def _restored(
    kind: type[Classifier], model: _files.Given, head: _files.Given, head_only: bool
) -> Classifier:
    """A classifier with the arguments of another one, in another process."""
    return kind(model, head=head, head_only=head_only)

"""Scores of segments, and what is read from them."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Optional, SupportsIndex, Union, overload

import numpy as np
import numpy.typing as npt

from . import _audio, _native
from ._errors import coded, wrong_type
from ._table import Table, is_of_events

if TYPE_CHECKING:
    import pandas as pd

    from ._classifier import Classifier


class Category(NamedTuple):
    """One label with its score."""

    label: str
    """The label."""
    score: float
    """Its score, 0 to 1; exactly the float32 of ``Prediction.scores``."""
    group: Optional[str]
    """The group that it belongs to, if the model has groups."""
    source: str
    """``"head"`` or ``"base"``: where the label comes from."""
    label_index: int
    """Its place among ``Classifier.labels``."""


class GroupScore(NamedTuple):
    """One group of labels with its score."""

    name: str
    """Its name."""
    score: float
    """The highest score of its labels, 0 to 1."""


class SoundEvent(NamedTuple):
    """A stretch of time in which a label was detected."""

    label: str
    """The label."""
    onset: float
    """Where it starts, in seconds."""
    offset: Optional[float]
    """Where it ends, in seconds; None while it continues, in a stream."""
    score: float
    """Its highest score so far, 0 to 1."""
    channel: Optional[int] = None
    """The channel, counted from 1, if each was classified separately; None otherwise."""


class RecordingWarning(NamedTuple):
    """Something about a recording that is not an error, but may explain a result."""

    code: str
    """``audio-cut-off``, ``audio-damaged`` or ``audio-broken-off`` if part of the recording is
    missing; ``channel-taken`` if the mean of the channels was too weak."""
    message: str
    """What happened, and where."""

    @property
    def is_loss(self) -> bool:
        """Whether part of the recording is missing."""
        return self.code != "channel-taken"


@dataclass(frozen=True)
class Vocabulary:
    """The labels of a classifier. All predictions of one classifier share one."""

    labels: tuple[str, ...]
    """In the order of the scores: first the head's, then the model's."""
    head_labels: int
    """How many labels, counted from the first, are the head's."""
    groups: tuple[str, ...]
    """The names of the groups; empty if the model has none."""
    label_groups: tuple[int, ...]
    """The group of each label, as an index of ``groups``."""

    def category(self, index: int, score: float) -> Category:
        """The label with this index."""
        group = self.groups[self.label_groups[index]] if self.groups else None
        source = "head" if index < self.head_labels else "base"
        return Category(self.labels[index], score, group, source, index)


class Ranks:
    """The order of the labels and the scores of the groups of a recording's segments, computed on
    first use."""

    def __init__(self, native: _native.Classifier, scores: npt.NDArray[np.float32]) -> None:
        self._native: Optional[_native.Classifier] = native
        self._scores: Optional[npt.NDArray[np.float32]] = scores
        self._found: Optional[_Found] = None

    @classmethod
    def of(cls, order: npt.NDArray[np.uint16], groups: npt.NDArray[np.float32]) -> Ranks:
        """Those of one segment, already computed."""
        ranks = cls.__new__(cls)
        ranks._native = ranks._scores = None
        ranks._found = (order[np.newaxis], groups[np.newaxis])
        return ranks

    def __call__(self, row: int) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.float32]]:
        """The labels of a segment, best first, and the scores of its groups."""
        found = self._found
        if found is None:
            native, scores = self._native, self._scores
            assert native is not None and scores is not None
            found = self._found = native.ranks(scores)
        order, groups = found
        return order[row], groups[row]


_Found = tuple[npt.NDArray[np.uint16], npt.NDArray[np.float32]]


@dataclass(frozen=True, eq=False, repr=False)
class Prediction:
    """The scores of one segment. Predictions can be pickled."""

    start: float
    """Where the segment starts, in seconds from the start of the recording."""
    end: float
    """Where it ends, in seconds."""
    scores: npt.NDArray[np.float32]
    """A score from 0 to 1 per label, ``(labels,)``, in the order of ``labels``; read-only."""
    rejected: bool
    """Whether the sound matches none of the labels. Do not show ``label`` as an answer then."""
    channel: Optional[int]
    """The channel, counted from 1, if each was classified separately; None otherwise."""
    vocabulary: Vocabulary
    """The labels that the scores belong to."""
    _ranks: Ranks = field(repr=False)
    _row: int = field(repr=False)

    @property
    def _order(self) -> npt.NDArray[np.uint16]:
        return self._ranks(self._row)[0]

    @property
    def _groups(self) -> npt.NDArray[np.float32]:
        return self._ranks(self._row)[1]

    def __getstate__(self) -> dict[str, object]:
        # Neither the model nor the other segments are sent along.
        return {**self.__dict__, "_ranks": Ranks.of(self._order, self._groups), "_row": 0}

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, in the order of ``scores``."""
        return self.vocabulary.labels

    @property
    def best(self) -> Category:
        """The best label, also of a rejected segment."""
        index = int(self._order[0])
        return self.vocabulary.category(index, float(self.scores[index]))

    @property
    def label(self) -> str:
        """The name of the best label, also of a rejected segment."""
        return self.vocabulary.labels[int(self._order[0])]

    @property
    def score(self) -> float:
        """The score of the best label, 0 to 1."""
        return float(self.scores[int(self._order[0])])

    def top(self, n: int = 5) -> list[Category]:
        """The ``n`` best labels, best first (fewer if the model has fewer).

        A label that is a kind of another (``Cat`` of ``Animal``) comes before it as soon as it is
        recognised, even if its score is lower.
        """
        indices = [int(index) for index in self._order[: _audio.whole("n", n, least=0)]]
        return [self.vocabulary.category(index, float(self.scores[index])) for index in indices]

    def groups(self) -> list[GroupScore]:
        """The groups with their scores, best first; empty if the model has no groups."""
        scores, names = self._groups, self.vocabulary.groups
        ranked = np.argsort(-scores, kind="stable")
        return [GroupScore(names[int(i)], float(scores[int(i)])) for i in ranked]

    def __repr__(self) -> str:
        rejected = ", rejected" if self.rejected else ""
        channel = "" if self.channel is None else f", channel {self.channel}"
        span = f"{self.start:.2f} s to {self.end:.2f} s"
        return f"<Prediction {span}{channel}: {self.label} {self.score:.3f}{rejected}>"


def opened(classifier: Classifier) -> _native.Classifier:
    """The compiled part of a classifier that was passed to convert results."""
    try:
        return classifier._open()
    except AttributeError:
        kind = type(classifier).__name__
        raise wrong_type(f"classifier is a {kind}, expected a Classifier") from None


class Predictions(list[Prediction]):
    """The predictions of one recording, one per segment, in order: a list that also has the results
    for the whole recording. It can be pickled. A slice has the events within its segments' time.

    >>> predictions = Classifier().classify("street.wav")  # doctest: +SKIP
    >>> predictions[0].label  # doctest: +SKIP
    'Car'
    """

    def __init__(
        self,
        predictions: Iterable[Prediction] = (),
        *,
        events: Iterable[SoundEvent] = (),
        warnings: Iterable[RecordingWarning] = (),
        sample_rate: int = 0,
        duration: float = 0.0,
        source: Optional[str] = None,
        native: Optional[_native.Classifier] = None,
    ) -> None:
        super().__init__(predictions)
        self.events: list[SoundEvent] = list(events)
        """The detected events, in the order of their ends. With ``channel="each"``, those of the
        first channel come first."""
        self.warnings: list[RecordingWarning] = list(warnings)
        """What was wrong with the recording."""
        self.sample_rate: int = sample_rate
        """The recording's own rate, in Hz."""
        self.duration: float = duration
        """Where the classified part ends, in seconds from the start of the recording."""
        self.source: Optional[str] = source
        """The path of the recording; None for an array and for bytes."""
        self._native = native

    @property
    def scores(self) -> npt.NDArray[np.float32]:
        """All scores, ``(segments, labels)``; a copy."""
        if not self:
            return np.zeros((0, 0), np.float32)
        return np.stack([prediction.scores for prediction in self])

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, in the order of the columns of ``scores``."""
        return self[0].labels if self else ()

    def to_arrow(
        self,
        *,
        rows: str = "segments",
        file: Optional[str] = None,
        top: Optional[int] = None,
        start_time: Optional[datetime.datetime] = None,
        classifier: Optional[Classifier] = None,
    ) -> Table:
        """The predictions as an Arrow table, with the columns of the command line's Parquet files.

        Parameters
        ----------
        rows
            ``"segments"`` (default), a row per prediction, or ``"events"``, a row per event.
        file
            The column ``file``. Default: ``source``, or an empty text.
        top
            How many scores the column ``scores`` has, best first, after all those of a head.
            Default: all for a model with up to 20 labels, else 10.
        start_time
            When the recording began, with a time zone: fills the columns of times of day, in UTC, as
            the command line's ``--utc-offset`` does. Default: they are null.
        classifier
            The classifier that made them, or another one of the same model and head. Only
            predictions that were pickled need it: they come without their own.

        Raises
        ------
        ConfigError
            ``config``: a setting out of range, ``start_time`` without a time zone, a classifier with
            other labels, or none after pickling.
        WrongTypeError
            ``config``: an argument of a wrong type.
        """
        of_events = is_of_events(rows)
        native = self._native if classifier is None else opened(classifier)
        if native is None:
            raise coded("config", "these predictions were pickled: pass the classifier")
        if classifier is not None and any(one.vocabulary != classifier._vocabulary for one in self):
            raise coded("config", "these predictions have other labels than the classifier")
        name = _audio.text("file", file if file is not None else self.source or "")
        most = None if top is None else _audio.whole("top", top)
        start = _audio.microseconds("start_time", start_time)
        if of_events:
            return Table(native.events_table(name, list(self.events), start))
        spans = [(one.start, one.end, one.rejected, one.channel) for one in self]
        return Table(native.segments_table(name, spans, self.scores, most, start))

    def to_pandas(
        self,
        *,
        rows: str = "segments",
        file: Optional[str] = None,
        top: Optional[int] = None,
        start_time: Optional[datetime.datetime] = None,
        classifier: Optional[Classifier] = None,
    ) -> pd.DataFrame:
        """The same as a ``pandas.DataFrame``, with the parameters and errors of ``to_arrow``.

        Raises
        ------
        UnsupportedError
            ``unsupported`` without pandas and pyarrow.
        """
        table = self.to_arrow(
            rows=rows, file=file, top=top, start_time=start_time, classifier=classifier
        )
        return table.to_pandas()

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> Prediction: ...

    @overload
    def __getitem__(self, index: slice, /) -> Predictions: ...

    def __getitem__(
        self, index: Union[SupportsIndex, slice], /
    ) -> Union[Prediction, Predictions]:
        if not isinstance(index, slice):
            return super().__getitem__(index)
        kept = super().__getitem__(index)
        spans: dict[Optional[int], tuple[float, float]] = {}
        for one in kept:
            start, end = spans.get(one.channel, (one.start, one.end))
            spans[one.channel] = (min(start, one.start), max(end, one.end))

        def is_within(event: SoundEvent) -> bool:
            start, end = spans.get(event.channel, (0.0, 0.0))
            return event.onset < end and (event.offset is None or event.offset > start)

        return Predictions(
            kept,
            events=filter(is_within, self.events),
            warnings=self.warnings,
            sample_rate=self.sample_rate,
            duration=self.duration,
            source=self.source,
            native=self._native,
        )

    def __getstate__(self) -> dict[str, object]:
        # The model is not sent along with every result.
        return {**self.__dict__, "_native": None}

    def __copy__(self) -> Predictions:
        copied = Predictions(self)
        copied.__dict__.update(self.__dict__)
        return copied

    def __deepcopy__(self, memo: dict[int, Any]) -> Predictions:
        copied = memo[id(self)] = Predictions(copy.deepcopy(list(self), memo))
        copied.__dict__.update(copy.deepcopy(self.__getstate__(), memo), _native=self._native)
        return copied


def predictions_of(
    native: _native.Classifier,
    vocabulary: Vocabulary,
    outcomes: list[_native.Scored],
    source: Optional[str],
) -> Predictions:
    """What was computed for a recording, one outcome per channel."""
    predictions: list[Prediction] = []
    events: list[SoundEvent] = []
    warnings: dict[RecordingWarning, None] = {}
    for outcome in outcomes:
        scores = outcome.scores
        scores.flags.writeable = False
        ranks = Ranks(native, scores)
        channel = outcome.channel
        rows = zip(outcome.starts.tolist(), outcome.ends.tolist(), outcome.rejected.tolist())
        predictions.extend(
            Prediction(start, end, scores[row], rejected, channel, vocabulary, ranks, row)
            for row, (start, end, rejected) in enumerate(rows)
        )
        events.extend(SoundEvent(*event, channel) for event in outcome.events)
        # Every channel has those of the file.
        warnings.update((RecordingWarning(*warning), None) for warning in outcome.warnings)
    return Predictions(
        predictions,
        events=events,
        warnings=warnings,
        sample_rate=outcomes[0].sample_rate,
        duration=outcomes[0].end,
        source=source,
        native=native,
    )


def refuse_loss(warnings: Iterable[RecordingWarning], source: Optional[str]) -> None:
    """Raises if part of a recording is missing."""
    for warning in warnings:
        if warning.is_loss:
            raise coded(warning.code, f"{source or 'the audio'}: {warning.message}")

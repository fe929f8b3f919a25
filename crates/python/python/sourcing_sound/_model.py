"""A loaded model, and what is known about it."""

from __future__ import annotations

from typing import Optional

from ._errors import coded
from ._native import Classifier as Native
from ._predictions import Vocabulary


class LoadedModel:
    """A model, with or without a head, until it is closed."""

    _native: Optional[Native]
    _vocabulary: Vocabulary

    @property
    def name(self) -> str:
        """The name of the head if there is one, else of the model."""
        return self._open().name

    @property
    def description(self) -> str:
        """What it is, in a sentence."""
        return self._open().description

    @property
    def licence(self) -> str:
        """The terms of the weights, the head's first."""
        return self._open().licence

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels in the order of the scores: first the head's, then the model's."""
        self._open()
        return self._vocabulary.labels

    @property
    def head_labels(self) -> int:
        """How many labels, counted from the first, are the head's; 0 without a head."""
        self._open()
        return self._vocabulary.head_labels

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of labels; empty if the model has none."""
        self._open()
        return self._vocabulary.groups

    @property
    def sample_rate(self) -> int:
        """The model's own rate in Hz. Any other from 8,000 to 384,000 Hz is resampled to it."""
        return self._open().sample_rate

    @property
    def segment_seconds(self) -> float:
        """The length of a segment."""
        return self._open().segment_seconds

    @property
    def hop_seconds(self) -> float:
        """From one segment to the next, unless ``classify`` gets another hop."""
        return self._open().hop_seconds

    @property
    def embedding_size(self) -> Optional[int]:
        """Numbers in an embedding; None for a model without one."""
        return self._open().embedding_size

    @property
    def model_sha256(self) -> str:
        """SHA-256 of the model's file, 64 hexadecimal digits."""
        return self._open().model_sha256

    @property
    def engine(self) -> str:
        """What runs the network: ``"lean"``, or ``"general"`` where the package was built with
        it."""
        return self._open().engine

    def _open(self) -> Native:
        if self._native is None:
            raise coded("closed", "the classifier is closed; make a new one")
        return self._native

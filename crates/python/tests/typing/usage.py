"""What type checkers know of the package. mypy --strict checks this file, and nothing runs it: a
call that must not type-check has an ignore comment, and one that is not needed is an error."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Optional

import numpy as np
import numpy.typing as npt
import sourcing_sound
from sourcing_sound import (
    Category,
    Classifier,
    Embeddings,
    Prediction,
    Predictions,
    SoundEvent,
    Table,
    Taught,
    Teacher,
    Update,
    features,
)

if TYPE_CHECKING:
    from typing_extensions import assert_type

    samples = np.zeros(16_000, np.float32)
    classifier = Classifier()
    assert_type(Classifier("urban", head_only=True), Classifier)
    assert_type(Classifier(Path("own.onnx"), head=b"{}"), Classifier)
    Classifier(3)  # type: ignore[arg-type]
    Classifier("everyday", "urban")  # type: ignore[call-arg]

    predictions = classifier.classify(samples, 16_000)
    assert_type(predictions, Predictions)
    assert_type(classifier.classify(Path("dog.wav"), channel="each"), Predictions)
    assert_type(classifier.classify(b"", channel=2), Predictions)
    classifier.classify([0.0], 16_000)  # type: ignore[arg-type]
    classifier.classify(samples, "16000")  # type: ignore[arg-type]
    classifier.classify(samples, 16_000, hop=1)  # type: ignore[call-arg]
    assert_type(predictions[0], Prediction)
    assert_type(predictions[1:3], Predictions)
    predictions.to_arrow(start_time=0)  # type: ignore[arg-type]
    assert_type(sourcing_sound.EXTENSIONS, tuple[str, ...])
    assert_type(predictions[0].top(3), list[Category])
    assert_type(predictions[0].label, str)
    assert_type(predictions[0].score, float)
    assert_type(predictions[0].scores, npt.NDArray[np.float32])
    assert_type(predictions.scores, npt.NDArray[np.float32])
    assert_type(predictions.events, list[SoundEvent])
    assert_type(predictions.events[0].offset, Optional[float])
    assert_type(predictions.to_arrow(rows="events"), Table)
    predictions[0].start = 1.0  # type: ignore[misc]

    assert_type(classifier.embed(samples, 16_000), Embeddings)
    assert_type(classifier.embed(samples, 16_000).vectors, npt.NDArray[np.float32])
    with classifier.stream(48_000) as stream:
        assert_type(stream.push(samples), list[Update])
        stream.push("dog.wav")  # type: ignore[arg-type]
    with Classifier() as opened:
        assert_type(opened, Classifier)

    assert_type(Teacher().train("purr"), Taught)
    assert_type(Classifier(head=Teacher().train("purr")), Classifier)
    assert_type(features.mfcc(y=samples, sr=16_000), npt.NDArray[np.float32])
    features.mfcc(samples)  # type: ignore[call-arg]
    assert_type(sourcing_sound.load("dog.wav"), tuple[npt.NDArray[np.float32], int])
    assert_type(sourcing_sound.SourcingSoundError().code, str)

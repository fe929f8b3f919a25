"""Live audio."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sourcing_sound
from sounds import noise, siren, to_int16
from sourcing_sound import Classifier, Update


def digest(updates: list[Update]) -> list[Any]:
    return [
        (one.time, one.prediction.scores.tobytes(), one.raw_scores.tobytes(), one.events)
        for one in updates
    ]


def whole(classifier: Classifier, samples: Any, rate: int = 16_000, **options: Any) -> list[Update]:
    with classifier.stream(rate, **options) as stream:
        return stream.push(samples) + stream.flush()


def test_the_size_of_the_pushes_changes_nothing(classifier: Classifier) -> None:
    samples = np.concatenate([siren(3), noise(2)])
    expected = digest(whole(classifier, samples))
    assert len(expected) == 10
    stream = classifier.stream(16_000)
    updates = []
    for start in range(0, samples.size, 1_111):
        updates += stream.push(samples[start : start + 1_111])
    assert stream.push(samples[:0]) == []
    assert digest(updates + stream.flush()) == expected


def test_a_siren_begins_and_ends(classifier: Classifier) -> None:
    quiet = np.zeros(5 * 16_000, np.float32)
    updates = whole(classifier, np.concatenate([quiet, siren(6), quiet]), event_on=0.5, event_off=0.3)
    events = [event for update in updates for event in update.events if "siren" in event.label.lower()]
    assert events[0].offset is None and events[-1].offset is not None
    assert 4 < events[0].onset < 8 and 10 < events[-1].offset < 15
    assert updates[0].prediction.rejected


def test_types_and_channels(classifier: Classifier) -> None:
    integers = to_int16(siren())
    floats = integers / np.float32(32_768)
    expected = digest(whole(classifier, floats))
    assert digest(whole(classifier, integers)) == expected
    assert digest(whole(classifier, np.stack([floats, -floats]))) == expected
    assert digest(whole(classifier, np.stack([floats, noise()]), channel="left")) == expected


def test_a_refused_piece_is_discarded_and_the_stream_goes_on(classifier: Classifier) -> None:
    sound = np.stack([siren(), noise()])
    expected = digest(whole(classifier, sound))
    stream = classifier.stream(16_000)
    updates = stream.push(sound[:, :30_000])
    bad = sound[:, :500].copy()
    bad[1, 20] = np.inf
    huge = sound[:, :500].copy()
    huge[1, 20] = 1e20
    refused: list[tuple[str, Any]] = [
        ("audio-non-finite", bad),
        ("audio-non-finite", huge),
        ("audio-channels", np.zeros((3, 10), np.float32)),
        ("audio-channels", np.zeros(10, np.float32)),
        ("audio-channels", np.zeros((10, 2), np.float32)),
        ("config", np.zeros(10, bool)),
        ("config", [0.0]),
        ("config", "sound.wav"),
    ]
    for code, piece in refused:
        with pytest.raises(sourcing_sound.SourcingSoundError) as raised:
            stream.push(piece)
        assert raised.value.code == code
    updates += stream.push(sound[:, 30_000:-1])
    updates += stream.push(sound[:, -1:])  # fewer samples than channels
    assert digest(updates + stream.flush()) == expected


@pytest.mark.parametrize("channel", ["mix", "left"])
def test_pieces_with_other_channels_than_the_first_are_refused(
    classifier: Classifier, channel: str
) -> None:
    mono = siren()
    stereo = np.stack([mono, noise()])
    for first, other in ((mono, stereo), (stereo, mono)):
        stream = classifier.stream(16_000, channel=channel)
        assert stream.push(np.zeros((3, 0), np.float32)) == []  # says nothing about the next ones
        updates = stream.push(first)
        with pytest.raises(sourcing_sound.AudioError) as raised:
            stream.push(other)
        assert raised.value.code == "audio-channels"
        expected = digest(whole(classifier, first, channel=channel))
        assert digest(updates + stream.flush()) == expected


def test_settings_out_of_range(classifier: Classifier) -> None:
    refused: list[tuple[str, Any, dict[str, Any]]] = [
        ("audio-rate", None, {}),
        ("audio-rate", -1, {}),
        ("config", 16_000, {"hop_seconds": 0}),
        ("config", 16_000, {"smoothing_seconds": 61}),
        ("config", 16_000, {"rejection_threshold": 1.1}),
        ("config", 16_000, {"event_on": 0.2, "event_off": 0.3}),
        ("config", 16_000, {"event_on": "high"}),
        ("config", 16_000, {"channel": "middle"}),
    ]
    for code, rate, options in refused:
        with pytest.raises(sourcing_sound.SourcingSoundError) as raised:
            classifier.stream(rate, **options)
        assert raised.value.code == code


def test_a_stream_that_has_ended(classifier: Classifier) -> None:
    stream = classifier.stream(16_000)
    with pytest.raises(sourcing_sound.AudioError) as short:
        stream.flush()
    assert short.value.code == "audio-too-short"
    flushed = classifier.stream(16_000)
    flushed.push(siren())
    flushed.flush()
    with classifier.stream(16_000) as closed:
        pass
    for ended in (stream, flushed, closed):
        for call in (lambda: ended.push(siren()), lambda: ended.flush(), lambda: ended.__enter__()):
            with pytest.raises(sourcing_sound.ClosedError) as raised:
                call()
            assert raised.value.code == "closed"


def test_a_stream_outlives_its_classifier() -> None:
    with Classifier() as classifier:
        stream = classifier.stream(16_000)
    assert len(stream.push(siren()) + stream.flush()) == 8

"""A few examples of a sound → a head with its label."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Optional, Union

from . import _audio, _files, _native
from ._audio import Audio, Channel
from ._errors import coded, wrong_type


class Example(NamedTuple):
    """A piece of a recording that shows a sound, or that shows something else."""

    label: Optional[str]
    """What it shows; None for something that is none of the labels."""
    recording: str
    """Where it is from. Examples of one recording count together."""
    start: float
    """Where it starts in the recording, in seconds."""
    seconds: float
    """Its length in seconds."""
    level: float
    """Level of its loudest window, in dBFS."""
    clipped: bool
    """Whether it was recorded too loud."""


class Share(NamedTuple):
    """A part of a small number of recordings, with its 95% interval."""

    hits: int
    """How many are counted."""
    of: int
    """Of how many."""
    low: float
    """Lower end of Wilson's 95% interval, 0 to 1."""
    high: float
    """Its upper end."""


class LabelReport(NamedTuple):
    """How well a label does on recordings that its weights were not fitted on."""

    label: str
    """The label."""
    examples: int
    """Its examples."""
    recordings: int
    """The recordings that they are from; copies count once."""
    recall: Optional[Share]
    """Of its recordings, each left out in turn, those that were recognised; None with fewer than
    two."""
    precision: Optional[Share]
    """Of the recordings recognised as this label, those that are; None if none was recognised, or
    nothing else was given."""
    others: int
    """Recordings of other labels and of background."""
    mistaken: Optional[Share]
    """Of those, the ones that were mistaken for this label; None if nothing else was given."""


class Finding(NamedTuple):
    """A finding about the examples."""

    kind: str
    """``contradictory``, ``alike``, ``few``, ``weak``, ``unlike``, ``copies``, ``similar``,
    ``clipped``, ``quiet`` or ``adds``."""
    label: str
    """The label that it is about."""
    recordings: list[str]
    """The recordings that it is about, if not all of the label's."""
    message: str
    """What to do, in one or two sentences."""


@dataclass(frozen=True)
class Taught:
    """A trained head and how well it does. ``Classifier(head=taught)`` uses it."""

    labels: list[LabelReport]
    """A report per label."""
    findings: list[Finding]
    """Problems and hints, the most important first."""
    report: str
    """All of it as text."""
    _json: str

    def to_json(self) -> str:
        """The file ``NAME.sound.json``: the head, and the examples as vectors, without their audio.
        The page, JavaScript, Rust and the command line read it too."""
        return self._json

    def save(self, path: Union[str, os.PathLike[str]]) -> None:
        """Writes the file; by convention, its name ends with ``.sound.json``. A file that is there is
        replaced only once the new one is complete.

        Raises
        ------
        FileError
            ``io`` if it cannot be written.
        """
        _files.write(path, self._json)

    def __repr__(self) -> str:
        names = ", ".join(one.label for one in self.labels)
        return f"<Taught: {names}>"


class Teacher:
    """Collects examples of sounds, and trains heads for the model ``everyday`` from them.

    One recording of a label is enough to begin; three or more, made at different times or places,
    show how well it does. Use it from one thread at a time: a call during another one raises
    ``BusyError``.
    """

    def __init__(self) -> None:
        self._native = _native.Teacher()

    def add(
        self,
        label: str,
        audio: Audio,
        sample_rate: Optional[float] = None,
        *,
        recording: Optional[str] = None,
        channel: Channel = "mix",
    ) -> int:
        """Adds a recording of a sound, in pieces of at most 10 s, without silent ones and without
        those that are there already.

        Parameters
        ----------
        label
            The label of the sound. One that the model knows, in whatever case, gets the model's
            spelling, and the examples add to it.
        audio, sample_rate, channel
            As for ``Classifier.classify``, without ``"each"``; up to an hour.
        recording
            Where it is from: pieces of one recording are left out together when the head is
            evaluated. Default: the path, or a number for an array or bytes.

        Returns
        -------
        int
            How many examples were added.

        Raises
        ------
        AudioError
            ``audio-silent`` if nothing is louder than −65 dBFS; those of ``Classifier.classify``.
        ConfigError
            ``config`` for an empty label; ``limit`` for more than an hour, or above 10,000 examples.
        """
        return self._add(_audio.text("label", label), audio, sample_rate, recording, channel)

    def add_background(
        self,
        audio: Audio,
        sample_rate: Optional[float] = None,
        *,
        recording: Optional[str] = None,
        channel: Channel = "mix",
    ) -> int:
        """Adds a recording in which none of the labels should be recognised. Optional: the model
        includes a description of everyday sounds. Parameters and errors are those of ``add``."""
        return self._add(None, audio, sample_rate, recording, channel)

    def merge(self, file: Union[str, os.PathLike[str], bytes, Taught]) -> int:
        """Adds the examples of an earlier head: the path or the bytes of a ``NAME.sound.json``, or
        what ``train`` returned. Returns how many were added.

        Raises
        ------
        ModelError
            ``head-format`` for a file without examples, ``head-mismatch`` for another model's.
        """
        if isinstance(file, Taught):
            return self._native.merge(file.to_json().encode())
        _, content, _ = _files.resolve(file, "head", ())
        return self._native.merge(content or b"")

    @property
    def examples(self) -> list[Example]:
        """The examples so far, in the order in which they were added."""
        return [Example(*row) for row in self._native.examples]

    def remove(self, index: int) -> None:
        """Removes the example with this index.

        Raises
        ------
        ConfigError
            ``config`` if there is none.
        """
        if not self._native.remove(_audio.whole("index", index, least=0)):
            raise coded("config", f"index is {index}, but there is no such example")

    def train(self, name: str) -> Taught:
        """Trains a head called ``name``. The same examples in the same order give the same head, bit
        for bit.

        Raises
        ------
        ConfigError
            ``config`` without an example with a label, or if a label's examples cannot be
            distinguished from the background at all.
        """
        text, report, labels, findings = self._native.train(_audio.text("name", name))
        return Taught(
            [
                LabelReport(
                    label,
                    examples,
                    recordings,
                    _share(recall),
                    _share(precision),
                    others,
                    _share(mistaken),
                )
                for label, examples, recordings, recall, precision, others, mistaken in labels
            ],
            [Finding(*finding) for finding in findings],
            report,
            text,
        )

    def _add(
        self,
        label: Optional[str],
        audio: Audio,
        sample_rate: Optional[float],
        recording: Optional[str],
        channel: Channel,
    ) -> int:
        source = _audio.source(audio)
        if recording is None:
            recording = source if isinstance(source, str) else self._free_name()
        name = _audio.text("recording", recording)
        return self._native.add(
            label, name, source, _audio.rate(sample_rate), _audio.channel(channel)
        )


    def _free_name(self) -> str:
        taken = {row[1] for row in self._native.examples}
        names = (f"recording {n}" for n in range(1, len(taken) + 2))
        return next(name for name in names if name not in taken)


def _share(row: Optional[tuple[int, int, float, float]]) -> Optional[Share]:
    return None if row is None else Share(*row)


def _check_list(whose: str, recordings: object) -> None:
    """Refuses one path where several are expected: it would be taken letter by letter."""
    if isinstance(recordings, (str, bytes, os.PathLike)):
        raise wrong_type(f"the recordings of {whose} are one path, expected a list of paths")
    if not isinstance(recordings, Iterable):
        kind = type(recordings).__name__
        raise wrong_type(f"the recordings of {whose} are a {kind}, expected a list of paths")


def teach(
    labels: Mapping[str, Iterable[Union[str, os.PathLike[str], bytes]]],
    *,
    background: Iterable[Union[str, os.PathLike[str], bytes]] = (),
    name: Optional[str] = None,
) -> Taught:
    """Trains a head from recordings, as ``sourcing-sound teach`` does on the command line.

    Parameters
    ----------
    labels
        For each label, paths of recordings of its sound, or their bytes.
    background
        Recordings in which none of the labels should be recognised. Default: none.
    name
        The head's name. Default: the first label.

    Raises
    ------
    SourcingSoundError
        Those of ``Teacher.add`` and ``Teacher.train``: unlike the command line, the first recording
        that cannot be used ends it. Use ``Teacher`` to continue without it.

    Examples
    --------
    >>> taught = teach({"kettle": ["monday.wav", "tuesday.wav"]})  # doctest: +SKIP
    >>> classifier = Classifier(head=taught)  # doctest: +SKIP
    """
    if not isinstance(labels, Mapping):
        raise wrong_type(f"labels is a {type(labels).__name__}, expected a dict")
    for label, recordings in labels.items():
        _check_list(_audio.shown(label), recordings)
    _check_list("the background", background)
    teacher = Teacher()
    for label, recordings in labels.items():
        for audio in recordings:
            teacher.add(label, audio)
    for audio in background:
        teacher.add_background(audio)
    return teacher.train(name if name is not None else next(iter(labels), ""))

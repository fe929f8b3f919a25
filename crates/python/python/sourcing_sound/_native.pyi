"""The compiled part of sourcing_sound; not part of its API."""

from typing import Any, Optional, Union, final

import numpy as np
import numpy.typing as npt

__all__ = [
    "Classifier",
    "EXTENSIONS",
    "Scored",
    "Stream",
    "Table",
    "Teacher",
    "__version__",
    "describe",
    "load",
    "mel_filters",
    "power_spectrogram",
    "power_to_db",
    "prepare",
    "resample",
]

_Float = npt.NDArray[np.float32]
_Source = Union[str, bytes, npt.NDArray[Any]]
_Event = tuple[str, float, Optional[float], float]
_Update = tuple[
    float, float, float, _Float, _Float, bool, npt.NDArray[np.uint16], _Float, list[_Event]
]
_Example = tuple[Optional[str], str, float, float, float, bool]
_Share = tuple[int, int, float, float]
_Label = tuple[str, int, int, Optional[_Share], Optional[_Share], int, Optional[_Share]]
_Finding = tuple[str, str, list[str], str]

@final
class Classifier:
    def __new__(
        cls,
        model_name: Optional[str],
        model: Optional[bytes],
        head_name: Optional[str],
        head: Optional[bytes],
        head_only: bool,
    ) -> Classifier: ...
    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def licence(self) -> str: ...
    @property
    def model_sha256(self) -> str: ...
    @property
    def engine(self) -> str: ...
    @property
    def labels(self) -> list[str]: ...
    @property
    def head_labels(self) -> int: ...
    @property
    def groups(self) -> list[str]: ...
    @property
    def label_groups(self) -> list[int]: ...
    @property
    def sample_rate(self) -> int: ...
    @property
    def segment_seconds(self) -> float: ...
    @property
    def hop_seconds(self) -> float: ...
    @property
    def embedding_size(self) -> Optional[int]: ...
    def classify(
        self,
        source: _Source,
        sample_rate: Optional[int],
        channel: int,
        hop_seconds: Optional[float],
        start: float,
        end: Optional[float],
        threads: int,
    ) -> list[Scored]: ...
    def ranks(self, scores: _Float) -> tuple[npt.NDArray[np.uint16], _Float]: ...
    def embed(
        self, source: _Source, sample_rate: Optional[int], channel: int
    ) -> tuple[_Float, _Float, npt.NDArray[np.float64], float, float, list[tuple[str, str]]]: ...
    def log_mel(self, source: _Source, sample_rate: Optional[int], channel: int) -> _Float: ...
    def stream(
        self,
        sample_rate: int,
        channel: int,
        hop_seconds: Optional[float],
        smoothing_seconds: Optional[float],
        rejection_threshold: Optional[float],
        event_on: Optional[float],
        event_off: Optional[float],
    ) -> Stream: ...
    def segments_table(
        self,
        file: str,
        rows: list[tuple[float, float, bool, Optional[int]]],
        scores: _Float,
        top: Optional[int],
        start_time_us: Optional[int],
    ) -> Table: ...
    def events_table(
        self,
        file: str,
        rows: list[tuple[str, float, Optional[float], float, Optional[int]]],
        start_time_us: Optional[int],
    ) -> Table: ...
    def embeddings_table(
        self,
        file: str,
        label: Optional[str],
        recording: Optional[str],
        fold: Optional[int],
        starts: list[float],
        vectors: _Float,
        scores: _Float,
    ) -> Table: ...
    def failed_table(self, file: str, code: str, rows: str) -> Table: ...

@final
class Scored:
    @property
    def starts(self) -> npt.NDArray[np.float64]: ...
    @property
    def ends(self) -> npt.NDArray[np.float64]: ...
    @property
    def scores(self) -> _Float: ...
    @property
    def rejected(self) -> npt.NDArray[np.bool_]: ...
    @property
    def events(self) -> list[_Event]: ...
    @property
    def warnings(self) -> list[tuple[str, str]]: ...
    @property
    def end(self) -> float: ...
    @property
    def sample_rate(self) -> int: ...
    @property
    def channel(self) -> Optional[int]: ...

@final
class Stream:
    def push(self, samples: npt.NDArray[Any]) -> list[_Update]: ...
    def flush(self) -> list[_Update]: ...

@final
class Table:
    @property
    def rows(self) -> int: ...
    @property
    def column_names(self) -> list[str]: ...
    def schema_capsule(self) -> object: ...
    def stream_capsule(self) -> object: ...

@final
class Teacher:
    def __new__(cls) -> Teacher: ...
    def add(
        self,
        label: Optional[str],
        recording: str,
        source: _Source,
        sample_rate: Optional[int],
        channel: int,
    ) -> int: ...
    def merge(self, file: bytes) -> int: ...
    @property
    def examples(self) -> list[_Example]: ...
    def remove(self, index: int) -> bool: ...
    def train(self, name: str) -> tuple[str, str, list[_Label], list[_Finding]]: ...

def prepare() -> None: ...
def describe(
    y: npt.NDArray[Any],
    sr: int,
    n_fft: int,
    win_length: int,
    hop_length: int,
    center: bool,
    n_mels: int,
    fmin: float,
    fmax: float,
    htk: bool,
    slaney: bool,
    n_mfcc: int,
    roll_percent: float,
    top_db: Optional[float],
) -> tuple[_Float, _Float, _Float, _Float, _Float, _Float]: ...
def power_spectrogram(
    y: npt.NDArray[Any], sr: int, n_fft: int, win_length: int, hop_length: int, center: bool
) -> _Float: ...
def mel_filters(
    sr: int, n_fft: int, n_mels: int, fmin: float, fmax: float, htk: bool, slaney: bool
) -> _Float: ...
def power_to_db(power: _Float, amin: float, top_db: Optional[float]) -> _Float: ...
def resample(y: npt.NDArray[Any], orig_sr: int, target_sr: int) -> _Float: ...
def load(source: _Source, channel: int) -> tuple[_Float, int]: ...

__version__: str
EXTENSIONS: list[str]

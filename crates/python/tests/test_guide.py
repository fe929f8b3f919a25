"""What the guide and the README show works as shown, from the first line to the last."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest
import sourcing_sound
from sounds import ROOT, noise, siren, to_int16, write_wav

GUIDE = ROOT / "docs" / "guide" / "python.md"
README = ROOT / "crates" / "python" / "README.md"


@pytest.mark.parametrize("document", [GUIDE, README], ids=lambda path: path.name)
def test_the_examples_run(
    document: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    sounds = {
        "street.wav": np.stack([siren(5), noise(5)]),
        "dog.wav": noise(3),
        "monday.wav": siren(3),
        "tuesday.wav": siren(3, middle_hz=1_300),
    }
    for name, sound in sounds.items():
        write_wav(tmp_path / name, to_int16(sound), 16_000)
    examples = re.findall(r"```python( tables)?\n(.*?)```", document.read_text("utf-8"), re.DOTALL)
    assert examples
    if document == README:
        assert len(examples[0][1].splitlines()) == 5, "the first five lines, without a recording"
    # Like the cells of one notebook.
    names: dict[str, object] = {}
    for number, (tables, example) in enumerate(examples):
        if tables and not all(importlib.util.find_spec(name) for name in ("pandas", "pyarrow")):
            continue
        exec(compile(example, f"{document.name}, example {number}", "exec"), names)
    printed = capsys.readouterr().out
    assert "0.0 s to 2.0 s: " in printed and "iren" in printed


def test_the_guide_names_all_exceptions_and_codes() -> None:
    text = GUIDE.read_text("utf-8")
    for name in sourcing_sound.__all__:
        value = getattr(sourcing_sound, name)
        if isinstance(value, type) and issubclass(value, sourcing_sound.SourcingSoundError):
            assert f"`{name}`" in text
    sources = [*(ROOT / "crates" / "python").glob("src/*.rs")]
    sources += (ROOT / "crates" / "python").glob("python/sourcing_sound/*.py")
    codes = set()
    for source in sources:
        codes |= set(re.findall(r'coded\(\s*"([a-z-]+)"', source.read_text("utf-8")))
    assert {"busy", "closed", "config", "audio-rate"} <= codes
    errors = (GUIDE.parent / "errors.md").read_text("utf-8")
    for code in codes:
        assert f"`{code}`" in text or f"### `{code}`" in errors, code

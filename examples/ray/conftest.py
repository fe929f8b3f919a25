"""The recordings and the cluster of the tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import archive


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the folder `recordings`."""
    folder = tmp_path_factory.mktemp("home")
    archive.make(folder / "recordings")
    return folder


@pytest.fixture
def at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder is that with the recordings."""
    monkeypatch.chdir(home)
    return home


@pytest.fixture(scope="session")
def expected(home: Path) -> list[dict[str, Any]]:
    """The rows of `recordings`, made by one process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        return archive.by_one_process("recordings")


@pytest.fixture(scope="module")
def cluster() -> Any:
    """Two workers on this machine, in another folder than the tests."""
    import ray

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield
    ray.shutdown()

"""A Slurm and a Ray cluster on this machine."""

import pytest

from fake_slurm import FakeSlurm


@pytest.fixture
def slurm(tmp_path, monkeypatch):
    """Slurm's commands, first in PATH."""
    fake = FakeSlurm(tmp_path / "slurm")
    monkeypatch.setenv("PATH", fake.path)
    return fake

"""Settings and data that all tests share."""

import os
from pathlib import Path

import pytest

# Read once, when TensorFlow and Keras are first imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real corpora and task files, in a folder beside the repository; the tests skip without."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"real data not present: {folder}")
    return folder

import os
import platform
import subprocess
import sys

import pytest

READ = "import os, selectra_pipeline.training.optimizer; print(os.environ['TF_ENABLE_ONEDNN_OPTS'])"


@pytest.mark.skipif(
    platform.machine().lower() not in ("x86_64", "amd64"), reason="oneDNN is set up on x86 alone"
)
@pytest.mark.parametrize(("chosen", "expected"), [(None, "1"), ("0", "0")])
def test_onednn_is_on_unless_the_user_says_otherwise(chosen, expected):
    """Whatever module comes first: TensorFlow reads the variable when it is imported."""
    environment = {k: v for k, v in os.environ.items() if k != "TF_ENABLE_ONEDNN_OPTS"}
    if chosen is not None:
        environment["TF_ENABLE_ONEDNN_OPTS"] = chosen
    process = subprocess.run(
        [sys.executable, "-c", READ], env=environment, capture_output=True, text=True, check=True
    )
    assert process.stdout.strip() == expected

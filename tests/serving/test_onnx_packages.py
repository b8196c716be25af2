import importlib.util

import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.serving.onnx_packages import require_onnx


def present(monkeypatch, *names):
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: object() if name in names else None
    )


def test_both_packages_suffice(monkeypatch):
    present(monkeypatch, "onnx", "onnxruntime")
    require_onnx()


@pytest.mark.parametrize(
    ("installed", "named"),
    [((), "needs onnx and onnxruntime:"), (("onnx",), "needs onnxruntime:")],
)
def test_a_missing_package_is_named_with_the_extra(installed, named, monkeypatch):
    present(monkeypatch, *installed)
    with pytest.raises(ConfigError, match=rf'{named} pip install "selectra-pipeline\[onnx\]"'):
        require_onnx()

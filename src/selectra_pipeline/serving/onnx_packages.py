"""The packages that ONNX export needs and nothing else does."""

import importlib.util

from selectra_pipeline.config.base import ConfigError

PACKAGES = ("onnx", "onnxruntime")


def require_onnx() -> None:
    """Raise `ConfigError` where one of the packages is missing; imports none of them."""
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigError(
            f"export to ONNX needs {' and '.join(missing)}: "
            'pip install "selectra-pipeline[onnx]"; or leave onnx and onnx_int8 out of '
            "serving.formats"
        )

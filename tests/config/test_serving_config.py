import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.serving import ServingConfig


def test_formats_of_the_command_line_are_told_apart():
    config = ServingConfig.from_params({"formats": "saved_model; onnx;saved_model"})
    assert config.formats == ("saved_model", "onnx")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"formats": "savedmodel"}, r"'savedmodel' is none of saved_model, onnx, onnx_int8"),
        ({"formats": ";"}, r"formats names none; choose from"),
        ({"formats": "mlflow"}, r"mlflow serves the SavedModel; add saved_model"),
        ({"formats": "onnx", "registered_name": "ner"}, r"formats lacks mlflow; add it"),
        ({"max_length": 2}, r"max_length=2 leaves no room .* at least 3"),
        ({"max_batch": 0}, r"max_batch=0 must be at least 1"),
    ],
)
def test_what_cannot_be_served_is_refused(params, message):
    with pytest.raises(ConfigError, match=message):
        ServingConfig.from_params(params)

"""A model to what servers run: a node for each selected format."""

from kedro.pipeline import Node, Pipeline

from selectra_pipeline.config.serving import ServingConfig
from selectra_pipeline.pipelines.serving.nodes import (
    log_mlflow_model,
    write_onnx_int8_model,
    write_onnx_model,
    write_saved_model,
)


def create_pipeline(config: ServingConfig) -> Pipeline:
    """The serving stage."""
    model = "model" if config.model is None else "params:serving.model"
    written_from = [model, "params:serving", "params:vocabulary", "params:directories"]
    nodes = {
        "saved_model": Node(
            write_saved_model,
            inputs=written_from,
            outputs="saved_model",
            name="write_saved_model",
        ),
        "onnx": Node(
            write_onnx_model,
            inputs=written_from,
            outputs="onnx_model",
            name="write_onnx_model",
        ),
        "onnx_int8": Node(
            write_onnx_int8_model,
            inputs=written_from,
            outputs="onnx_int8_model",
            name="write_onnx_int8_model",
        ),
        "mlflow": Node(
            log_mlflow_model,
            inputs=["saved_model", "params:serving"],
            outputs="mlflow_model",
            name="log_mlflow_model",
        ),
    }
    return Pipeline(
        [node for name, node in nodes.items() if name in config.formats],
        namespace="serving",
        prefix_datasets_with_namespace=False,
    )

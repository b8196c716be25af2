"""The model that MLflow serves: a SavedModel, between a table of texts and records.

MLflow copies this file beside the SavedModel and runs it where the model is loaded ("models from
code"): it must get by with what is pinned there, and with nothing of this package.
"""

import re

import mlflow
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import BAD_REQUEST

ARTIFACT = "saved_model"
TEXT, SECOND_TEXT = "text", "second_text"  # columns of the table
DEFAULT, PAIRS = "serving_default", "pairs"

# What the rows of a signature are called, by an output that only this one has.
ROWS = {"pieces": "pieces", "types": "entities", "tags": "words"}
# What an output is called in a record, in the order in which they stand there.
NAMES = {
    "pieces": "piece", "types": "type", "tags": "tag", "labels": "label", "values": "value",
    "texts": "text", "replaced": "replaced", "scores": "score", "begins": "begin", "ends": "end",
    "probabilities": "probabilities", "mean": "mean", "cls": "cls",
}  # fmt: skip


class TextModel(mlflow.pyfunc.PythonModel):
    """Answers a record for each text, by the signature that the parameter of that name says."""

    def load_context(self, context) -> None:
        import tensorflow as tf
        import tensorflow_text  # noqa: F401  # its operations are needed to load the graph

        self.tf = tf
        self.model = tf.saved_model.load(context.artifacts[ARTIFACT])
        self.max_batch = context.model_config["max_batch"]

    def predict(self, context, model_input, params=None) -> list[dict]:
        table = model_input if isinstance(model_input, pd.DataFrame) else _as_table(model_input)
        columns = {"texts": _texts(table, TEXT)}
        if SECOND_TEXT in table and not table[SECOND_TEXT].isna().all():
            columns["second_texts"] = _texts(table, SECOND_TEXT)
        signature = self._signature((params or {}).get("signature", DEFAULT), columns)
        records = []
        for start in range(0, len(table), self.max_batch):
            batch = {name: texts[start : start + self.max_batch] for name, texts in columns.items()}
            records += self._records(signature, batch, start)
        return records

    def _signature(self, name: str, columns: dict[str, list[str]]):
        if "second_texts" in columns and name == DEFAULT:
            name = PAIRS
        if name not in self.model.signatures:
            known = ", ".join(sorted(self.model.signatures))
            raise MlflowException(
                f"there is no signature {name!r}; choose from {known}", BAD_REQUEST
            )
        signature = self.model.signatures[name]
        if set(signature.structured_input_signature[1]) != set(columns):
            raise MlflowException(
                f"the signature {name!r} takes {TEXT}"
                + (f" and {SECOND_TEXT}" if name == PAIRS else f", but no {SECOND_TEXT}"),
                BAD_REQUEST,
            )
        return signature

    def _records(self, signature, batch: dict[str, list[str]], start: int) -> list[dict]:
        tensors = {name: self.tf.constant(texts) for name, texts in batch.items()}
        try:
            outputs = signature(**tensors)
        except self.tf.errors.InvalidArgumentError as error:
            found = re.search(r"assertion failed: \[(.*)\]", str(error))
            message = found[1] if found else str(error)
            raise MlflowException(f"from row {start} on: {message}", BAD_REQUEST) from error
        outputs = {name: values.numpy().tolist() for name, values in outputs.items()}
        return [
            _record({name: values[row] for name, values in outputs.items()})
            for row in range(len(batch["texts"]))
        ]


def _as_table(texts) -> pd.DataFrame:
    return pd.DataFrame({TEXT: [texts] if isinstance(texts, str) else list(texts)})


def _texts(table: pd.DataFrame, column: str) -> list[str]:
    if column not in table:
        raise MlflowException(f"the table lacks the column {column!r}", BAD_REQUEST)
    for row, text in enumerate(table[column]):
        if not isinstance(text, str):
            raise MlflowException(f"row {row} of {column} is {text!r}, not a text", BAD_REQUEST)
    return list(table[column])


def _record(outputs: dict) -> dict:
    """What a signature says of one text, without padding."""
    outputs = {name: _decoded(value) for name, value in outputs.items()}
    if "classes" in outputs:
        pairs = zip(outputs["classes"], outputs["probabilities"], strict=True)
        outputs["probabilities"] = dict(pairs)
    record = {name: outputs[output] for output, name in NAMES.items() if output in outputs}
    if "counts" not in outputs:
        return record
    rows = next(called for output, called in ROWS.items() if output in outputs)
    columns = (values[: outputs["counts"]] for values in record.values())
    return {rows: [dict(zip(record, row, strict=True)) for row in zip(*columns, strict=True)]}


def _decoded(value):
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    return value.decode() if isinstance(value, bytes) else value


mlflow.models.set_model(TextModel())

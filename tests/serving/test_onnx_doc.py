"""The program in docs/onnx.md gives the served model's tags."""

import ast
import contextlib
import io
import re
from pathlib import Path

import numpy as np
import pytest

from random_served import random_served
from selectra_pipeline.config.serving import ServingConfig
from selectra_pipeline.records.reader import Batch

pytest.importorskip("onnx", reason="the extra onnx is not installed")
pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")

from selectra_pipeline.serving.onnx_folder import export_onnx

DOCUMENT = Path(__file__).parents[2] / "docs" / "onnx.md"


@pytest.fixture(scope="module")
def program() -> ast.Module:
    return ast.parse(re.search(r"```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)[1])


def constant(program, name):
    return next(
        ast.literal_eval(node.value)
        for node in program.body
        if isinstance(node, ast.Assign) and node.targets[0].id == name
    )


def test_the_program_needs_neither_tensorflow_nor_this_project(program):
    names = {
        alias.name for node in program.body if isinstance(node, ast.Import) for alias in node.names
    }
    assert names == {"json", "numpy", "onnxruntime", "tokenizers"}
    assert not any(isinstance(node, ast.ImportFrom) for node in ast.walk(program))


def test_the_program_prints_the_tag_of_every_word(program, tmp_path, monkeypatch):
    served = random_served("tagger")
    monkeypatch.chdir(tmp_path)
    export_onnx(served, ServingConfig(), constant(program, "folder"), "onnx")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(program, DOCUMENT.name, "exec"), {})
    expected = [line for text in constant(program, "texts") for line in tagged(served, text)]
    assert printed.getvalue().splitlines() == expected
    assert len({line.split()[1] for line in expected}) > 1


def tagged(served, text):
    """Each word and its tag, by the tokenizer and the model of the project."""
    tokenizer = served.tokenizer
    words = re.findall(r"\w+|[^\w\s]", text)
    of_words = tokenizer.encode_batch(words)
    first = np.cumsum([1, *map(len, of_words[:-1])])
    ids = [tokenizer.cls_id, *(i for pieces in of_words for i in pieces), tokenizer.sep_id]
    row = np.array([ids], np.int32)
    tags = served.model(Batch(row, np.ones_like(row), np.zeros_like(row))).numpy()[0].argmax(-1)
    return [f"{w} {served.label_names[tags[i]]}" for w, i in zip(words, first, strict=True)]

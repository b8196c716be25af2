"""The node of the page without what it needs; `tests/serving/test_page.py` has the page itself."""

import sys

import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.pipelines.demo.nodes import open_page


def open_with(folder, port):
    directories = {"model": f"{folder}/huggingface", "finetuned": f"{folder}/finetuned"}
    open_page({"port": port}, {}, directories)


def test_a_missing_gradio_names_the_extra(tmp_path, monkeypatch):
    for name in [n for n in sys.modules if n.startswith("selectra_pipeline.serving.page")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "gradio", None)
    with pytest.raises(ConfigError, match=r"'selectra-pipeline\[demo\]'"):
        open_with(tmp_path, 7860)


def test_without_a_model_pretraining_comes_first(tmp_path):
    pytest.importorskip("gradio", reason='the page needs the extra "demo"')
    with pytest.raises(ConfigError, match="run make pretrain first"):
        open_with(tmp_path, 7859)

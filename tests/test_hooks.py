import os
from types import SimpleNamespace

import click
import pytest
from kedro.io import DatasetError

from selectra_pipeline.config.base import ConfigError, UserError
from selectra_pipeline.hooks import ProvideHubToken, SelectNodes, ShowErrors
from selectra_pipeline.pretraining.interruption import TrainingInterrupted

MEND, BUG = UserError("mend it"), ValueError("a bug")


def wrapped(error):
    """As Kedro raises what went wrong inside a dataset."""
    outer = DatasetError("failed while saving")
    outer.__cause__ = error
    return outer


@pytest.mark.parametrize("error", [MEND, wrapped(MEND), wrapped(wrapped(MEND))])
def test_an_error_that_says_how_to_mend_it_is_shown_alone(error):
    with pytest.raises(click.ClickException, match=r"^mend it$"):
        ShowErrors().on_pipeline_error(error)


@pytest.mark.parametrize(("error", "code"), [(TrainingInterrupted, 75), (ConfigError, 1)])
def test_an_error_that_says_how_to_mend_it_is_shown_with_its_exit_code(error, code):
    with pytest.raises(click.ClickException, match="what to do") as caught:
        ShowErrors().on_pipeline_error(error("what to do"))
    assert caught.value.exit_code == code


@pytest.mark.parametrize("error", [BUG, wrapped(BUG), DatasetError("no cause")])
def test_other_errors_keep_their_traceback(error):
    assert ShowErrors().on_pipeline_error(error) is None


def provide_token(conf, text=None):
    if text is not None:
        (conf / "local").mkdir()
        (conf / "local/credentials.yml").write_text(text)
    context = SimpleNamespace(config_loader=SimpleNamespace(conf_source=str(conf)))
    ProvideHubToken().after_context_created(context)
    return os.environ.get("HF_TOKEN")


@pytest.fixture
def no_token(monkeypatch):
    """No token in the environment, and none left behind."""
    monkeypatch.setenv("HF_TOKEN", "")  # so that it is restored
    monkeypatch.delenv("HF_TOKEN")


def test_the_token_of_the_credentials_is_given_to_the_hubs_client(tmp_path, no_token):
    from huggingface_hub import get_token

    assert provide_token(tmp_path, "hugging_face:\n  token: hf_abc\n") == "hf_abc"
    assert get_token() == "hf_abc"


def test_the_token_of_the_environment_comes_first(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_env")
    assert provide_token(tmp_path, "hugging_face:\n  token: hf_abc\n") == "hf_env"


@pytest.mark.parametrize("text", [None, "", "aws:\n  key: x\n", "hugging_face:\n"])
def test_no_credentials_are_needed(tmp_path, no_token, text):
    assert provide_token(tmp_path, text) is None


def test_a_wrong_parameter_of_the_evaluation_is_shown_before_pipelines_are_made():
    context = SimpleNamespace(params={"evaluation": {"selected": ["poetry"]}})
    with pytest.raises(click.ClickException, match=r"there is no task 'poetry'"):
        SelectNodes().after_context_created(context)

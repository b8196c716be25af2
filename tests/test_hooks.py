import click
import pytest
from kedro.io import DatasetError

from selectra_pipeline.config.base import ConfigError, UserError
from selectra_pipeline.hooks import ShowErrors
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

import click
import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.hooks import ShowErrors
from selectra_pipeline.pretraining.interruption import TrainingInterrupted


@pytest.mark.parametrize(("error", "code"), [(TrainingInterrupted, 75), (ConfigError, 1)])
def test_an_error_that_says_how_to_mend_it_is_shown_with_its_exit_code(error, code):
    with pytest.raises(click.ClickException, match="what to do") as caught:
        ShowErrors().on_pipeline_error(error("what to do"))
    assert caught.value.exit_code == code


def test_other_errors_keep_their_traceback():
    ShowErrors().on_pipeline_error(ZeroDivisionError("a bug"))

import click
import pytest
from kedro.io import DatasetError

from selectra_pipeline.config.base import UserError
from selectra_pipeline.hooks import ShowErrors

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


@pytest.mark.parametrize("error", [BUG, wrapped(BUG), DatasetError("no cause")])
def test_other_errors_keep_their_traceback(error):
    assert ShowErrors().on_pipeline_error(error) is None

import dataclasses

import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.downstream.results import TaskResult, require_distinct_names

OURS = TaskResult(
    task="xnli",
    type="classification",
    metric="accuracy",
    checkpoint="ours",
    weights="0123",
    parameters=22_000_000,
    rows={"train": 10},
    notes=(),
    trials=(),
)


def test_two_results_in_one_cell_of_a_table_are_refused():
    theirs = dataclasses.replace(OURS, checkpoint="theirs")
    require_distinct_names([OURS, theirs, dataclasses.replace(OURS, task="paws_x")])
    with pytest.raises(ConfigError, match=r"2 results on xnli .* named ours; .*checkpoint_name"):
        require_distinct_names([OURS, theirs, dataclasses.replace(OURS, weights="4567")])

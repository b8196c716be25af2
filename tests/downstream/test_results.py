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
    test=("test.tsv",),
    test_digest="89ab",
    notes=(),
    trials=(),
)


def test_two_results_in_one_cell_of_a_table_are_refused():
    theirs = dataclasses.replace(OURS, checkpoint="theirs")
    require_distinct_names([OURS, theirs, dataclasses.replace(OURS, task="paws_x")])
    with pytest.raises(ConfigError, match=r"2 results on xnli .* named ours; .*checkpoint_name"):
        require_distinct_names([OURS, theirs, dataclasses.replace(OURS)])


def test_a_row_of_a_table_is_of_one_model():
    other_task = dataclasses.replace(OURS, task="paws_x", weights="4567")
    with pytest.raises(ConfigError, match=r"ours had other weights when xnli .* than at paws_x"):
        require_distinct_names([OURS, other_task])


def test_facts_of_another_version_are_told():
    facts = dataclasses.asdict(OURS)
    assert TaskResult.from_facts(facts) == OURS
    del facts["test_digest"]
    with pytest.raises(ConfigError, match=r"trials of xnli are of another version .*evaluate"):
        TaskResult.from_facts(facts)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("/pawsx/es/dev_2k.tsv", True),
        ("xnli.dev.es.tsv", True),
        ("hf://datasets/facebook/xnli@0/es/validation-00000-of-00001.parquet", True),
        ("hf://datasets/developers/x@0/es/test-00000-of-00001.parquet", False),
        ("valores.test.tsv", False),
        ("esp.testb", False),
    ],
)
def test_a_validation_file_is_known_by_its_name(file, expected):
    assert dataclasses.replace(OURS, test=(file,)).is_on_validation == expected

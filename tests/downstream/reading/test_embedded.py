import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.task import TaskConfig
from selectra_pipeline.downstream.reading.embedded import read_embedded
from selectra_pipeline.downstream.tasks.loading import load_task

COLUMNS = {
    "entities": {"tokens", "tags"},
    "genres": {"text", "label"},
    "inference": {"premise", "hypothesis", "label"},
}


@pytest.mark.parametrize("task", COLUMNS)
def test_each_split_has_rows_of_its_own(task):
    splits = [read_embedded(f"embedded://{task}/{split}") for split in ("train", "test")]
    for records in splits:
        assert {frozenset(record.values) for record in records} == {frozenset(COLUMNS[task])}
    first, second = ({str(record.values) for record in records} for records in splits)
    assert len(first & second) < 0.05 * len(second)


def test_a_genre_in_test_is_one_of_train():
    addresses = {split: f"embedded://genres/{split}" for split in ("train", "validation", "test")}
    task = load_task(TaskConfig.from_params({"type": "classification", **addresses}))
    assert len(task.type.label_names) == 17


@pytest.mark.parametrize("address", ["embedded://verbs/train", "embedded://genres/dev"])
def test_what_the_world_does_not_have_is_refused(address):
    with pytest.raises(ConfigError, match="is not in the embedded world; write embedded://"):
        TaskConfig.from_params({"type": "classification", "train": address, "test": address})

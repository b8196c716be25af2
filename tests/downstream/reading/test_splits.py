import pytest

from selectra_pipeline.config.task import TaskConfig
from selectra_pipeline.downstream.reading.record import TaskDataError
from selectra_pipeline.downstream.reading.splits import read_splits

ROWS = [("1", "uno", "a"), ("2", "dos", "b"), ("3", "tres", "a"), ("4", "NS", "a")]


@pytest.fixture
def write(tmp_path):
    def write(name, rows, header=("id", "text", "label")):
        path = tmp_path / name
        path.write_text("".join("\t".join(row) + "\n" for row in [header, *rows]))
        return str(path)

    return write


def task(train, test, **changes):
    columns = {"id": "id", **changes.pop("columns", {})}
    return TaskConfig.from_params(
        {
            "name": "numbers",
            "type": "classification",
            "train": train,
            "test": test,
            "columns": columns,
            **{"validation_fraction": 0.5, **changes},
        }
    )


def texts(records):
    return [record.values["text"] for record in records]


def test_rows_of_a_value_are_dropped_and_counted(write):
    path = write("a.tsv", ROWS)
    splits = read_splits(task(path, path, validation=path, drop_values=["NS"]))
    assert texts(splits.records["train"]) == ["uno", "dos", "tres"]
    assert splits.dropped == {
        split: {"drop_values": 1} for split in ("train", "validation", "test")
    }


def test_a_value_that_is_a_number_is_dropped_as_it_is_written(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("".join(f'{{"text": "w{n}", "label": {n}}}\n' for n in (0, 1, -1)))
    config = task(
        str(path), str(path), validation=str(path), columns={"id": None}, drop_values=["-1"]
    )
    assert texts(read_splits(config).records["train"]) == ["w0", "w1"]


def test_a_row_that_stands_twice_counts_once(write):
    splits = read_splits(task(write("a.tsv", [*ROWS, ROWS[1]]), write("b.tsv", ROWS)))
    assert splits.dropped["train"] == {"repeated": 1}


def test_an_id_of_two_different_rows_is_an_error(write):
    train = write("a.tsv", [*ROWS, ("2", "doce", "b")])
    with pytest.raises(TaskDataError, match=r"line 6: the id '2' is also that of .*a.tsv, line 3"):
        read_splits(task(train, train))
    assert read_splits(task(train, train, columns={"id": None})).dropped["train"] == {}


def test_a_missing_column_is_told_with_the_nearest_one(write):
    path = write("a.tsv", ROWS, ("ids", "text", "label"))
    with pytest.raises(TaskDataError, match=r"line 2: no column 'id'; did you mean 'ids'\? there"):
        read_splits(task(path, path))


@pytest.mark.parametrize("rows", [[], [ROWS[3]]])
def test_an_empty_split_is_an_error(write, rows):
    train, test = write("a.tsv", ROWS), write("b.tsv", rows)
    with pytest.raises(
        TaskDataError, match=r"the test split of numbers is empty: .*b.tsv has no row"
    ):
        read_splits(task(train, test, drop_values=["NS"]))


def test_several_files_are_one_split(write):
    paths = [write("a.tsv", ROWS[:2]), write("b.tsv", ROWS[2:])]
    splits = read_splits(task(paths, paths[0], validation=paths[0]))
    assert texts(splits.records["train"]) == ["uno", "dos", "tres", "NS"]


def test_validation_is_taken_out_of_train(write):
    rows = [(str(n), f"t{n}", "a") for n in range(100)]
    path = write("a.tsv", rows)
    first, second = (read_splits(task(path, path, validation_fraction=0.2)) for _ in range(2))
    assert len(first.records["validation"]) == 20
    assert texts(first.records["validation"]) == texts(second.records["validation"])
    both = texts(first.records["train"]) + texts(first.records["validation"])
    assert sorted(both) == sorted(texts(first.records["test"]))


def test_rows_of_a_group_stay_together(write):
    rows = [(str(n), f"premisa {n // 3}", "a") for n in range(90)]
    path = write("a.tsv", rows)
    records = read_splits(
        task(path, path, columns={"group": "text"}, validation_fraction=0.1)
    ).records
    train, validation = set(texts(records["train"])), set(texts(records["validation"]))
    assert len(validation) == 3
    assert len(records["validation"]) == 9
    assert not train & validation


def test_too_few_rows_to_divide_are_an_error(write):
    path = write("a.tsv", ROWS)
    with pytest.raises(
        TaskDataError, match="of 4 rows in train leaves one of the two splits empty"
    ):
        read_splits(task(path, path, validation_fraction=0.1))


def test_no_premise_of_real_nli_is_in_both_splits(shared_data):
    config = TaskConfig.from_params(
        {
            "type": "classification",
            "train": [
                str(shared_data / "xnli" / f"{n}.tsv") for n in ("inferes.train", "esxnli.es")
            ],
            "test": str(shared_data / "xnli" / "xnli.dev.es.tsv"),
            "columns": {"group": "premise"},
        }
    )
    records = read_splits(config).records
    train, validation = (
        {record.values["premise"] for record in records[split]} for split in ("train", "validation")
    )
    assert not train & validation
    assert len(records["train"]) + len(records["validation"]) == 6_444 + 2_490
    assert 600 < len(records["validation"]) < 1_200

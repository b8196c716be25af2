import pytest

from selectra_pipeline.corpus.source_groups import group_files


@pytest.mark.parametrize(
    ("sizes", "least", "groups"),
    [
        ([], 10, []),
        ([3], 10, [[0]]),
        ([3, 3, 3, 3, 3], 6, [[0, 1], [2, 3], [4]]),
        ([3, 9, 3, 3], 6, [[0, 1], [2, 3]]),
        ([99, 1, 1], 10, [[0], [1, 2]]),
        ([5, 5, 5], 0, [[0], [1], [2]]),
        ([0, 0, 5], 0, [[0], [1], [2]]),
    ],
)
def test_files_that_follow_one_another_are_grouped_up_to_a_size(sizes, least, groups):
    assert group_files(range(len(sizes)), sizes, least) == groups

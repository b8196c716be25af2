"""Source files in groups, each of which one task reads."""

from collections.abc import Sequence

from selectra_pipeline.corpus.source_files import SourceFile


def group_files(
    files: Sequence[SourceFile], sizes: Sequence[int], least: float
) -> list[list[SourceFile]]:
    """Files that follow one another, in groups of at least `least` bytes but for the last.

    Args:
        files: in the order of the corpus, which the groups keep.
        sizes: of the files, in bytes as they are stored.
    """
    groups: list[list[SourceFile]] = []
    gathered = least  # of the last group
    for file, size in zip(files, sizes, strict=True):
        if gathered >= least:
            groups.append([])
            gathered = 0
        groups[-1].append(file)
        gathered += size
    return groups

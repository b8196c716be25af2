"""Documents of text files."""

from collections import Counter
from collections.abc import Iterator

from selectra_pipeline.config.source import SourceConfig
from selectra_pipeline.corpus.document import Document
from selectra_pipeline.corpus.skipping import skip_or_raise
from selectra_pipeline.corpus.source_error import SourceError
from selectra_pipeline.corpus.source_files import SourceFile
from selectra_pipeline.corpus.text_lines import decode_line, numbered_lines


def read_text(file: SourceFile, config: SourceConfig, counts: Counter[str]) -> Iterator[Document]:
    """Documents of a text file: each line, the blocks between blank lines, or the whole file."""
    block: list[str] = []
    start = 1
    for number, raw in numbered_lines(file):
        try:
            line = decode_line(file, number, raw)
        except SourceError as error:
            skip_or_raise(error, config, counts)
            continue
        if config.text_unit == "file" or line.strip():
            start = start if block else number
            block.append(line)
        if block and (config.text_unit == "line" or _is_end_of_block(line, config)):
            yield Document(f"{file.name}:{start}", "".join(block))
            block = []
    if block:
        yield Document(f"{file.name}:{start}", "".join(block))


def _is_end_of_block(line: str, config: SourceConfig) -> bool:
    return config.text_unit == "blank_line" and not line.strip()

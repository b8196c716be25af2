"""From a record, of JSON Lines or Parquet, to a document."""

import difflib
from collections.abc import Collection
from typing import Any

from selectra_pipeline.config.source import SourceConfig
from selectra_pipeline.corpus.document import Document
from selectra_pipeline.corpus.oscar import OSCAR_FIELDS, OSCAR_TEXT_FIELD, oscar_labels
from selectra_pipeline.corpus.skipping import SKIP_HINT
from selectra_pipeline.corpus.source_error import SourceError


def is_oscar(fields: Collection[str], config: SourceConfig) -> bool:
    """Whether a record with these fields is read as one of OSCAR."""
    if config.layout == "auto":
        return set(fields) >= OSCAR_FIELDS and config.text_field not in fields
    return config.layout == "oscar"


def fields_to_read(fields: Collection[str], config: SourceConfig, where: str) -> list[str]:
    """The fields, of those that there are, that `record_document` looks at.

    Raises:
        SourceError: the one with the text is missing.
    """
    oscar = is_oscar(fields, config)
    field = OSCAR_TEXT_FIELD if oscar else config.text_field
    if field not in fields:
        raise _missing_field(field, fields, where)
    wanted = {field, "id", *(OSCAR_FIELDS if oscar else ())}
    return [name for name in fields if name in wanted]


def record_document(
    record: dict[str, Any], where: str, place_id: str, config: SourceConfig
) -> Document:
    """The document of a record, with labels if it is one of OSCAR.

    Args:
        where: file and record, for messages.
        place_id: the document's id, unless the record has a text as its own "id".

    Raises:
        SourceError: the text is missing or no text, or a label is not what it should be.
    """
    oscar = is_oscar(record, config)
    field = OSCAR_TEXT_FIELD if oscar else config.text_field
    if field not in record:
        raise _missing_field(field, record, where)
    own_id = record.get("id")
    return Document(
        own_id if own_id and isinstance(own_id, str) else place_id,
        _text(record[field], where),
        oscar_labels(record, where) if oscar else None,
    )


def _text(value: Any, where: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "\n".join(value)  # mOSCAR: the pieces of text between the images of a page
    got = "null" if value is None else f"of type {type(value).__name__}"
    if isinstance(value, list):
        got = f"a list of {', '.join(sorted({type(part).__name__ for part in value}))}"
    raise SourceError(
        f"{where}: the text is {got}, not a text; choose another source.text_field, mend the "
        f"record {SKIP_HINT}",
        "not_a_text",
    )


def _missing_field(field: str, fields: Collection[str], where: str) -> SourceError:
    nearest = difflib.get_close_matches(field, fields, n=1)
    guess = f"did you mean {nearest[0]!r}? " if nearest else ""
    return SourceError(
        f"{where}: no field {field!r}; {guess}there are: {', '.join(sorted(fields)) or 'none'}; "
        "set source.text_field",
        "missing_field",
    )

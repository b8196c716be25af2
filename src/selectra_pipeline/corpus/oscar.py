"""The records of OSCAR 22.01 and OSCAR 2301.

Fields: `content`; `warc_headers`, the Common Crawl headers of the page; `metadata`, with
`identification` {`label`, `prob`}, `quality_warnings` (in 22.01 `annotation`), and, since 2301,
`categories` and `harmful_pp`. Any of them may be null or missing.

Source: https://oscar-project.github.io/documentation/versions/oscar-2301/.
"""

from typing import Any

from selectra_pipeline.corpus.skipping import SKIP_HINT
from selectra_pipeline.corpus.source_error import SourceError
from selectra_pipeline.corpus.web_labels import WebLabels

OSCAR_TEXT_FIELD = "content"
OSCAR_FIELDS = frozenset({OSCAR_TEXT_FIELD, "warc_headers", "metadata"})
QUALITY_FIELDS = ("quality_warnings", "annotation")  # of 2301, of 22.01


def oscar_labels(record: dict[str, Any], where: str) -> WebLabels:
    """What a record says of its text.

    Args:
        where: file and record, for messages.

    Raises:
        SourceError: a label has a type that OSCAR does not give it.
    """
    headers = _value(record, "warc_headers", dict, where) or {}
    metadata = _value(record, "metadata", dict, where) or {}
    identification = _value(metadata, "identification", dict, where) or {}
    warnings = next((name for name in QUALITY_FIELDS if metadata.get(name)), QUALITY_FIELDS[0])
    return WebLabels(
        url=_value(headers, "warc-target-uri", str, where),
        language=_value(identification, "label", str, where),
        language_probability=_number(identification, "prob", where),
        quality_warnings=_names(metadata, warnings, where),
        categories=_names(metadata, "categories", where),
        harmful_perplexity=_number(metadata, "harmful_pp", where),
    )


def _number(fields: dict[str, Any], name: str, where: str) -> float | None:
    value = _value(fields, name, (int, float), where)
    return None if value is None else float(value)


def _names(fields: dict[str, Any], name: str, where: str) -> tuple[str, ...]:
    names = _value(fields, name, list, where) or []
    if not all(isinstance(one, str) for one in names):
        raise _bad_label(name, names, where)
    return tuple(names)


def _value(fields: dict[str, Any], name: str, kind: type | tuple[type, ...], where: str) -> Any:
    value = fields.get(name)
    if value is not None and not isinstance(value, kind):
        raise _bad_label(name, value, where)
    return value


def _bad_label(name: str, value: Any, where: str) -> SourceError:
    return SourceError(
        f"{where}: {name} is {value!r:.80}, which OSCAR's records do not have there; set "
        f"source.layout to text if this is no OSCAR, mend the record {SKIP_HINT}",
        "bad_labels",
    )

"""Shards in the record layout of OSCAR, for tests."""

import gzip
import json

import zstandard


def record_2301(content, **metadata):
    """A record of OSCAR 2301, whose labels are null where they are not given."""
    return {
        "content": content,
        "warc_headers": {
            "warc-block-digest": "sha1:FB4UZVZW6VXUZOGCMUGYCXEVQMXEGZL4",
            "warc-type": "conversion",
            "warc-record-id": "<urn:uuid:8d6a3c5c-9c0b-4a15-8e53-0d2a4e4f7e5b>",
            "warc-refers-to": "<urn:uuid:b1f6e7d0-0a2c-4b63-9a70-8a3d7f1c2b9a>",
            "warc-date": "2022-11-26T10:00:00Z",
            "warc-target-uri": "https://ejemplo.es/camión",
            "warc-identified-content-language": "spa",
            "content-type": "text/plain",
            "content-length": str(len(content.encode())),
        },
        "metadata": {
            "identification": {"label": "es", "prob": 0.9375},
            "harmful_pp": None,
            "tlsh": None,
            "quality_warnings": None,
            "categories": None,
            "sentence_identifications": [{"label": "es", "prob": 0.97}, None],
            **metadata,
        },
    }


def record_2201(content, annotation=None):
    """A record of OSCAR 22.01."""
    record = record_2301(content)
    record["metadata"] = {
        "identification": {"label": "es", "prob": 0.875},
        "annotation": annotation,
        "sentence_identifications": [None],
    }
    return record


def shard(records, suffix):
    """The bytes of a shard; non-ASCII characters stand as they are, as in the original."""
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    compress = {".gz": gzip.compress, ".zst": zstandard.compress}.get(suffix, bytes)
    return compress(lines.encode())

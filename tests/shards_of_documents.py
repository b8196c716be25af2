"""Shards of documents as ingestion leaves them, for tests of what reads them."""

from selectra_pipeline.corpus.document_shards import shard_name, write_document_shard
from selectra_pipeline.shards.manifest import Manifest, Shard


def write_documents(directory, documents):
    """A manifest of documents: {"train": [[documents of shard 0], ...], "heldout": ...}."""
    shards = dict.fromkeys(documents, ())
    for split, of_split in documents.items():
        for index, of_shard in enumerate(of_split):
            path = directory / shard_name(split, index, len(of_split))
            with write_document_shard(path) as writer:
                for document in of_shard:
                    writer.add(document)
            shards[split] += (Shard.describe(path, len(of_shard)),)
    return Manifest(directory, "documents", "fingerprint", shards)

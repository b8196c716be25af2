"""What the search for near-duplicates found, with pairs that a person can judge."""

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from selectra_pipeline.config.deduplication import NearDuplicatesConfig
from selectra_pipeline.corpus.document import Document
from selectra_pipeline.corpus.document_shards import read_shard
from selectra_pipeline.corpus.near_duplicate_clusters import NearDuplicatesFolder, Place
from selectra_pipeline.corpus.near_duplicates import fold_number, shingles
from selectra_pipeline.corpus.statistics import QUOTED_CHARACTERS
from selectra_pipeline.corpus.word_ngrams import WordHasher
from selectra_pipeline.shards.paths import Path


@dataclasses.dataclass(frozen=True)
class QuotedPair:
    """The beginnings of a kept document and of one that was dropped for it.

    Attributes:
        similarity: share of their distinct n-grams of words that they have in common. Two of a
            cluster may have few, if documents between them have more.
    """

    kept_id: str
    kept_text: str
    dropped_id: str
    dropped_text: str
    similarity: float


def near_duplicate_facts(
    shards: Sequence[Path], folder: Path, config: NearDuplicatesConfig
) -> dict[str, Any]:
    """Counts and quoted pairs as JSON values, for the manifest.

    Args:
        shards, folder, config: as `near_duplicate_stages` had them.
    """
    facts = NearDuplicatesFolder(folder).load_facts()
    pairs = []
    for pair in facts.pairs:
        kept, dropped = (_document(shards, place) for place in pair)
        pairs.append(dataclasses.asdict(_quote(kept, dropped, config.ngram)))
    return {**dataclasses.asdict(facts), "pairs": pairs}


def near_duplicate_report(facts: dict[str, Any]) -> str:
    """The facts as a section of Markdown."""
    lines = ["## Near-duplicates", ""]
    lines.append(
        f"Groups: {facts['clusters']:,}, the largest of {facts['largest_cluster']:,} documents. "
        f"Dropped: {facts['dropped']:,} documents, {facts['dropped_bytes'] / 1e6:,.1f} MB."
    )
    for pair in facts["pairs"]:
        lines += ["", f"Similarity {pair['similarity']:.2f}:", ""]
        for side in ("kept", "dropped"):
            quoted = pair[f"{side}_text"].replace("\n", " / ").replace("`", "'")
            lines.append(f"- {side} {pair[f'{side}_id']}: `{quoted}`")
    return "\n".join(lines) + "\n"


def _document(shards: Sequence[Path], place: Place) -> Document:
    return next(itertools.islice(read_shard(shards[place.shard]), place.document, None))


def _quote(kept: Document, dropped: Document, ngram: int) -> QuotedPair:
    hasher = WordHasher(fold_number)
    ours, theirs = (shingles(hasher, document.text, ngram) for document in (kept, dropped))
    similarity = len(np.intersect1d(ours, theirs)) / len(np.union1d(ours, theirs))
    return QuotedPair(
        kept.id,
        kept.text[:QUOTED_CHARACTERS],
        dropped.id,
        dropped.text[:QUOTED_CHARACTERS],
        round(similarity, 4),
    )

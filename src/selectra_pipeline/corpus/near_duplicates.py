"""Finding and removing near-duplicates: datatrove's MinHash over shards of documents.

The n-grams of words of a document are a set; the MinHash signatures of two sets tell how similar
they are, without comparing every pair (Broder 1997). Three stages find what is dropped: signatures
of each shard, pairs with an equal bucket, clusters of pairs. A last one reads each shard without
what is dropped. Neither the number of workers nor their order changes anything. Each of the three
ends with a record of what it wrote (`RecordFiles`), so that damaged files are made again.
"""

import array
import contextlib
import glob
import resource
from collections.abc import Iterator, Sequence

import numpy as np
from datatrove.data import Document, DocumentsPipeline
from datatrove.io import get_datafolder
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.dedup import (
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.utils.hashing import HashConfig
from datatrove.utils.word_tokenizers import WhitespaceTokenizer

from selectra_pipeline.config.base import require
from selectra_pipeline.config.deduplication import NearDuplicatesConfig
from selectra_pipeline.corpus.document_shards import read_shard
from selectra_pipeline.corpus.near_duplicate_clusters import KeepLargest, NearDuplicatesFolder
from selectra_pipeline.corpus.word_ngrams import WordHasher, fold, ngram_hashes
from selectra_pipeline.corpus.written_files import RecordFiles
from selectra_pipeline.execution.stage import Stage
from selectra_pipeline.shards.paths import Path

BUFFERED_SIGNATURES = 1_000  # of each shard: 68 kB; datatrove's 5 make a call of each 340 bytes
SHINGLES_AT_A_TIME = 8_192  # with 112 hashes each: 7 MB


def near_duplicate_stages(
    shards: Sequence[Path], folder: Path, config: NearDuplicatesConfig, examples: int
) -> tuple[Stage, ...]:
    """The stages that find near-duplicates, in order; `kept_documents` then leaves them out.

    The last step of each, a `RecordFiles`, tells whether what a task wrote is there.

    Args:
        shards: files of exactly distinct documents, as ingestion writes them.
        folder: for intermediate files, about 1 kB a document; empty, or left by a run of the same
            stages over the same shards.
        config: how they are found.
        examples: pairs that are noted for the report.

    Raises:
        ConfigError: the folder's path has a character that datatrove takes for a wildcard.
    """
    _require_no_glob(folder)
    places = NearDuplicatesFolder(folder)
    # xxhash, datatrove's default, fails with version 4. No text is hashed by either: `Signatures`.
    minhash = MinhashConfig(
        config.ngram,
        config.buckets,
        config.hashes_per_bucket,
        hash_config=HashConfig(hash_fc="sha1"),
    )
    signatures, pairs, clusters = map(str, (places.signatures, places.pairs, places.clusters))
    find_pairs = Pairs(signatures, pairs, config=minhash, lines_to_buffer=BUFFERED_SIGNATURES)
    find_clusters = Clusters(
        pairs, clusters, minhash, save_cluster_id=True, lines_to_buffer=BUFFERED_SIGNATURES
    )

    def stage(name: str, tasks: int, steps: tuple[PipelineStep, ...], *written: str) -> Stage:
        return Stage(name, (*steps, RecordFiles(folder, name, written)), tasks)

    return (
        stage(
            "near_duplicate_signatures",
            len(shards),
            (ReadShard(shards), Signatures(places, minhash)),
            "signatures/*/{rank:05d}.minhash.sig",
            "sizes/{rank:06d}.sizes",
        ),
        stage("near_duplicate_pairs", config.buckets, (find_pairs,), "pairs/{rank:05d}_*.dups"),
        stage(
            "near_duplicate_clusters",
            1,
            (find_clusters, KeepLargest(places, examples)),
            "clusters/*",
            "removals/*",
            "clusters.json",
        ),
    )


def _require_no_glob(folder: Path) -> None:
    """The files of pairs are looked for by a pattern: of one that is misread there would be none.

    Then nothing would be a near-duplicate.
    """
    require(
        not glob.has_magic(str(folder)),
        f"{folder} has a wildcard (*, ? or [) in its name, where near-duplicates can't be found; "
        "set run, data_root or execution.work_directory to a name without",
    )


def kept_documents(shards: Sequence[Path], folder: Path) -> tuple[PipelineStep, ...]:
    """The first steps of a stage with one task a shard: read it without its near-duplicates.

    What is read must not be overwritten: documents are dropped by their number in the shard.
    """
    removals = NearDuplicatesFolder(folder).removals
    return ReadShard(shards), MinhashDedupFilter(str(removals))


class ReadShard(PipelineStep):
    """Reads the documents of one shard: that of the task's rank."""

    type = "📖 - READER"
    name = "Shard of documents"

    def __init__(self, shards: Sequence[Path]) -> None:
        super().__init__()
        self._shards = [str(path) for path in shards]

    def run(
        self, data: DocumentsPipeline = None, rank: int = 0, world_size: int = 1
    ) -> DocumentsPipeline:
        for document in read_shard(self._shards[rank]):
            yield Document(text=document.text, id=document.id)


class ManyFiles(PipelineStep):
    """Part of a step that holds one file or two of each shard open: as many as the system lets."""

    def run(self, data: DocumentsPipeline = None, rank: int = 0, world_size: int = 1) -> None:
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        with contextlib.suppress(ValueError):  # macOS says "unlimited" and refuses it
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        super().run(data, rank, world_size)


class Pairs(ManyFiles, MinhashDedupBuckets):
    """Finds the documents that share a bucket."""


class Clusters(ManyFiles, MinhashDedupCluster):
    """Joins pairs to clusters."""


class Signatures(MinhashDedupSignature):
    """Writes the MinHash signature of each document, and its size in bytes of UTF-8.

    datatrove's, but for the splitting into words, of which `word_ngrams` says why.
    """

    def __init__(self, folder: NearDuplicatesFolder, config: MinhashConfig) -> None:
        # Splits nothing: `get_shingles` does. datatrove's default wants spaCy to be installed.
        super().__init__(str(folder.signatures), config, WhitespaceTokenizer())
        self._sizes_folder = get_datafolder(str(folder.sizes))
        self._hasher = WordHasher(fold_number)

    def get_shingles(self, text: str) -> np.ndarray:
        """Hashes of the n-grams of words. uint64 [n-grams, 1]."""
        return shingles(self._hasher, text, self.config.n_grams)[:, None]

    def get_signature(self, shingles: np.ndarray) -> list[list[int]]:
        """The least values of each hash: [buckets][hashes per bucket].

        In blocks: datatrove makes an array of all hashes of all n-grams, 1.5 GB for 10 MB of text.
        """
        blocks = np.split(shingles, range(SHINGLES_AT_A_TIME, len(shingles), SHINGLES_AT_A_TIME))
        signature = super().get_signature
        return np.minimum.reduce([np.array(signature(block)) for block in blocks]).tolist()

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> None:
        sizes = array.array("I")
        super().run(_measured(data, sizes), rank, world_size)
        with self._sizes_folder.open(NearDuplicatesFolder.sizes_name(rank), "wb") as file:
            file.write(sizes.tobytes())


def fold_number(word: str) -> str:
    """A word as near-duplicates compare it: any number equals any other."""
    return "0" if word.isdecimal() else fold(word)


def shingles(hasher: WordHasher, text: str, ngram: int) -> np.ndarray:
    """Hashes of a text's n-grams of words; none where it has fewer words. uint64 [n-grams]."""
    *_, (_, hashes) = ngram_hashes(hasher.hash_words(text), ngram)
    return hashes


def _measured(data: DocumentsPipeline, sizes: array.array) -> Iterator[Document]:
    for document in data:
        sizes.append(len(document.text.encode()))
        yield document

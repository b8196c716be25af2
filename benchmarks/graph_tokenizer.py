"""Tokenization inside a graph, as a SavedModel does it, beside `Tokenizer.encode_batch`.

    python benchmarks/graph_tokenizer.py --documents FOLDER --vocabulary FOLDER [--rounds 9]

Reads what the stages of ingestion and vocabulary left in the two folders: the lines of the held-out
documents, as they are (NFC) and with their accents as characters of their own (NFD). Numbers are
10^6 characters a second by the clock, medians of the rounds. The graph also says where in the text
each piece stands. The ids must be equal.
"""

import argparse
import itertools
import unicodedata

import tensorflow as tf
from turns import median_seconds

from selectra_pipeline.corpus.document_shards import read_shard
from selectra_pipeline.serving.graph_tokenizer import GraphTokenizer
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

LINES = 2048
BATCHES = (1, 16, 256)


def main() -> None:
    """Compare in both forms and in batches of several sizes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", required=True)
    parser.add_argument("--vocabulary", required=True)
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    lines = heldout_lines(Manifest.load(arguments.documents))
    tokenizer = Tokenizer.load(arguments.vocabulary)
    graph = tf.function(
        GraphTokenizer(tokenizer), input_signature=[tf.TensorSpec([None], tf.string)]
    )
    for form in ("NFC", "NFD"):
        texts = [unicodedata.normalize(form, line) for line in lines]
        if graph(tf.constant(texts)).ids.to_list() != tokenizer.encode_batch(texts):
            raise SystemExit("the ids differ")
        for size in BATCHES:
            compare(tokenizer, graph, texts, size, arguments.rounds, form)


def heldout_lines(documents: Manifest) -> list[str]:
    """Lines of the held-out documents, in their order."""
    texts = (document.text for path in documents.paths("heldout") for document in read_shard(path))
    lines = (line for text in texts for line in text.split("\n"))
    return list(itertools.islice(lines, LINES))


def compare(tokenizer, graph, texts: list[str], size: int, rounds: int, form: str) -> None:
    """Time both on all texts, so many at a time."""
    batches = [texts[start : start + size] for start in range(0, len(texts), size)]
    plain, inside = median_seconds(
        [
            lambda: [tokenizer.encode_batch(batch) for batch in batches],
            lambda: [graph(tf.constant(batch)) for batch in batches],
        ],
        rounds,
    )
    characters = sum(map(len, texts)) / 1e6
    print(
        f"{form}, {size:>3} at a time: encode_batch {characters / plain:5.2f}, "
        f"graph {characters / inside:5.2f}, {inside / len(batches) * 1e3:.1f} ms a batch"
    )


if __name__ == "__main__":
    main()

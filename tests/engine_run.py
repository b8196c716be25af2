"""One ingestion and its records in a process of its own, to be killed by tests.

    python engine_run.py CORPUS OUTPUT WORKERS

The same corpus gives the same bytes under OUTPUT, whatever happened before.
"""

import json
import random
import sys
from pathlib import Path

from selectra_pipeline.config.execution import ExecutionConfig
from selectra_pipeline.config.ingestion import IngestionConfig
from selectra_pipeline.config.records import RecordsConfig
from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS
from selectra_pipeline.corpus.ingestion import ingest
from selectra_pipeline.records.writer import write_records
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

WORDS = ("camión", "año", "niño", "montaña", "río", "casa", "pueblo", "noche", "lluvia", "camino")
TOKENIZER = Tokenizer([*SPECIAL_TOKENS, ".", *WORDS])
FILES, DOCUMENTS = 6, 60


def write_corpus(folder):
    """Files of short documents; some are duplicates, near-duplicates or too short."""
    draw = random.Random(1)
    folder.mkdir(parents=True)
    texts = []
    for file in range(FILES):
        for number in range(DOCUMENTS):
            text = " ".join(draw.choices(WORDS, k=40)) + "."
            if number % 10 == 9:
                text = draw.choice(texts)
            elif number % 10 == 8:
                text = draw.choice(texts).replace(".", " lluvia.")
            elif number % 10 == 7:
                text = f"corto {file} {number}"
            texts.append(text)
        lines = [json.dumps({"text": text}) + "\n" for text in texts[-DOCUMENTS:]]
        (folder / f"{file}.jsonl").write_text("".join(lines), encoding="utf-8")
    return folder


def execution(executor="local", workers=2, **options):
    """Every file and shard a task, none of them by the calling process unless workers is 1."""
    return ExecutionConfig.from_params(
        {
            "executor": executor,
            "workers": workers,
            "task_megabytes": 0,
            "in_process_megabytes": 0,
            **options,
        }
    )


def run(corpus, output, config):
    """Documents in `output`/documents, records in `output`/records."""
    ingestion = IngestionConfig.from_params(
        {
            "source": {"paths": str(corpus)},
            "near_duplicates": {"enabled": True, "buckets": 4},
            "heldout_fraction": 0.2,
            "shards": 4,
        }
    )
    TOKENIZER.save(output / "tokenizer")
    documents = ingest(ingestion, output / "documents", config)
    records = RecordsConfig(sequence_length=32)
    write_records(documents, output / "tokenizer", records, output / "records", config)


def contents(output):
    """All files that the run left, by path."""
    paths = [path for path in sorted(output.rglob("*")) if path.is_file()]
    return {str(path.relative_to(output)): path.read_bytes() for path in paths}


if __name__ == "__main__":
    corpus, output, workers = sys.argv[1:]
    run(Path(corpus), Path(output), execution(workers=int(workers)))

"""Files of questions in SQuAD's JSON, version 1.1 or 2.0 (Rajpurkar et al. 2016, 2018)."""

import json
from collections.abc import Iterator
from typing import Any

from selectra_pipeline.downstream.reading.record import Record, TaskDataError
from selectra_pipeline.downstream.reading.text_file import read_text
from selectra_pipeline.shards.paths import Path


def read_squad(path: Path) -> list[Record]:
    """A record a question: id, question, context, and answers as lists of texts and starts.

    Raises:
        TaskDataError: as `read_text`, or the file is not in this format.
    """
    try:
        return list(_questions(path, json.loads(read_text(path))))
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, TaskDataError):
            raise
        raise TaskDataError(
            f"{path} is not in SQuAD's format ({error!r}): data, paragraphs, context, qas, id, "
            "question, answers with text and answer_start"
        ) from error


def _questions(path: Path, content: dict[str, Any]) -> Iterator[Record]:
    for article in content["data"]:
        for paragraph in article["paragraphs"]:
            for question in paragraph["qas"]:
                answers = [] if question.get("is_impossible") else question["answers"]
                yield Record(
                    f"{path}, question {question['id']!r}",
                    {
                        "id": question["id"],
                        "question": question["question"],
                        "context": paragraph["context"],
                        "answers": {
                            "text": [answer["text"] for answer in answers],
                            "answer_start": [answer["answer_start"] for answer in answers],
                        },
                    },
                )

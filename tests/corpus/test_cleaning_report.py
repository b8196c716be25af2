import json

from selectra_pipeline.config.ingestion import IngestionConfig
from selectra_pipeline.corpus.cleaning_report import cleaning_report
from selectra_pipeline.corpus.ingestion import ingest
from selectra_pipeline.corpus.ingestion_report import ingestion_metrics, ingestion_report

FACTS = {
    "documents_read": 40,
    "characters_read": 20_000,
    "rejected": {"gopher/bullet_lines": 2, "duplicate": 1},
    "rejected_characters": {"gopher/bullet_lines": 5_000, "duplicate": 100},
    "noted": {"contaminated": 1},
    "skipped": {"bad_json": 3},
    "examples": {
        "gopher/bullet_lines": [
            {"id": "a:1", "text": "- uno\n- `dos`", "finding": "1, at most 0.9"}
        ],
        "contaminated": [{"id": "a:3", "text": "la frontera", "finding": "test.tsv, line 7"}],
    },
    "edits": {
        "counts": {"line/cookies": 4},
        "characters": {"line/cookies": 200},
        "examples": {"line/cookies": [{"id": "a:2", "text": "Usamos cookies."}]},
    },
}


def test_reasons_have_their_share_of_documents_and_characters():
    report = cleaning_report(FACTS)
    assert "| gopher/bullet_lines | 2 | 5.00% | 5,000 | 25.00% | most lines are bullets |" in report
    assert "| bad_json | 3 | | | | not read |" in report
    assert "| contaminated | 1 | | | | kept: it holds text of an evaluation file |" in report


def test_examples_show_what_was_measured():
    report = cleaning_report(FACTS)
    assert "- a:1 (1, at most 0.9): `- uno / - 'dos'`" in report


def test_what_is_only_noted_is_not_called_dropped():
    report = "\n".join(cleaning_report(FACTS))
    assert "## Noted: contaminated\n\n- a:3 (test.tsv, line 7): `la frontera`" in report
    assert "## Dropped: gopher/bullet_lines" in report
    assert "## Dropped: contaminated" not in report


def test_changes_are_counted_and_quoted():
    report = cleaning_report(FACTS)
    assert "| line/cookies | 4 | 200 |" in report
    assert "- a:2: `Usamos cookies.`" in report


def test_ingestion_reports_and_tracks_what_cleaning_did(tmp_path):
    prose = (
        "El camión número {} cruzó la frontera de noche y nadie en el pueblo supo decir por qué."
    )
    texts = [f"Leer más\n{prose.format(i)}\nEscribe a ana{i}@ejemplo.es." for i in range(60)]
    texts.append("\n".join(["- Una línea con punto y raya, como tantas."] * 5))
    lines = [json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts]
    (tmp_path / "a.jsonl").write_text("".join(lines), encoding="utf-8")
    groups = {group: {"enabled": True} for group in ("boilerplate", "fineweb", "personal_data")}
    config = IngestionConfig.from_params(
        {
            "source": {"paths": str(tmp_path / "a.jsonl")},
            "cleaning": {"max_repeated_lines": 1.0, **groups},
            "heldout_fraction": 0.2,
            "examples_per_reason": 1,
        }
    )
    manifest = ingest(config, tmp_path / "out")
    metrics = ingestion_metrics(manifest)
    assert metrics["ingestion/rejected/fineweb/repeated_characters"] == 1
    assert metrics["ingestion/edits/line/read_more"] == 60
    assert metrics["ingestion/edits/masked/email"] == 60
    assert manifest.facts["kept"]["train"]["documents"] == manifest.count("train")
    report = ingestion_report(manifest)
    assert "(0.8, at most 0.1): `- Una línea con punto y raya, como tantas.`" in report
    assert report.count("- a.jsonl:") == 3  # one example of each kind

"""What ingestion read, kept and dropped: for people, and for tracking."""

from selectra_pipeline.corpus.cleaning_report import cleaning_report
from selectra_pipeline.corpus.decontamination import Coverage, coverage_report
from selectra_pipeline.corpus.near_duplicate_report import near_duplicate_report
from selectra_pipeline.corpus.source_report import source_table
from selectra_pipeline.shards.manifest import Manifest


def ingestion_report(manifest: Manifest) -> str:
    """What was read, kept and dropped, as Markdown, with examples of what was dropped."""
    facts = manifest.facts
    lines = ["# Ingestion", "", "| split | documents | words | characters | bytes |"]
    lines.append("|---|---:|---:|---:|---:|")
    for split, counts in sorted(facts["kept"].items(), reverse=True):
        sizes = [counts[unit] for unit in ("documents", "words", "characters", "bytes")]
        lines.append(f"| {split} | " + " | ".join(f"{size:,}" for size in sizes) + " |")
    accented = f"{facts['accented_share']:.2%} of the characters kept are accented letters."
    lines += ["", accented, "", f"Documents read: {facts['documents_read']:,}.", ""]
    lines += [*source_table(facts["sources"]), ""]
    lines += cleaning_report(facts)
    if "near_duplicates" in facts:
        lines += ["", near_duplicate_report(facts["near_duplicates"])]
    if "evaluation_files" in facts:
        coverage = (Coverage(**file) for file in facts["evaluation_files"])
        lines += ["", "## Evaluation files", "", coverage_report(coverage)]
    return "\n".join(lines) + "\n"


def ingestion_metrics(manifest: Manifest) -> dict[str, float]:
    """The counts of the report under metric names: "ingestion/rejected/duplicate"."""
    facts = manifest.facts
    metrics = {
        f"ingestion/{split}/{unit}": count
        for split, counts in facts["kept"].items()
        for unit, count in counts.items()
    }
    for group in ("rejected", "noted", "skipped"):
        metrics |= {f"ingestion/{group}/{reason}": n for reason, n in facts[group].items()}
    metrics |= {f"ingestion/edits/{kind}": n for kind, n in facts["edits"]["counts"].items()}
    return {
        **metrics,
        "ingestion/documents_read": facts["documents_read"],
        "ingestion/accented_share": facts["accented_share"],
    }

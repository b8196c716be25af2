from finished_runs import make_run, narrow_run, vocabulary, wide_run

__all__ = ["make_run", "narrow_run", "vocabulary", "wide_run"]

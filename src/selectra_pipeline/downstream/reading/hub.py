"""Files of the Hugging Face hub, fetched once and kept in its cache.

A pinned file, not a data set's name and configuration: many data sets of the hub are loading
scripts, which `datasets` no longer runs, and of those it only finds again offline what was built,
whatever the commit. A file of a commit never changes, and nothing is asked once it is here.
"""

import pathlib

from selectra_pipeline.config.task import HUB, HUB_ADDRESS
from selectra_pipeline.downstream.reading.record import TaskDataError


def fetch(address: str) -> pathlib.Path:
    """The local copy of `hf://datasets/OWNER/NAME@COMMIT/FILE`.

    The token of a gated data set is HF_TOKEN's or the one that `hf auth login` keeps.

    Raises:
        TaskDataError: it is not here and the hub does not give it: no network, no such file, no
            permission.
    """
    import huggingface_hub  # slow to import, as what follows is
    from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError, OfflineModeIsEnabled

    from selectra_pipeline.corpus.hub_errors import redact

    repository, revision = HUB_ADDRESS.fullmatch(address).group("repository", "revision")
    file = address.removeprefix(f"{HUB}datasets/{repository}@{revision}/")
    try:
        return pathlib.Path(
            huggingface_hub.hf_hub_download(
                repository, file, revision=revision, repo_type="dataset"
            )
        )
    except (OSError, EntryNotFoundError, HfHubHTTPError, OfflineModeIsEnabled) as error:
        raise TaskDataError(
            f"{address} is not here yet, and the hub does not give it "
            f"({type(error).__name__}: {redact(str(error))}). Without a network, fetch it "
            "elsewhere:\n"
            f"  hf download --repo-type dataset --revision {revision} {repository} {file}\n"
            "and name the file it prints in the task's train, validation or test; or name files of "
            "your own there. A gated data set needs HF_TOKEN"
        ) from None  # the client's own message may hold what must not be shown

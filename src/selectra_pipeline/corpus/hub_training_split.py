"""Which files of a dataset repository are its training split, where an address names none."""

import posixpath
from typing import Any

from huggingface_hub import HfApi, HfFileSystem

from selectra_pipeline.config.hub_address import SCHEME, HubAddress
from selectra_pipeline.corpus.source_error import SourceError

SHOWN = 10  # configurations or folders in a message


def training_patterns(address: HubAddress) -> list[str]:
    """Patterns of the training split: by the dataset's card, else by how its files are named.

    Raises:
        SourceError: there are several to choose from, or none.
    """
    card = HfApi().dataset_info(address.repository, revision=address.revision).card_data
    configurations = card.get("configs") if card else None
    if configurations:
        return _patterns_of_card(address, configurations)
    return _patterns_by_name(address)


def _patterns_of_card(address: HubAddress, configurations: list[dict[str, Any]]) -> list[str]:
    from datasets.data_files import sanitize_patterns  # slow to import

    by_default = [one for one in configurations if one.get("default")]
    (chosen, *others) = by_default or configurations
    if others or "data_files" not in chosen:
        names = [str(one.get("config_name")) for one in configurations]
        raise SourceError(
            f"{address} does not say which of its configurations is meant ({_listed(names)}); "
            f"{_remedy(address)}"
        )
    return _training(sanitize_patterns(chosen["data_files"]), address)


def _patterns_by_name(address: HubAddress) -> list[str]:
    from datasets.data_files import EmptyDatasetError, get_data_patterns  # slow to import

    try:
        patterns = _training(get_data_patterns(str(address)), address)
    except EmptyDatasetError:
        raise SourceError(f"{address} holds no data files; correct the repository") from None
    if patterns == ["**"]:  # no name told: fit for one folder, not for one per language
        _require_one_folder(address)
    return patterns


def _training(splits: dict[str, list[str]], address: HubAddress) -> list[str]:
    if "train" not in splits:
        names = sorted(map(str, splits))
        raise SourceError(f"{address} has no split train, but {_listed(names)}; {_remedy(address)}")
    return splits["train"]


def _require_one_folder(address: HubAddress) -> None:
    root = str(address).removeprefix(SCHEME)
    paths = HfFileSystem().find(root)
    inner = {posixpath.dirname(path.removeprefix(f"{root}/")) for path in paths} - {""}
    if len(inner) > 1:
        raise SourceError(
            f"{address} has several folders ({_listed(sorted(inner))}) and no split named train; "
            f"{_remedy(address)}"
        )


def _remedy(address: HubAddress) -> str:
    return f"name the files, as in {address}/FOLDER/*.parquet"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more

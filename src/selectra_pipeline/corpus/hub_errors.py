"""What the Hugging Face Hub's refusals mean, and what to do about each."""

import contextlib
import re
from collections.abc import Iterator
from typing import NamedTuple

from huggingface_hub import constants, get_token
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    HTTPError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from selectra_pipeline.config.base import UserError

TOKEN_PLACES = (
    "in the environment variable HF_TOKEN, by `hf auth login`, or in conf/local/credentials.yml "
    "(docs/sources.md)"
)
SAME_COMMAND = "the same command goes on where it stopped"
WITHOUT_NETWORK = "download the files elsewhere and name them in corpus (docs/sources.md)"
_QUERY = re.compile(r"\?[^\s'\")>]+")  # of an address: a signature may stand there


class Explanation(NamedTuple):
    """What an error of the hub means.

    Attributes:
        reason: what went wrong, in a clause.
        remedy: what to do about it.
        passing: whether the same request may succeed later.
    """

    reason: str
    remedy: str
    passing: bool = False


class HubError(UserError):
    """The hub did not give what it was asked for. The message says what to do, and no secret.

    Never skipped as damage of a file, whatever `on_error` says: the file may be whole.
    """

    def __init__(self, address: str, explanation: Explanation) -> None:
        super().__init__(address, explanation)  # of which another process makes it anew
        self.address = address
        self.explanation = explanation

    def __str__(self) -> str:
        return f"{self.address}: {self.explanation.reason}; {self.explanation.remedy}"


@contextlib.contextmanager
def hub_errors(address: str, repository: str) -> Iterator[None]:
    """Turn errors of the hub's client into ones that say how to mend them.

    Args:
        address: what is asked for, for the message.
        repository: where it lies: "owner/name".

    Raises:
        HubError: the hub is out of reach, refuses, or has no such thing.
    """
    try:
        yield
    except (HTTPError, OSError, UnicodeEncodeError) as error:
        # No `from error`: the client's own message may hold what must not be shown.
        raise HubError(address, _explain(error, repository)) from None


def redact(text: str) -> str:
    """The text without the token and without the queries of addresses."""
    token = get_token()
    if token:
        text = text.replace(token, "<token>")
    return _QUERY.sub("?<query>", text)


def _explain(error: Exception, repository: str) -> Explanation:
    page = f"{constants.ENDPOINT}/datasets/{repository}"
    if isinstance(error, FileNotFoundError) and isinstance(error.__cause__, HfHubHTTPError):
        error = error.__cause__  # of the file system, which hides what the hub answered
    match error:
        case UnicodeEncodeError():
            return Explanation("the token has a letter that no token has", "copy it anew")
        case OfflineModeIsEnabled():
            return Explanation("HF_HUB_OFFLINE is set", f"unset it, or {WITHOUT_NETWORK}")
        case GatedRepoError():
            return _explain_gate(page)
        case RevisionNotFoundError():
            return Explanation(
                "the dataset has no such revision", f"choose one at {page}/tree/main"
            )
        case RepositoryNotFoundError():
            return Explanation(
                f"there is no dataset {repository}, or it is private",
                f"correct the name, or give a token of an account that may read it {TOKEN_PLACES}",
            )
        case EntryNotFoundError():
            return Explanation("the dataset has no such file", f"see {page}/tree/main")
        case HfHubHTTPError(response=response):
            return _explain_status(response.status_code, page)
    said = redact(" ".join(str(error).split())) or type(error).__name__
    return Explanation(
        f"{constants.ENDPOINT} cannot be reached ({said})",
        f"check the network, a proxy (HTTPS_PROXY) and HF_ENDPOINT, and run again: {SAME_COMMAND}. "
        f"Without a network, {WITHOUT_NETWORK}",
        passing=True,
    )


def _explain_gate(page: str) -> Explanation:
    if get_token() is None:
        return Explanation(
            "the dataset is gated and there is no token",
            f"accept its terms at {page}, make a token at {constants.ENDPOINT}/settings/tokens, "
            f"and give it {TOKEN_PLACES}",
        )
    return Explanation(
        "the dataset is gated and the account of your token has no access",
        f"log in, accept the terms at {page} (some owners grant access by hand: wait for their "
        "mail), and allow the token to read gated repositories",
    )


def _explain_status(status: int, page: str) -> Explanation:
    if status == 401:
        return Explanation(
            "the hub does not accept the token (401)",
            f"make a new one at {constants.ENDPOINT}/settings/tokens and give it {TOKEN_PLACES}",
        )
    if status == 403:
        return Explanation(
            "the token may not read the dataset (403)",
            f"accept its terms at {page}, and allow the token to read gated repositories",
        )
    return Explanation(
        f"the hub answers {status}",
        f"run again later: {SAME_COMMAND}",
        passing=status == 429 or status >= 500,
    )

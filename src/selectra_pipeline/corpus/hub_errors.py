"""What the Hugging Face Hub's refusals mean, and what to do about each."""

import contextlib
import re
from collections.abc import Iterator

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
_QUERY = re.compile(r"\?[^\s'\")>]+")  # of an address: a signature may stand there


class HubError(UserError):
    """The hub did not give what it was asked for. The message says what to do, and no secret.

    Never skipped as damage of a file, whatever `on_error` says: the file may be whole.

    Attributes:
        passing: whether the same request may succeed later.
    """

    def __init__(self, message: str, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


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
        explanation, passing = _explain(error, repository)
        # No `from error`: the client's own message may hold what must not be shown.
        raise HubError(f"{address}: {explanation}", passing) from None


def redact(text: str) -> str:
    """The text without the token and without the queries of addresses."""
    token = get_token()
    if token:
        text = text.replace(token, "<token>")
    return _QUERY.sub("?<query>", text)


def _explain(error: Exception, repository: str) -> tuple[str, bool]:
    """What the error means and what to do; whether it may pass by itself."""
    if isinstance(error, FileNotFoundError) and isinstance(error.__cause__, HfHubHTTPError):
        error = error.__cause__  # of the file system, which hides what the hub answered
    page = f"{constants.ENDPOINT}/datasets/{repository}"
    match error:
        case UnicodeEncodeError():
            return "the token has a letter that no token has; copy it anew", False
        case OfflineModeIsEnabled():
            return "HF_HUB_OFFLINE is set; unset it, or name files that are on this machine", False
        case GatedRepoError():
            return _explain_gate(page), False
        case RevisionNotFoundError():
            return f"the dataset has no such revision; choose one at {page}/tree/main", False
        case RepositoryNotFoundError():
            return (
                f"there is no dataset {repository}, or it is private: correct the name, or give a "
                f"token of an account that may read it {TOKEN_PLACES}",
                False,
            )
        case EntryNotFoundError():
            return f"the dataset has no such file; see {page}/tree/main", False
        case HfHubHTTPError(response=response):
            return _explain_status(response.status_code, page)
    reason = redact(" ".join(str(error).split())) or type(error).__name__
    return (
        f"{constants.ENDPOINT} cannot be reached ({reason}); check the network, a proxy "
        f"(HTTPS_PROXY) and HF_ENDPOINT, and run again: {SAME_COMMAND}. Without a network, "
        "download the files elsewhere and name them in corpus (docs/sources.md)",
        True,
    )


def _explain_gate(page: str) -> str:
    if get_token() is None:
        return (
            f"the dataset is gated and there is no token: accept its terms at {page}, make a token "
            f"at {constants.ENDPOINT}/settings/tokens, and give it {TOKEN_PLACES}"
        )
    return (
        f"the dataset is gated and the account of your token has no access: log in, accept the "
        f"terms at {page} (some owners grant access by hand: wait for their mail), and allow the "
        "token to read gated repositories"
    )


def _explain_status(status: int, page: str) -> tuple[str, bool]:
    if status == 401:
        return (
            f"the hub does not accept the token (401): make a new one at "
            f"{constants.ENDPOINT}/settings/tokens and give it {TOKEN_PLACES}",
            False,
        )
    if status == 403:
        return (
            f"the token may not read the dataset (403): accept its terms at {page}, and allow the "
            "token to read gated repositories",
            False,
        )
    passing = status == 429 or status >= 500
    return f"the hub answers {status}; run again later: {SAME_COMMAND}", passing

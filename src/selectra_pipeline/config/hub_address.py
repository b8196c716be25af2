"""Addresses of files in dataset repositories of the Hugging Face Hub."""

import re
from dataclasses import dataclass
from typing import Self

from selectra_pipeline.config.base import ConfigError

SCHEME = "hf://"
SHAPE = "hf://datasets/OWNER/NAME@REVISION/PATTERN, where @REVISION and /PATTERN may be left out"

_NAME = r"[\w.-]+"
_REVISION = r"refs/(?:convert|pr)/[^/@]+|[^/@]+"  # the hub's own refs have slashes
_ADDRESS = re.compile(
    rf"hf://datasets/(?P<repository>{_NAME}/{_NAME})(?:@(?P<revision>{_REVISION}))?"
    r"(?:/(?P<pattern>[^@]*))?"
)
_COMMIT = re.compile("[0-9a-f]{40}")


@dataclass(frozen=True)
class HubAddress:
    """Files of one dataset repository.

    Attributes:
        repository: "oscar-corpus/OSCAR-2301".
        revision: a branch, a tag, or a commit's 40 hex digits.
        pattern: a file, folder or glob in the repository; "" for its training split.
    """

    repository: str
    revision: str = "main"
    pattern: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """The address that a text of the configuration means.

        Raises:
            ConfigError: it has another shape.
        """
        match = _ADDRESS.fullmatch(text)
        if match is None:
            raise ConfigError(f"{text!r} is no address of a dataset; write {SHAPE}")
        return cls(
            match["repository"],
            match["revision"] or "main",
            (match["pattern"] or "").strip("/"),
        )

    @property
    def is_pinned(self) -> bool:
        """Whether the revision is a commit, whose files never change."""
        return _COMMIT.fullmatch(self.revision) is not None

    def __str__(self) -> str:
        root = f"{SCHEME}datasets/{self.repository}@{self.revision}"
        return f"{root}/{self.pattern}" if self.pattern else root


def is_hub_address(path: str) -> bool:
    """Whether a configured path lies on the hub."""
    return path.startswith(SCHEME)

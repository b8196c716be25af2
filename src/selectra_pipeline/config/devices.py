"""Configuration of several hosts and of TPUs."""

from dataclasses import dataclass

from selectra_pipeline.config.base import Config, require


@dataclass(frozen=True)
class HostsConfig(Config):
    """The machines of strategy=multi_host. Where TF_CONFIG is set, that counts and this does not.

    Attributes:
        addresses: "name:port" of every host, the same list in the same order on each; the first
            one writes checkpoints and reports.
        index: which of them this host is, from 0.
    """

    addresses: tuple[str, ...] = ()
    index: int = 0

    def __post_init__(self) -> None:
        for address in self.addresses:
            require(
                address.rpartition(":")[2].isdigit(),
                f"addresses: {address!r} has no port; write it as name:port",
            )
        require(
            0 <= self.index < max(1, len(self.addresses)),
            f"index={self.index} must be from 0 to {max(1, len(self.addresses)) - 1}, the place of "
            "this host in addresses",
        )


@dataclass(frozen=True)
class TpuConfig(Config):
    """The TPU of strategy=tpu: "local" on a TPU VM, else its name, and where it is."""

    name: str = "local"
    zone: str | None = None
    project: str | None = None

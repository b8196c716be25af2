"""Run the project as a module: `python -m selectra_pipeline --pipeline pretrain`."""

import sys
from pathlib import Path

from kedro.framework.cli.utils import find_run_command
from kedro.framework.project import configure_project


def main(*args, **kwargs):
    """Run Kedro's `run` command on this package."""
    package_name = Path(__file__).parent.name
    configure_project(package_name)
    run = find_run_command(package_name)
    interactive = hasattr(sys, "ps1")
    kwargs["standalone_mode"] = not interactive
    return run(*args, **kwargs)


if __name__ == "__main__":
    main()

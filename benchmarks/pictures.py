"""The curves as pictures: SVG, the same bytes for the same figures."""

import re
from pathlib import Path

from benchmarks.figures import Curve

INCHES = (6.4, 3.6)


def picture_name(curve: Curve) -> str:
    """Name the file of a curve: ``performance-s1-customers.svg``."""
    return f"performance-{curve.code.lower()}-{re.sub('[^a-z0-9]+', '-', curve.over.lower())}.svg"


def draw(curve: Curve, path: Path) -> None:
    """Draw a curve from zero up, over powers of ten where it spans more than one."""
    import matplotlib as mpl  # noqa: PLC0415  seconds, and needed by whole runs only

    mpl.use("svg")
    from matplotlib.figure import Figure  # noqa: PLC0415  the same

    with mpl.rc_context({"svg.hashsalt": "avatar", "svg.fonttype": "none"}):
        figure = Figure(figsize=INCHES, layout="constrained")
        axes = figure.add_subplot()
        for name, points in curve.lines.items():
            axes.plot([x for x, _ in points], [y for _, y in points], marker="o", label=name)
        grown = [x for points in curve.lines.values() for x, _ in points]
        if max(grown) > 20 * min(grown):
            axes.set_xscale("log")
        axes.set(title=curve.title, xlabel=curve.over, ylabel=curve.unit, ylim=(0, None))
        axes.grid(visible=True, alpha=0.3)
        axes.legend()
        figure.savefig(path, metadata={"Date": None})

"""The steady load as a picture: memory, connections and acts over time, with the lines through the second half."""

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.load.watching import FEWEST, Watch

INCHES = (7.2, 9.0)


def draw(watch: Watch, acts: Mapping[str, Sequence[float]], path: Path) -> None:
    """Draw the samples of a watch, and acts a second between them, as SVG."""
    import matplotlib as mpl  # noqa: PLC0415  seconds, and needed by whole runs only

    mpl.use("svg")
    from matplotlib.figure import Figure  # noqa: PLC0415  the same

    panels: Sequence[tuple[str, Sequence[float], Mapping[str, Sequence[float]], bool]] = (
        ("MB", watch.minutes, watch.memory_mb, True),
        ("connections", watch.minutes, {"of all processes": watch.connections}, True),
        ("acts/s", watch.minutes[1:], acts, False),
    )
    with mpl.rc_context({"svg.hashsalt": "avatar", "svg.fonttype": "none"}):
        figure = Figure(figsize=INCHES, layout="constrained")
        for axes, (unit, minutes, lines, is_fitted) in zip(figure.subplots(3, 1, sharex=True), panels, strict=True):
            for name, samples in lines.items():
                (drawn,) = axes.plot(minutes, samples, label=name, linewidth=1)
                half = len(minutes) // 2
                if is_fitted and len(minutes) >= FEWEST:
                    slope, begins = statistics.linear_regression(minutes[half:], samples[half:])
                    ends = [minutes[half], minutes[-1]]
                    fitted = [begins + slope * minute for minute in ends]
                    axes.plot(ends, fitted, color=drawn.get_color(), linestyle="--", linewidth=2)
            axes.set(ylabel=unit, ylim=(0, None))
            axes.grid(visible=True, alpha=0.3)
            axes.legend(fontsize="small", ncols=2)
        figure.axes[-1].set(xlabel="minutes")
        figure.savefig(path, metadata={"Date": None})

"""The plot beside the page: CPU seconds by number of plots, an engine a line."""

from pathlib import Path

from tests.benchmarks.engines import ENGINES
from tests.benchmarks.trial import Results, Size

_TALL, _WIDE = 4.2, 8.0


def draw(results: Results, size: Size, target: Path) -> None:
    """Write the plot as SVG; the same figures give the same bytes."""
    import matplotlib as mpl  # noqa: PLC0415 - of the benchmark alone

    mpl.use("svg")
    import matplotlib.pyplot as plt  # noqa: PLC0415 - after its settings

    mpl.rcParams["svg.hashsalt"] = "hesuan"
    figure, axes = plt.subplots(1, 2, figsize=(_WIDE, _TALL), sharey=True, layout="constrained")
    for page, what, title in zip(axes, ("clean", "spoilt"), ("all rules hold", "one plot in ten fails"), strict=True):
        for name, engine in ENGINES.items():
            known = [(rows, results.value(what, rows, name)) for rows in size.tables]
            points = [(rows, seconds) for rows, seconds in known if seconds is not None]
            if points:
                own = name in ("hesuan", "floor")
                page.plot(*zip(*points, strict=True), marker="o", label=engine.title, linewidth=2.4 if own else 1.2)
        page.set(xscale="log", yscale="log", title=title, xlabel="plots")
        page.grid(visible=True, alpha=0.3)
    axes[0].set_ylabel("CPU seconds")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right center", frameon=False)
    figure.savefig(target, metadata={"Date": None})
    plt.close(figure)

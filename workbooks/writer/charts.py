"""Native spreadsheet charts: they follow the cells and print as sharply as the text."""

from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.chart import Chart as BarChart
from xlsxwriter.worksheet import Worksheet

from filing.book.workbook_model import Chart
from workbooks.writer.cell_formats import SONG_FONT

PIXELS_PER_MM: Final = 96 / 25.4
# Grey for the first series (the targets), and the one accent colour for the second (what was achieved).
SERIES_COLOURS: Final = ("#BFBFBF", "#1F5F8B")
LABEL_FONT_SIZE: Final = 8
TITLE_FONT_SIZE: Final = 13


def add_chart(workbook: Workbook, page: Worksheet, chart: Chart) -> int | None:
    """Add a chart to a page; return the error code of xlsxwriter, or 0 or None if the chart was accepted."""
    bar_chart = workbook.add_chart({"type": "bar"})
    _add_series(bar_chart, chart)
    title_font = _describe_font(TITLE_FONT_SIZE, bold=True)
    bar_chart.set_title({"name": chart.title, "name_font": title_font, "overlay": False})
    bar_chart.set_legend({"position": "bottom", "font": _describe_font(LABEL_FONT_SIZE + 1)})
    _configure_axes(bar_chart, chart)
    width, height = round(chart.width_mm * PIXELS_PER_MM), round(chart.height_mm * PIXELS_PER_MM)
    bar_chart.set_size({"width": width, "height": height})
    error_code: int | None = page.insert_chart(chart.first_row - 1, 0, bar_chart, {"object_position": 2})
    return error_code


def _add_series(bar_chart: BarChart, chart: Chart) -> None:
    for series, colour in zip(chart.series, SERIES_COLOURS, strict=False):
        bar_chart.add_series(
            {
                "name": series.name,
                "categories": f"={chart.label_range}",
                "values": f"={series.value_range}",
                "fill": {"color": colour},
                "gap": 60,
                "overlap": 0,
            }
        )


def _configure_axes(bar_chart: BarChart, chart: Chart) -> None:
    # The first county is at the top, as in the table; "crossing" then keeps the scale at the bottom.
    label_font = _describe_font(LABEL_FONT_SIZE)
    bar_chart.set_y_axis({"reverse": True, "num_font": label_font, "interval_unit": 1, "crossing": "min"})
    bar_chart.set_x_axis(
        {
            "name": chart.axis_title,
            "name_font": _describe_font(LABEL_FONT_SIZE),
            "num_font": _describe_font(LABEL_FONT_SIZE),
            "num_format": "0",
            "min": 0,
            "label_position": "high",
            "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9", "width": 0.5}},
        }
    )


def _describe_font(size: float, *, bold: bool = False) -> dict[str, object]:
    return {"name": SONG_FONT, "size": size, "bold": bold}

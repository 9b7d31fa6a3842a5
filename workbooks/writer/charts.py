"""Charts drawn by the spreadsheet itself: they follow the cells, and print as sharp as the text."""

from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from filing.book.workbook_model import Chart
from workbooks.writer.cell_formats import SONG_FONT

PIXELS_PER_MM: Final = 96 / 25.4
SERIES_COLOURS: Final = ("#BFBFBF", "#1F5F8B")  # what was due is grey, what was done has the one accent
LABEL_FONT_SIZE: Final = 8
TITLE_FONT_SIZE: Final = 13


def add_chart(workbook: Workbook, page: Worksheet, chart: Chart) -> int | None:
    """Put a chart on a page; return the library's code where it was not taken."""
    drawn = workbook.add_chart({"type": "bar"})
    for series, colour in zip(chart.series, SERIES_COLOURS, strict=False):
        drawn.add_series(
            {
                "name": series.name,
                "categories": f"={chart.label_range}",
                "values": f"={series.value_range}",
                "fill": {"color": colour},
                "gap": 60,
                "overlap": 0,
            }
        )
    drawn.set_title({"name": chart.title, "name_font": _describe_font(TITLE_FONT_SIZE, bold=True), "overlay": False})
    drawn.set_legend({"position": "bottom", "font": _describe_font(LABEL_FONT_SIZE + 1)})
    # the first county stands on top, as in the table; the scale then has to be told to stay below
    drawn.set_y_axis(
        {"reverse": True, "num_font": _describe_font(LABEL_FONT_SIZE), "interval_unit": 1, "crossing": "min"}
    )
    drawn.set_x_axis(
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
    drawn.set_size({"width": round(chart.width_mm * PIXELS_PER_MM), "height": round(chart.height_mm * PIXELS_PER_MM)})
    taken: int | None = page.insert_chart(chart.first_row - 1, 0, drawn, {"object_position": 2})
    return taken


def _describe_font(size: float, *, bold: bool = False) -> dict[str, object]:
    return {"name": SONG_FONT, "size": size, "bold": bold}

"""The three cells of an amount that the city reviewed: as reported, as reviewed, and the reduction between them."""

from collections.abc import Sequence
from decimal import Decimal

from filing.book.cell_builders import CellRow
from filing.book.workbook_model import CellStyle
from filing.sheets.live_formulas import build_live_cell

_NO_FORMULAS = (None, None, None)


def build_reduction_cells(
    reported: Decimal | None,
    reviewed: Decimal | None,
    style: CellStyle,
    *,
    decimals: int,
    formulas: Sequence[str | None] = _NO_FORMULAS,
) -> CellRow:
    """Return the cells of both amounts and of their difference; *formulas* are those of the three cells.

    The difference is unknown if one of the amounts is; an unknown amount has no formula.
    """
    reduction = None
    if reported is not None and reviewed is not None:
        reduction = reported - reviewed
    amounts = (reported, reviewed, reduction)
    return tuple(
        build_live_cell(amount, style, decimals=decimals, formula=formula)
        for amount, formula in zip(amounts, formulas, strict=True)
    )

"""What stands round the values of a filing is signed too: links, formats, what is hidden, drawn, noted, printed."""

import base64
import hashlib
import json
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from desk.commands.verify import show_verification
from desk.exit_codes import ExitCode
from flows.year.locations import YearPaths
from flows.year.manifest_names import MANIFEST_FILE, PUBLIC_KEY_FILE, SIGNATURE_FILE, VALUES_FILE
from ledger.signing_key import Signer
from tests.builders.year import prepared

Capture = pytest.CaptureFixture[str]
Tamper = Callable[[Path], None]
PROVINCE_FILE = "filing/530000-2024-年度核算备案.xlsx"
COUNTY_FILE = "filing/530113/530113-2024-年度备案件.xlsx"
RECEIPT = "returned/530113/530113-2024-备案回执.xlsx"
CITY_FILE = "filing/530100/530100-2024-年度复核汇总.xlsx"


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the sample once; tests take a copy of its outputs."""
    ground = prepared(tmp_path_factory.mktemp("签名") / "年度 核算")
    assert ground.run() is ExitCode.CLEAR
    return ground.places.output_folder / "2024"


@pytest.fixture
def elsewhere(signed: Path, tmp_path: Path) -> Path:
    """Return the outputs carried to another machine."""
    return Path(shutil.copytree(signed, tmp_path / "收到的"))


def verified(path: Path, tmp_path: Path) -> ExitCode:
    """Verify one file where there is no ledger."""
    nobody = YearPaths(year=0, input_folder=tmp_path, output_folder=tmp_path, state_folder=tmp_path / "nothing")
    return show_verification(path, nobody, head=None)


def typed(change: Callable[[Workbook], None]) -> Tamper:
    """Return what opens a workbook, changes it and saves it."""

    def tamper(path: Path) -> None:
        workbook = openpyxl.load_workbook(path)
        change(workbook)
        workbook.save(path)

    return tamper


def patched(ending: str, old: bytes, new: bytes) -> Tamper:
    """Return what replaces some bytes in the parts of a workbook that end on *ending*."""

    def tamper(path: Path) -> None:
        store, done = BytesIO(), 0
        with ZipFile(path) as source, ZipFile(store, "w") as target:
            for name in source.namelist():
                content = source.read(name)
                if name.endswith(ending):
                    done += old in content
                    content = content.replace(old, new, 1)
                target.writestr(name, content)
        assert done
        path.write_bytes(store.getvalue())

    return tamper


def _link(book: Workbook) -> None:
    cell = book["汇总表"]["B5"]
    cell.hyperlink.location = "'封面'!A1"


def _far_link(book: Workbook) -> None:
    cells = (item for row in book["汇总表"].iter_rows() for item in row)
    link = next(cell.hyperlink for cell in cells if cell.hyperlink and cell.hyperlink.target)
    link.target = "http://example.invalid/x.xlsx"


def _format(book: Workbook) -> None:
    book["汇总表"]["C5"].number_format = "0,"


def _unseen_text(book: Workbook) -> None:
    book["封面"]["B4"].number_format = ";;;"


def _white(book: Workbook) -> None:
    book["汇总表"]["D5"].font = Font(color="FFFFFFFF")


def _struck(book: Workbook) -> None:
    book["汇总表"]["E5"].font = Font(strike=True)


def _black(book: Workbook) -> None:
    book["汇总表"]["F5"].fill = PatternFill("solid", fgColor="FF111111")


def _row(book: Workbook) -> None:
    book["汇总表"].row_dimensions[5].hidden = True


def _flat_row(book: Workbook) -> None:
    book["汇总表"].row_dimensions[6].height = 0.5


def _column(book: Workbook) -> None:
    book["汇总表"].column_dimensions["D"].hidden = True


def _sheet(book: Workbook) -> None:
    book["意见"].sheet_state = "veryHidden"


def _order(book: Workbook) -> None:
    book.move_sheet("意见", -3)


def _name(book: Workbook) -> None:
    book["意见"].title = "意见一"


def _merge(book: Workbook) -> None:
    book["汇总表"].merge_cells("M1:N2")


def _unmerge(book: Workbook) -> None:
    book["汇总表"].unmerge_cells("A3:B3")


def _note(book: Workbook) -> None:
    book["汇总表"]["C5"].comment = Comment("此数不准", "某人")


def _choice(book: Workbook) -> None:
    offered = DataValidation(type="list", formula1='"甲,乙"')
    offered.add("C5")
    book["汇总表"].add_data_validation(offered)


def _rule(book: Workbook) -> None:
    rule = Rule(type="expression", formula=["C5>0"], dxf=DifferentialStyle(font=Font(color="FFFFFFFF")))
    book["汇总表"].conditional_formatting.add("C5:C6", rule)


def _foot(book: Workbook) -> None:
    book["汇总表"].HeaderFooter.oddFooter.center.text = "作废"


def _head(book: Workbook) -> None:
    book["封面"].HeaderFooter.oddHeader.center.text = "草稿"


def _area(book: Workbook) -> None:
    book["汇总表"].print_area = "A1:J5"


def _titles(book: Workbook) -> None:
    book["汇总表"].print_title_rows = "1:2"


def _defined(book: Workbook) -> None:
    book.defined_names["合计数"] = DefinedName("合计数", attr_text="汇总表!$C$5")


def _title(book: Workbook) -> None:
    book.properties.title = "另一年度"


def _zeros(book: Workbook) -> None:
    book["汇总表"].sheet_view.showZeros = False


SHAPE = (
    '<xdr:twoCellAnchor xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><xdr:from/><xdr:to/>'
    "<xdr:sp><xdr:txBody><a:p><a:r><a:t>以此为准</a:t></a:r></a:p></xdr:txBody></xdr:sp>"
    "</xdr:twoCellAnchor></xdr:wsDr>"
).encode()
OLD_BOX = (
    b'<legacyDrawing xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId99"/>'
    b"</worksheet>"
)
TYPED: dict[Callable[[Workbook], None], str] = {
    _far_link: "（链接）已被改动：原为“530100/530100-2024-年度复核汇总.xlsx#汇总表!A1”",
    _link: "汇总表!B5（链接）已被改动：原为“分乡镇明细!A5”，现为“封面!A1”",
    _format: "汇总表!C5（数字格式、字色、底色）已被改动：原为“0”，现为“0,”",
    _unseen_text: "封面!B4（数字格式",
    _white: "汇总表!D5（数字格式",
    _struck: "汇总表!E5（数字格式",
    _black: "汇总表!F5（数字格式",
    _row: "汇总表!5:5（隐藏）已被改动：原为“无”，现为“有”",
    _flat_row: "汇总表!6:6（隐藏）",
    _column: "汇总表!D:D（隐藏）",
    _sheet: "意见（隐藏）已被改动：原为“无”，现为“veryHidden”",
    _order: "整个工作簿（工作表次序）",
    _merge: "汇总表!M1:N2（合并单元格）",
    _unmerge: "汇总表!A3:B3（合并单元格）已被改动：原为“有”，现为“无”",
    _note: "汇总表!C5（批注）已被改动：原为“无”，现为“此数不准”",
    _choice: "汇总表!C5（数据有效性）",
    _rule: "汇总表!C5:C6（条件格式）",
    _foot: "汇总表!oddFooter（页眉页脚）",
    _head: "封面!oddHeader（页眉页脚）已被改动：原为“无”",
    _area: "汇总表!Print_Area（打印区域、打印标题）",
    _titles: "汇总表!Print_Titles（打印区域、打印标题）",
    _defined: "合计数（定义的名称）",
    _title: "title（文件属性）",
    _zeros: "汇总表（显示方式）",
}
PATCHED = {
    ("charts/chart1.xml", b"$D$4", b"$C$4"): "附图1!1（图表的数据范围、标题）",
    ("charts/chart2.xml", b"<a:t>", b"<a:t>X"): "附图1!2（图表的数据范围、标题）",
    ("charts/chart1.xml", b"<c:v>1700", b"<c:v>9"): "附图1!1（图表中保存的数值）",
    ("drawings/drawing1.xml", b"</xdr:wsDr>", SHAPE): "现为“shape 以此为准”",
    ("worksheets/sheet1.xml", b"</worksheet>", OLD_BOX): "封面!legacyDrawing（嵌入的对象）",
}


def told(capsys: Capture) -> list[str]:
    """Return the lines that say what was changed."""
    return [line for line in capsys.readouterr().out.splitlines() if "已被改动" in line]


def test_what_tells_a_reader_otherwise_is_found_and_named(elsewhere: Path, tmp_path: Path, capsys: Capture) -> None:
    """No cell is changed, but a reader sees something else: exactly those places are named."""
    path = elsewhere / PROVINCE_FILE
    workbook = openpyxl.load_workbook(path)
    for change in TYPED:
        change(workbook)
    workbook.save(path)
    assert verified(path, tmp_path) is ExitCode.FINDINGS
    lines = told(capsys)
    assert {said: sum(said in line for line in lines) for said in TYPED.values()} == dict.fromkeys(TYPED.values(), 1)
    assert len(lines) == len(TYPED)


@pytest.mark.parametrize("change", [_white, _zeros, _link])
def test_one_change_alone_is_found(
    elsewhere: Path, tmp_path: Path, capsys: Capture, change: Callable[[Workbook], None]
) -> None:
    """A change is not found only in company."""
    typed(change)(elsewhere / PROVINCE_FILE)
    assert verified(elsewhere / PROVINCE_FILE, tmp_path) is ExitCode.FINDINGS
    assert [TYPED[change] in line for line in told(capsys)] == [True]


def test_what_is_drawn_is_held_too(elsewhere: Path, tmp_path: Path, capsys: Capture) -> None:
    """The cells, titles and kept values of a chart, and whatever is laid over a sheet."""
    path = elsewhere / PROVINCE_FILE
    for part, old, new in PATCHED:
        patched(part, old, new)(path)
    assert verified(path, tmp_path) is ExitCode.FINDINGS
    lines = told(capsys)
    assert all(any(said in line for line in lines) for said in PATCHED.values())
    assert len(lines) == len(PATCHED)


def test_a_renamed_sheet_is_one_lost_and_one_more(elsewhere: Path, tmp_path: Path, capsys: Capture) -> None:
    """The sheet is missing under its name, and stands there under another."""
    typed(_name)(elsewhere / PROVINCE_FILE)
    assert verified(elsewhere / PROVINCE_FILE, tmp_path) is ExitCode.FINDINGS
    out = capsys.readouterr().out
    assert "缺少工作表 意见" in out
    assert "多出工作表 意见一" in out


def test_macros_and_other_foreign_parts_are_named(elsewhere: Path, tmp_path: Path, capsys: Capture) -> None:
    """A part that no filing has is named by its place in the file."""
    path = elsewhere / COUNTY_FILE
    with ZipFile(path, "a") as target:
        target.writestr("xl/vbaProject.bin", b"x")
    assert verified(path, tmp_path) is ExitCode.FINDINGS
    assert "xl/vbaProject.bin（外来内容）" in capsys.readouterr().out


def test_a_save_without_a_change_is_still_accepted(elsewhere: Path, tmp_path: Path, capsys: Capture) -> None:
    """A file of the filing that a library saved again is noted, and nothing is reported as changed."""
    names = (PROVINCE_FILE, CITY_FILE, COUNTY_FILE, RECEIPT)
    for name in names:
        typed(lambda _: None)(elsewhere / name)
        assert verified(elsewhere / name, tmp_path) is ExitCode.CLEAR
    assert capsys.readouterr().out.count("文件被重新保存过，内容未变") == len(names)


def test_a_manifest_of_the_first_format_vouches_for_values(elsewhere: Path, tmp_path: Path, capsys: Capture) -> None:
    """In a filing that was signed without its links and formats, a changed cell is found and a changed link is not."""
    rows = [json.loads(line) for line in (elsewhere / VALUES_FILE).read_text(encoding="utf-8").splitlines()]
    lines = "".join(json.dumps({"path": row["path"], "values": row["values"]}) + "\n" for row in rows).encode()
    manifest = json.loads((elsewhere / MANIFEST_FILE).read_text(encoding="utf-8"))
    manifest["format"] = "hesuan-manifest-1"
    manifest["values"]["sha256"] = hashlib.sha256(lines).hexdigest()
    data, signer = json.dumps(manifest).encode(), Signer(tmp_path / "密钥")
    written = {
        VALUES_FILE: lines,
        MANIFEST_FILE: data,
        PUBLIC_KEY_FILE: signer.public_key.pem,
        SIGNATURE_FILE: base64.b64encode(signer.sign(data)),
    }
    for name, content in written.items():
        (elsewhere / name).write_bytes(content)
    path = elsewhere / PROVINCE_FILE
    typed(_link)(path)
    assert verified(path, tmp_path) is ExitCode.CLEAR
    assert "文件被重新保存过" in capsys.readouterr().out
    typed(_retyped)(path)
    assert verified(path, tmp_path) is ExitCode.FINDINGS
    assert "汇总表!B5 已被改动" in capsys.readouterr().out


def _retyped(book: Workbook) -> None:
    book["汇总表"]["B5"] = "西山区"

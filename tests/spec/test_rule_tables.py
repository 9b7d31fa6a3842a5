"""The most ordinary rules, each with the table that breaks it beside the finding that it gives.

``9→8`` is a cell that held 9 and holds 8 now, ``·`` a blank one; rows and columns bear their names on the sheet.
"""

import pytest

from checks.model.finding import Finding
from tests.builders.changed_tables import ChangedTable
from tests.builders.examined import report_of


def find_all_in(base: str, sheet: str, text: str) -> tuple[Finding, ...]:
    """Return every finding on a table that is changed as its text shows."""
    return report_of(ChangedTable(base, sheet, text).workbook()).findings


def find_in(base: str, sheet: str, text: str) -> Finding:
    """Return the only finding on a table that is changed as its text shows."""
    (finding,) = find_all_in(base, sheet, text)
    return finding


def summarise(finding: Finding) -> tuple[str, str, str | None, str]:
    """Return rule, severity, cell and message of a finding."""
    return finding.rule, finding.severity.value, finding.cell, finding.message


def test_repeated_row_number() -> None:
    """Two rows bear the same number."""
    finding = find_in(
        "dongchuan",
        "附件3",
        """
               A      B              C        D        E        F
           4   序号    乡镇（街道）     2024年    2025年    2026年    合计
          11   7      拖布卡镇        0        0        40       40
          12   8      红土地镇        0        0        150      150
          13   9→8    舍块乡          20       20       0        40
        """,
    )
    assert summarise(finding) == ("F11", "hard", "A13", "序号 8 重复，在 A12、A13。")


def test_gap_in_row_numbers() -> None:
    """A number is passed over."""
    finding = find_in(
        "dongchuan",
        "附件3",
        """
               A      B              C        D        E        F
           4   序号    乡镇（街道）     2024年    2025年    2026年    合计
          12   8      红土地镇        0        0        150      150
          13   9→10   舍块乡          20       20       0        40
          14   总计    ·              400      300      300      1000
        """,
    )
    assert summarise(finding) == ("F11", "soft", "A13", "序号不连续，缺 9。")


def test_total_is_not_the_sum() -> None:
    """The total of a column is 1 mu more than its rows."""
    finding = find_in(
        "dongchuan",
        "完成情况（示例）",
        """
               A      B              C               D
           3   序号    乡镇（街道）     新增耕地          增减挂钩指标
           4   1      铜都街道        186.5           50
           5   2      碧谷街道        200             138.4
           6   3      乌龙镇          205.3           0
           7   4      阿旺镇          281.75          30
           8   5      汤丹镇          200             96.2
           9   6      因民镇          100             50
          10   7      拖布卡镇        192.45          0
          11   8      红土地镇        200             0
          12   9      舍块乡          88.6            20
          13   合计    ·              1654.6→1655.6   384.6
        """,
    )
    message = "“新增耕地”栏合计 1655.6 与各乡镇（街道）之和 1654.60 不符，差 1.00。"
    assert summarise(finding) == ("T01", "hard", "C13", message)


def test_row_total_is_not_the_sum_of_its_years() -> None:
    """A target and the total below it are 90 mu more; the total of the row gives it away."""
    finding = find_in(
        "dongchuan",
        "附件2",
        """
               A      B              C           D        E        F
           4   序号    乡镇（街道）     2024年       2025年    2026年    总计
           6   2      碧谷街道        200→290     500      300      1000
          14   总计    ·              1700→1790   3300     2000     7000
        """,
    )
    assert summarise(finding) == ("T03", "hard", "C6", "“碧谷街道”各年度之和 1090 与“总计” 1000 不符，差 90。")


def test_township_is_unknown() -> None:
    """A name is none of the county's townships."""
    finding = find_in(
        "dongchuan",
        "附件3",
        """
               A      B               C        D        E        F
           4   序号    乡镇（街道）      2024年    2025年    2026年    合计
           9   5      汤丹镇→汤丹乡    100      100      0        200
        """,
    )
    assert summarise(finding) == ("C02", "hard", "B9", "第9行的“汤丹乡”不在本县乡镇（街道）目录中。")


def test_township_is_not_in_the_approved_plan() -> None:
    """The summary has a township in which the project was not approved."""
    finding = find_in(
        "gansu",
        "项目清单",
        """
               A      B                 D                                  E
           3   序号    项目编号           实施单元                            实施方案批复文号
           4   1      62082520240001    永宁镇、良邑镇、柳梁镇→良邑镇、柳梁镇     示例自然资批〔2024〕1号
           5   2      62082520240002    阳川镇、永宁镇                       示例自然资批〔2024〕2号
        """,
    )
    message = "项目 62082520240001 没有批准在“永宁镇”实施（批准的为良邑镇、柳梁镇）。"
    assert summarise(finding) == ("X04", "hard", "D4", message)
    assert finding.sheet == "核算汇总表"


def test_township_of_the_plan_is_missing() -> None:
    """A row that the plan has was left out."""
    finding = find_in(
        "dongchuan",
        "附件3",
        """
               A      B              C        D        E        F
           4   序号    乡镇（街道）     2024年    2025年    2026年    合计
          12   8      红土地镇        0        0        150      150
         -13   9      舍块乡          20       20       0        40
          14   总计    ·              400      300      300      1000
        """,
    )
    assert summarise(finding) == ("X04", "hard", "B13", "缺少计划（附件3）所列的 舍块乡。")


def test_township_stands_in_two_rows() -> None:
    """A township is reported twice, and another one is missing."""
    finding = find_in(
        "dongchuan",
        "附件3",
        """
               A      B               C        D        E        F
           4   序号    乡镇（街道）      2024年    2025年    2026年    合计
           8   4      阿旺镇           30       50       60       140
           9   5      汤丹镇→阿旺镇    100      100      0        200
        """,
    )
    assert summarise(finding) == ("C15", "hard", "B9", "“阿旺镇”填报了不止一行（B8、B9）。")


def test_target_total_differs_from_the_plan() -> None:
    """The whole target is neither the plan's nor the sum of the townships."""
    finding = find_in(
        "dongchuan",
        "附件2",
        """
               A      B              C        D        E        F
           4   序号    乡镇（街道）     2024年    2025年    2026年    总计
          13   9      舍块乡          100      100      0        200
          14   总计    ·              1700     3300     2000     7000→4000
        """,
    )
    assert finding.related_rules == ("T03", "T10", "T12")
    assert summarise(finding) == ("T01", "hard", "F14", "“总计”栏合计 4000 与各乡镇（街道）之和 7000 不符，差 3000。")


def test_area_is_negative() -> None:
    """An area is below 0; the total goes with it."""
    finding = find_in(
        "dongchuan",
        "完成情况（示例）",
        """
               A      B              C         D
           3   序号    乡镇（街道）     新增耕地    增减挂钩指标
           7   4      阿旺镇          281.75    30→-30
          13   合计    ·              1654.6    384.6→324.6
        """,
    )
    assert summarise(finding) == ("F09", "hard", "D7", "第7行“增减挂钩指标”为 -30，面积不得为负。")


def test_too_many_decimals() -> None:
    """An area in mu has three decimals, and so has the total."""
    findings = find_all_in(
        "dongchuan",
        "完成情况（示例）",
        """
               A      B              C                  D
           3   序号    乡镇（街道）     新增耕地             增减挂钩指标
           4   1      铜都街道        186.5→186.505      50
          13   合计    ·              1654.6→1654.605    384.6
        """,
    )
    assert [summarise(finding) for finding in findings] == [
        ("F10", "soft", "C4", "第4行“新增耕地”为 186.505，小数位超过 2 位。"),
        ("F10", "soft", "C13", "第13行“新增耕地”为 1654.605，小数位超过 2 位。"),
    ]


def test_completion_rate() -> None:
    """The rate is not what was done by what was planned."""
    finding = find_in(
        "gansu",
        "任务完成对照",
        """
               A      B              C          D          E
           3   序号    乡镇（街道）     本年计划     本年完成     完成率
           4   1      永宁镇          412        380.31     92.31→93.31
           5   2      良邑镇          322        330.6      102.67
        """,
    )
    assert summarise(finding) == ("T08", "hard", "E4", "第4行完成率为“93.31”，应为 92.31。")


def test_code_is_not_in_the_list() -> None:
    """The kind of ownership is no entry of the code list."""
    finding = find_in(
        "gansu",
        "新增耕地明细",
        """
               A      B                    F              I                       J
           3   序号    地块编号              乡镇（街道）     权属单位                  权属性质
           4   1      6208252024X000001    良邑镇          良邑镇示例村民委员会        国有→私有
        """,
    )
    assert summarise(finding) == ("C16", "hard", "J4", "第4行“权属性质”为“私有”，不在代码表中（国有、集体）。")


def test_slope_grade_is_not_in_the_list() -> None:
    """The slope is graded 1 to 5."""
    finding = find_in(
        "gansu",
        "新增耕地明细",
        """
               A      B                    S           T          U
           3   序号    地块编号              新增耕地面积   折合亩数     坡度级别
           4   1      6208252024X000001    76760       115.14     1→6
        """,
    )
    assert summarise(finding) == ("C11", "hard", "U4", "第4行坡度级别为“6”，应为 1、2、3、4、5。")


def test_plot_number_is_repeated() -> None:
    """Two plots bear the same number."""
    finding = find_in(
        "gansu",
        "新增耕地明细",
        """
               A      B                                      F
           3   序号    地块编号                                乡镇（街道）
           4   1      6208252024X000001                      良邑镇
           5   2      6208252024X000002→6208252024X000001    柳梁镇
        """,
    )
    assert summarise(finding) == ("C07", "hard", "B5", "“6208252024X000001”重复，在 B4、B5。")


def test_conversion_to_mu() -> None:
    """76760 square metres by 2000/3 are 115.14 mu."""
    finding = find_in(
        "gansu",
        "新增耕地明细",
        """
               A      B                    P          Q         R          S           T
           3   序号    地块编号              图斑面积     田坎系数    扣除面积     新增耕地面积   折合亩数
           4   1      6208252024X000001    80800      0.05      4040       76760       115.14→115.15
        """,
    )
    assert summarise(finding) == ("T05", "hard", "T4", "第4行“折合亩数”为 115.15，按平方米折算应为 115.14。")


@pytest.mark.parametrize(
    ("change", "severity", "message"),
    [
        ("100→·", "hard", "第9行“2025年”没有填写。"),
        ("100→约100", "hard", "第9行“2025年”应为数字，现为“约100”。"),
    ],
)
def test_required_figure(change: str, severity: str, message: str) -> None:
    """A figure is blank, or is no figure."""
    finding = find_in(
        "dongchuan",
        "附件3",
        f"""
               A      B              C        D            E        F
           4   序号    乡镇（街道）     2024年    2025年       2026年    合计
           9   5      汤丹镇          100      {change}     0        200
        """,
    )
    assert summarise(finding) == ("F04", severity, "D9", message)


def test_required_number_of_a_document() -> None:
    """The document by which a plot was accepted is not named."""
    finding = find_in(
        "gansu",
        "新增耕地明细",
        """
               A      B                    X          Y                   Z
           3   序号    地块编号              来源        验收文号              验收日期
           5   2      6208252024X000002    土地整理    示例验〔2024〕2号→·    2024-10-03
        """,
    )
    assert summarise(finding) == ("F16", "hard", "Y5", "第5行“验收文号”没有填写，或不能识别。")


def test_year_end_balance() -> None:
    """Farmland at the end of the year is 1 mu more than what the columns before it make."""
    finding = find_in(
        "gansu",
        "核算汇总表",
        """
               A      D              E             F             J             K
           3   序号    乡镇（街道）     年初耕地面积    本年新增耕地    本年减少耕地    年末耕地面积
           4   1      永宁镇          1784.88       223.11        22.31         1985.68→1986.68
           9   合计    ·              10425.6       1065.12       106.52        11384.2
        """,
    )
    assert "T11" in finding.related_rules
    message = "“年末耕地面积”栏合计 11384.2 与各乡镇（街道）之和 11385.20 不符，差 1.00。"
    assert summarise(finding) == ("T01", "hard", "K4", message)

"""The list of checks with their arguments, made from the check specifications and the rules that use them.

``python -m tests.docs.check_chapter`` writes ``docs/checks.md``; a test holds the committed file equal to this text.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from contracts.contract_library import ContractLibrary, open_library
from contracts.lint.check_specs import (
    LIST_KEY,
    MAPPING_PREFIX,
    OPTIONAL_MARK,
    PAIR_KEY,
    RECORD_KEY,
    CheckSpec,
    load_check_specs,
)

CHAPTER = Path(__file__).resolve().parents[2] / "docs" / "checks.md"
HEAD = """# 检查项及其参数

本章由 `contracts/lint/checks.yaml` 和合同生成，请勿手改：改后运行 `python -m tests.docs.check_chapter`。

- 规则的 `check` 写检查项的名称，参数写在同一条规则里；多写、少写、写错类型的，`hesuan contracts lint` 指出文件和行号。
- “须有”：表格必须具备的栏目（`columns`）或角色（`roles`）；没有的，检查无从进行。
- “收紧”：该参数往哪个方向改，规则就更严（`hesuan contracts diff` 据此判断）。
- “用于规则”：现行合同中使用这个检查项的规则，见 [规则](rules.md)。
"""
KINDS = {
    "column": "栏目",
    "text": "文本栏目",
    "number": "数字栏目",
    "date": "日期栏目",
    "moment": "日期或年份栏目",
    "target": "年度任务栏目",
    "group": "一组数字栏目（或规划各年的栏目）",
    "form": "表名",
    "rule": "本表的规则编号",
    "measure": "规划指标",
    "word": "文字",
    "whole": "整数",
    "amount": "数值",
    "flag": "true 或 false",
    "ratio": "两个整数之比",
    "rounding": "允许的取整方式",
    "direction": "not_less 或 not_more",
    "joins": "规则编号（或按情形分列）",
}
DIRECTIONS = {"lower": "改小", "higher": "改大", "fewer": "减项", "more": "增项"}
NONE = "—"


def chapter(library: ContractLibrary) -> str:
    """Return the list as Markdown: a section a check, in the order of the names."""
    rules = _find_rules(library)
    parts = [HEAD]
    for name, spec in sorted(load_check_specs().items()):
        parts.append("\n".join(_section(spec, sorted(rules.get(name, ())))))
    return "\n".join(parts)


def _find_rules(library: ContractLibrary) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for package in library.list_packages():
        for form in library.compile_submission(package, package.years[0]).forms:
            for rule in form.rules:
                found.setdefault(rule.check, set()).add(rule.id)
    return found


def _section(spec: CheckSpec, rules: list[str]) -> Iterator[str]:
    yield f"## `{spec.name}`\n"
    if spec.is_from_standard:
        yield "- 执行标准（ODCS）自有的键，不在规则里书写"
    yield f"- 须有栏目：{_join_names(spec.columns)}；须有角色：{_join_names(spec.roles)}"
    yield f"- 用于规则：{'、'.join(rules) or NONE}\n"
    if not spec.arguments:
        yield "没有参数。\n"
        return
    yield "| 参数 | 必填 | 填什么 | 收紧 |"
    yield "| --- | --- | --- | --- |"
    for name, kind in spec.arguments.items():
        yield _row(name, kind, spec)
    yield ""


def _join_names(names: tuple[str, ...]) -> str:
    if not names:
        return NONE
    return "、".join(f"`{name}`" for name in names)


def _row(name: str, kind: object, spec: CheckSpec) -> str:
    bare = name.removesuffix(OPTIONAL_MARK)
    stricter = "、".join(_list_directions((bare, *_find_record_names(kind)), spec)) or NONE
    return f"| `{bare}` | {_say_whether_required(name)} | {_describe_kind(kind)} | {stricter} |"


def _list_directions(names: tuple[str, ...], spec: CheckSpec) -> Iterator[str]:
    for name in names:
        if name in spec.stricter:
            yield f"`{name}` {DIRECTIONS[spec.stricter[name]]}"


def _find_record_names(kind: object) -> tuple[str, ...]:
    if not isinstance(kind, Mapping):
        return ()
    names: list[str] = []
    for key, value in kind.items():
        if key == RECORD_KEY:
            names.extend(name.removesuffix(OPTIONAL_MARK) for name in value)
        else:
            names.extend(_find_record_names(value))
    return tuple(names)


def _say_whether_required(name: str) -> str:
    return "否" if name.endswith(OPTIONAL_MARK) else "是"


def _describe_kind(kind: Any) -> str:
    if isinstance(kind, str):
        return _describe_word(kind)
    [(key, inner)] = kind.items()
    if key == LIST_KEY:
        return f"列表，每项：{_describe_kind(inner)}"
    if key == PAIR_KEY:
        return f"两个{_describe_kind(inner)}"
    if key == RECORD_KEY:
        return _describe_record(inner)
    return f"按{_describe_word(key.removeprefix(MAPPING_PREFIX))}分列，每项：{_describe_kind(inner)}"


def _describe_record(record: Mapping[str, Any]) -> str:
    if not record:
        return "自定的键"
    entries = []
    for name, kind in record.items():
        optional = "，可省" if name.endswith(OPTIONAL_MARK) else ""
        entries.append(f"`{name.removesuffix(OPTIONAL_MARK)}`（{_describe_kind(kind)}{optional}）")
    return "、".join(entries)


def _describe_word(kind: str) -> str:
    word, _, form = kind.partition("@")
    if not form:
        return KINDS[word]
    if form.startswith("="):
        return f"表 `{form[1:]}` 的{KINDS[word]}"
    return f"参数 `{form}` 所指表的{KINDS[word]}"


if __name__ == "__main__":
    CHAPTER.write_text(chapter(open_library()), encoding="utf-8", newline="\n")

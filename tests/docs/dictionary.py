"""The field dictionary of the manual, made from the contracts.

``python -m tests.docs.dictionary`` writes ``docs/dictionary.md``; a test holds the committed file equal to this text.
"""

from collections.abc import Iterator
from pathlib import Path

from contracts.contract_library import ContractLibrary, open_library
from contracts.form_model import Field, Form

CHAPTER = Path(__file__).resolve().parents[2] / "docs" / "dictionary.md"
HEAD = """# 字段说明

本章由合同生成，请勿手改：改 `contracts/` 后运行 `python -m tests.docs.dictionary`。

- 来源：[S] 文件有明文，[A] 算术关系，[C] 报送惯例。
- “取整”为是的栏目，合计时容许每项末位半个单位的差额，只作提示。
"""
KINDS = {"string": "文本", "number": "数字", "integer": "整数", "date": "日期"}


def chapter(library: ContractLibrary) -> str:
    """Return the dictionary as Markdown: a table a form."""
    return "\n".join([HEAD, *("\n".join(_section(form)) for form in library.compile_all_forms())])


def _section(form: Form) -> Iterator[str]:
    title = form.title.replace("9999", "××××")
    yield f"## {title}（`{form.name}`）\n"
    yield "| 栏目 | 英文名 | 别名 | 类型 | 单位 | 小数 | 取整 | 必有 | 代码表 | 来源 |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for field in form.fields:
        yield f"| {' | '.join(_cells(field))} |"
    yield ""


def _cells(field: Field) -> tuple[str, ...]:
    codes = "、".join(code if label in ("", code) else f"{code} {label}" for code, label in field.labels.items())
    return (
        field.heading,
        f"`{field.name}`",
        "、".join(field.synonyms) or "—",
        KINDS[field.kind],
        field.unit or "—",
        str(field.decimals) if field.kind == "number" else "—",
        "是" if field.rounded else "否",
        "是" if field.required else "否",
        codes or "—",
        field.source,
    )


if __name__ == "__main__":
    CHAPTER.write_text(chapter(open_library()), encoding="utf-8", newline="\n")

"""The rule chapter of the manual, made from contracts, sentences and examples.

``python -m tests.docs.rule_chapter`` writes ``docs/rules.md``; a test holds the committed file equal to this text.
"""

from collections.abc import Iterator
from pathlib import Path

from contracts.contract_library import ContractLibrary, open_library
from contracts.form_model import Form, Phase, Rule
from contracts.messages import Messages
from contracts.rule_catalogue import PROCEDURE_PHASE, CatalogueEntry, build_catalogue
from contracts.rule_examples import RuleExample

CHAPTER = Path(__file__).resolve().parents[2] / "docs" / "rules.md"
HEAD = """# 规则

本章由合同、提示语和例子生成，请勿手改：改 `contracts/` 后运行 `python -m tests.docs.rule_chapter`。

- 级别：强制（有则退回）、核实（须说明原因）、提示（只作告知）。同一规则的不同情形，级别可以不同。
- 依据：[S] 文件有明文，[A] 算术关系，[C] 报送惯例。
- 每个例子都在本身没有问题的样表上改动（东川区任务表第 2 版，
  或甘肃省庄浪县的示例报送），“找到”一栏是系统的原话；`make test` 逐个试过。
  一处改动同时违反几条规则时，只报一条，其余规则列在后面。
"""

Used = tuple[Rule, list[Form]]


def chapter(library: ContractLibrary) -> str:
    """Return the chapter as Markdown."""
    words = library.get_messages()
    parts = [HEAD]
    for phase, group in _by_phase(library):
        parts.append(f"## {words(f'rules.phase.{phase}')}\n")
        parts += ["\n".join(_section(used, library, words)) for used in group]
    for phase in (Phase.ACROSS_LEVELS, PROCEDURE_PHASE):
        parts.append(f"## {words(f'rules.phase.{phase}')}\n")
        parts += ["\n".join(_case(item, words)) for item in build_catalogue(library) if item.phase == phase]
    return "\n".join(parts)


def _case(entry: CatalogueEntry, words: Messages) -> Iterator[str]:
    yield f"### {entry.id} {entry.description}\n"
    yield f"- 级别：{'、'.join(words(f'severity.{severity}') for severity in entry.severities)}"
    yield f"- 依据：{entry.basis}"
    yield f"- 用于：{'、'.join(f'《{item}》' for item in entry.applies_to)}\n"
    yield "| 符合 | 不符合 |"
    yield "| --- | --- |"
    yield from (f"| {good} | {bad} |" for good, bad in zip(entry.passing, entry.failing, strict=True))
    yield ""


def _by_phase(library: ContractLibrary) -> Iterator[tuple[str, list[Used]]]:
    found: dict[str, Used] = {}
    for form in _forms(library):
        for rule in form.rules:
            found.setdefault(rule.id, (rule, []))[1].append(form)
    ordered = sorted(found.values(), key=lambda item: (item[0].phase.rank, item[0].id))
    for phase in dict.fromkeys(rule.phase for rule, _ in ordered):
        yield phase, [used for used in ordered if used[0].phase is phase]


def _forms(library: ContractLibrary) -> Iterator[Form]:
    """Return each form of each package once, the cover with the rules of the first."""
    seen: set[str] = set()
    for package in library.list_packages():
        for form in library.compile_submission(package, package.years[0]).forms:
            if form.name not in seen:
                seen.add(form.name)
                yield form


def _section(used: Used, library: ContractLibrary, words: Messages) -> Iterator[str]:
    rule, forms = used
    yield f"### {rule.id} {rule.description}\n"
    yield f"- 级别：{_severities(rule, words)}"
    yield f"- 依据：{rule.basis}"
    yield f"- 用于：{'、'.join(f'《{form.title}》' for form in forms)}\n"
    yield "| 改动 | 找到 | 级别 |"
    yield "| --- | --- | --- |"
    for example in library.list_examples(rule.id):
        yield _row(example, words)
    yield ""


def _severities(rule: Rule, words: Messages) -> str:
    weighed = dict.fromkeys((rule.severity, *rule.severities.values()))
    return "、".join(words(f"severity.{item}") for item in weighed)


def _row(example: RuleExample, words: Messages) -> str:
    place = "!".join(item for item in (example.sheet, example.cell) if item)
    return f"| {example.title} | {place}：{example.message} | {words(f'severity.{example.severity}')} |"


if __name__ == "__main__":
    CHAPTER.parent.mkdir(exist_ok=True)
    CHAPTER.write_text(chapter(open_library()), encoding="utf-8", newline="\n")

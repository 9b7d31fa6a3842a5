"""The benchmark at its smallest: it runs, every engine finds what ours finds, and the page says so."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from checks.recognition.form_instance import FormUnderCheck
from checks.rule_evaluation import evaluate_rules
from contracts.form_model import Rule
from tests.benchmarks import floor
from tests.benchmarks.engines import ENGINES, READERS
from tests.benchmarks.page import page
from tests.benchmarks.plain_rules import held_on, not_of_rows, plain_rules
from tests.benchmarks.plots import Stored, multiplied, spoilt, subject_of, table_of, with_table, workbook
from tests.benchmarks.trial import SIZES, Results

PLOTS = 160  # each of eight kinds of fault, twice
GROWN = 3
EXTRA = {"dataframely", "pointblank", "frictionless"}  # peers that only `make bench` installs
HERE = [engine for engine in ENGINES if all(find_spec(peer) for peer in EXTRA) or engine not in EXTRA]
NO_PANDAS = "import pandera.polars, without pandas"
COST = {"seconds": 0.5, "over": 1, "whole": 2, "found": {"C11": 1}}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> FormUnderCheck:
    """Return the plots of a made-up county."""
    return subject_of(workbook(tmp_path_factory.mktemp("plots"), PLOTS))


@pytest.fixture(scope="module")
def faulty(sound: FormUnderCheck) -> FormUnderCheck:
    """Return the same, a tenth of them spoilt, every failing row told."""
    return with_table(replace(sound, form=replace(sound.form, max_findings_per_rule=0)), spoilt(table_of(sound)))


def rows_by_rule(subject: FormUnderCheck) -> Mapping[str, set[int]]:
    """Return the rows that our path finds wrong, by rule; rules that join others' findings are told apart again."""
    found: dict[str, set[int]] = {}
    for violation in evaluate_rules((subject,)).violations:
        for rule in (violation.rule.id, *violation.related_rules):
            at = {cell.row for cell in violation.cells if cell.sheet == violation.sheet}
            found.setdefault(rule, set()).update(at)
    return found


def test_the_floor_finds_what_our_path_finds(faulty: FormUnderCheck) -> None:
    """By rule, the rows of the floor are those of our path; a total is silent while a plot of its own is at fault."""
    due = {rule: set(rows["row"]) for rule, rows in floor.hold(faulty).items()}
    ours = rows_by_rule(faulty)
    silenced = {skipped.rule for skipped in evaluate_rules((faulty,)).not_run if skipped.reason == "rows_at_fault"}
    assert set(ours) == set(due) - silenced
    assert ours == {rule: due[rule] for rule in ours}
    assert silenced < set(due)


def test_sound_plots_are_sound_on_every_path(sound: FormUnderCheck) -> None:
    """However often they are repeated, the plots of a sample break no rule."""
    grown = with_table(sound, multiplied(table_of(sound), GROWN))
    assert table_of(grown).body.height == PLOTS * GROWN
    for item in (sound, grown):
        assert floor.hold(item) == {}
        assert evaluate_rules((item,)).violations == ()


@pytest.mark.parametrize("name", [engine for engine in ENGINES if engine not in ("hesuan", "floor")])
def test_a_peer_finds_what_the_floor_finds(name: str, faulty: FormUnderCheck) -> None:
    """A peer that is installed finds as many failing rows as the floor, of each rule that it can be told whole."""
    pytest.importorskip({"pandera-pandas": "pandera", "great-expectations": "great_expectations"}.get(name, name))
    if name in ("pandera-pandas", "great-expectations"):
        pytest.importorskip("pyarrow")
    engine = ENGINES[name]
    # frictionless passes over the first of equal values, and all that are spoilt are equal
    one_less = {rule.rule for rule in plain_rules(faulty) if rule.kind == "unique" and name == "frictionless"}
    failing = {rule: rows.height - (rule in one_less) for rule, rows in floor.hold(faulty).items()}
    due = {rule: count for rule, count in failing.items() if rule not in engine.without(faulty)}
    found = engine.ready(faulty)()
    assert due
    assert {rule: found.get(rule, 0) for rule in due} == due


def test_frames_come_back_as_they_were_stored(faulty: FormUnderCheck, tmp_path: Path) -> None:
    """What one process stores, another holds to the same effect."""
    kept = Stored(tmp_path)
    kept.keep(table_of(faulty))
    back = with_table(faulty, kept.restore(table_of(faulty)))
    assert rows_by_rule(back) == rows_by_rule(faulty)


def test_every_rule_is_taken_apart_or_named(sound: FormUnderCheck) -> None:
    """No rule on rows is forgotten: each is either handed to the floor or listed as one that is not of rows."""
    assert {*held_on(sound), *not_of_rows(sound)} == {rule.id for rule in sound.form.rules}
    assert all(rule.rule in held_on(sound) for rule in plain_rules(sound))


def test_a_new_rule_on_rows_must_be_taken_apart(sound: FormUnderCheck) -> None:
    """A rule on rows that the floor does not know stops the benchmark rather than flattering it."""
    unknown = Rule(
        id="Z99", check="reason_given", severity="hard", phase=sound.form.rules[0].phase, description="", basis=""
    )
    form = replace(sound.form, rules=(*sound.form.rules, unknown))
    with pytest.raises(KeyError):
        plain_rules(replace(sound, form=form))


@pytest.mark.parametrize("name", ["county", "fastexcel", "openpyxl", "stages"])
def test_a_reader_reads(name: str, tmp_path: Path) -> None:
    """Each way from a workbook's bytes comes to its end."""
    made: Callable[[Path], Callable[[], Mapping[str, int]]] = READERS[name][1]
    found = made(workbook(tmp_path, 20))()
    assert found
    assert found.get("findings", 0) == 0


def test_the_page_tells_met_from_missed(sound: FormUnderCheck) -> None:
    """Every target that was measured stands on the page with its verdict."""
    results = Results()
    for what, size, name, seconds in (
        *(("clean", 50, item, 0.5) for item in HERE),
        *(("spoilt", 50, item, 2.0 if item == "hesuan" else 0.5) for item in HERE),
        *(("county", 50, reader, 0.5) for reader in READERS),
        *(
            ("cold", 0, item, 0.5)
            for item in ("hesuan check", "import pandera.polars, without pandas", "hesuan --help")
        ),
    ):
        results.costs[what, size, name] = [{**COST, "seconds": seconds}]
    text = page(results, SIZES["tiny"], sound, 50)
    assert "one in ten fails, times where none does | 2 | 4.00 | **missed** |" in text
    assert "times the bare read | 3 | 1.00 | met |" in text
    assert "Cheaper than ours: bare polars on 50 plots (ours 4.00 times)" in text
    assert "without pandas | 2 | 1.00 | met |" in text

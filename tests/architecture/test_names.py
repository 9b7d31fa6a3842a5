"""What the rooms call things, and how dense a line may be: counted over every module, as limits."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from tests.architecture.test_layers import ROOT, modules, named, parsed

MAX_MODULES_PER_FOLDER = 20
MAX_PARTICIPLE_SHARE, MIN_VERB_SHARE, MAX_ONE_WORD_SHARE = 0.04, 0.60, 0.25
MAX_TERNARIES_PER_1000_LINES, MAX_COMPREHENSIONS_PER_1000_LINES = 8, 25
EMPTY_LOOP_NAMES = {"one", "each", "this"}
REGULAR_ENDING = re.compile(r"\w{3,}ed")
_IRREGULAR_PARTICIPLES = """
begun broken built drawn found given gone held hidden kept known left lost lying made meant said seen sent shaken
shown spoken taken told worn written
"""
_VERBS = """
accept add admit advance allow answer append apply ask assert attach attempt authenticate authorise authorize begin
bind build cache calculate call can cancel cap carry cast chain change check choose chunk cite claim classify clean
cleanup clear clip clone close collapse collect combine commit compare compile complete compute configure connect
consume contains convert copy correct count cover create crop cross cut date deal decide declare decode decompose
deduplicate default defer define delete deliver demand deny derive describe deserialize detect determine diagnose diff
digest discard dispatch display distribute divide do download drain draw drill drop dump duplicate edit embed emit
enable encode encrypt end enforce enqueue enrich ensure enter enumerate equal erase escape estimate evaluate examine
exclude execute exit expand expect expire explain export extend extract factor fail feed fetch fill filter find finish
flag flatten flip flush focus fold follow force forget fork format freeze generate get give grant group grow guard
guess halt hand handle has hash hide highlight hold identify ignore import index infer init insert inspect install
interpret invalidate is issue iter join judge keep label lay learn lift limit lint list load localise localize locate
lock log look lookup lower make map mark mask match measure mention merge migrate mirror model modify move must name
narrow normalise normalize note notify number obey observe offer omit open order pack pad page paginate paint parse
partition patch pause perform pick pin place plan point pool populate prefer prefix prepare present preserve prevent
print probe process promote propose protect prove provide prune publish put quote raise rank read reassign rebuild
receive recheck recognise recognize recompute reconcile record reduce refer refuse register reject relabel relate
relax release remember remind remove rename render renumber reopen reorder repair repeat replace replay report
represent request require reserve reset reshape resolve respond restore restrict resume retry return reverse revoke
round run sample save say scale scan schedule score seal search seek select send separate serialize serve set settle
should show sign skip solve sort split stage start state stop store submit subtract suggest sum summarise summarize
supervise supply suppose suppress swap switch sync tabulate tag take tell test trace track transform trim truncate try
unfold unlock unmark unpack update upload use validate verify visit wait walk watch withdraw wrap write yield zip
"""
VERBS, IRREGULAR_PARTICIPLES = frozenset(_VERBS.split()), frozenset(_IRREGULAR_PARTICIPLES.split())


@cache
def trees() -> dict[str, ast.Module]:
    """Return the syntax of every module of the rooms, by its place."""
    return {named(path): parsed(path) for path in modules()}


def nodes() -> Iterator[tuple[str, ast.AST]]:
    """Yield every node of every module, with the module's place."""
    for place, tree in trees().items():
        for node in ast.walk(tree):
            yield place, node


@cache
def function_names() -> tuple[str, ...]:
    """Return the name of every function and method, those of the language's own protocols aside."""
    functions = (node for _, node in nodes() if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return tuple(function.name for function in functions if not function.name.startswith("__"))


def first_word(name: str) -> str:
    """Return the first word of a function's name."""
    return name.lstrip("_").split("_")[0]


def is_participle(word: str) -> bool:
    """Tell whether a word is a participle and no verb besides, as ``read`` and ``feed`` are."""
    return word not in VERBS and (word in IRREGULAR_PARTICIPLES or REGULAR_ENDING.fullmatch(word) is not None)


def per_1000_lines(kinds: tuple[type[ast.AST], ...]) -> float:
    """Return how many nodes of some kinds there are in 1,000 lines."""
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in modules())
    return 1000 * sum(isinstance(node, kinds) for _, node in nodes()) / lines


def share(names: list[str]) -> float:
    """Return the share of some names among all names of functions."""
    return len(names) / len(function_names())


def test_no_folder_is_too_full() -> None:
    """A folder's modules can be taken in at a glance."""
    counts = Counter(path.parent.relative_to(ROOT).as_posix() for path in modules() if path.name != "__init__.py")
    assert {folder: count for folder, count in counts.items() if count > MAX_MODULES_PER_FOLDER} == {}


def test_loop_variables_say_what_they_are() -> None:
    """A loop variable is the singular of what is gone through."""
    targets = ((place, node.target) for place, node in nodes() if isinstance(node, ast.For | ast.comprehension))
    names = ((place, name) for place, target in targets for name in ast.walk(target) if isinstance(name, ast.Name))
    assert [f"{place}:{name.lineno} {name.id}" for place, name in names if name.id in EMPTY_LOOP_NAMES] == []


def test_class_name_means_one_thing() -> None:
    """No two classes bear the same name."""
    places: dict[str, list[str]] = {}
    for place, node in nodes():
        if isinstance(node, ast.ClassDef):
            places.setdefault(node.name, []).append(place)
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_few_functions_begin_with_a_participle() -> None:
    """A function is called by what it does, not by what has been done."""
    participles = sorted(name for name in function_names() if is_participle(first_word(name)))
    assert share(participles) <= MAX_PARTICIPLE_SHARE, participles


def test_most_functions_begin_with_a_verb() -> None:
    """A function is a verb and an object; a property or a pure accessor may be a noun."""
    others = sorted(name for name in function_names() if first_word(name) not in VERBS)
    assert share(others) <= 1 - MIN_VERB_SHARE, others


def test_few_function_names_are_one_word() -> None:
    """A verb alone seldom says of what."""
    short = sorted(name for name in function_names() if "_" not in name.strip("_"))
    assert share(short) <= MAX_ONE_WORD_SHARE, short


def test_conditional_expressions_are_rare() -> None:
    """A conditional expression saves a line and costs a reader more."""
    assert per_1000_lines((ast.IfExp,)) <= MAX_TERNARIES_PER_1000_LINES


def test_comprehensions_are_not_dense() -> None:
    """An intermediate result with a name reads better than one comprehension within another."""
    kinds = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    assert per_1000_lines(kinds) <= MAX_COMPREHENSIONS_PER_1000_LINES

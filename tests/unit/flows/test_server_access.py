"""Who may use a Prefect server: its secret, its address, and the settings of a server on another machine."""

from typing import Any

import pytest

from contracts.errors import ContractError
from flows.prefect_support.named_server import (
    AUTH_VARIABLE,
    KEY_VARIABLE,
    check_named_server,
    check_server_settings,
)
from flows.prefect_support.server_access import ServerAccess, create_secret
from flows.prefect_support.server_child import ServerOrder
from flows.prefect_support.task_runners import RUNNER_VARIABLE, SCHEDULER_VARIABLE, create_task_runner
from ledger.service_address import is_loopback


def test_the_secret_is_shown_nowhere() -> None:
    """Neither a log nor a stack shows it, and no two servers have the same."""
    access = ServerAccess(4200, create_secret())
    assert access.secret not in repr(access)
    assert access.secret != create_secret()


def test_only_a_holder_of_the_secret_proves_it() -> None:
    """A proof answers one nonce, under one secret."""
    access, other = ServerAccess(4200, "secret"), ServerAccess(4200, "another")
    assert access.is_proof("nonce", access.prove("nonce"))
    for proof in (access.prove("an earlier nonce"), other.prove("nonce"), "", "é"):
        assert not access.is_proof("nonce", proof)


def test_an_order_is_one_line() -> None:
    """What the child is sent comes out as it went in."""
    order = ServerOrder("3", create_secret())
    assert order.encode().count(b"\n") == 1
    assert ServerOrder.decode(order.encode()) == order


@pytest.mark.parametrize(
    ("api_url", "expected"),
    [
        ("http://127.0.0.1:4200/api", True),
        ("http://localhost:4200/api", True),
        ("http://[::1]:4200/api", True),
        ("http://127.0.0.1.attacker.example/api", False),
        ("http://127.0.0.1@attacker.example/api", False),
        ("http://10.0.0.5:4200/api", False),
        ("https://prefect.example/api", False),
        ("", False),
    ],
)
def test_loopback_is_this_machine_alone(api_url: str, *, expected: bool) -> None:
    """A name that only looks like this machine is another one."""
    assert is_loopback(api_url) is expected


@pytest.mark.parametrize(
    ("api_url", "has_secret", "variable"),
    [
        ("http://10.0.0.5:4200/api", False, "PREFECT_API_AUTH_STRING"),
        ("https://prefect.example/api", False, "PREFECT_API_AUTH_STRING"),
        ("http://10.0.0.5:4200/api", True, "PREFECT_API_URL"),
    ],
)
def test_an_open_server_on_another_machine_is_refused(api_url: str, variable: str, *, has_secret: bool) -> None:
    """Both the secret and https are needed."""
    with pytest.raises(ContractError, match=variable):
        check_server_settings(api_url, has_secret=has_secret)


@pytest.mark.parametrize(
    ("api_url", "has_secret"), [("https://prefect.example/api", True), ("http://127.0.0.1:4200/api", False)]
)
def test_a_protected_server_is_accepted(api_url: str, *, has_secret: bool) -> None:
    """With both, any server; without, only one on this machine."""
    check_server_settings(api_url, has_secret=has_secret)


def test_a_run_asks_an_unprotected_server_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings are judged before the first request is sent."""
    for variable in (AUTH_VARIABLE, KEY_VARIABLE):
        monkeypatch.delenv(variable, raising=False)

    def refuse(*_: Any) -> int:
        raise AssertionError("the server was asked")

    monkeypatch.setattr("flows.prefect_support.named_server._ask_for_version", refuse)
    with pytest.raises(ContractError, match=AUTH_VARIABLE):
        check_named_server("https://prefect.example/api")


@pytest.mark.parametrize("status", [401, 403])
def test_a_server_that_refuses_the_secret_is_reported(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong secret is an error of the settings, not a fault of the program."""
    monkeypatch.setattr("flows.prefect_support.named_server._ask_for_version", lambda _: status)
    with pytest.raises(ContractError, match=AUTH_VARIABLE):
        check_named_server("http://127.0.0.1:4200/api")


def test_an_open_scheduler_on_another_machine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Dask scheduler runs what it is sent, so that its connection must be encrypted and authenticated."""
    monkeypatch.setenv(RUNNER_VARIABLE, "dask")
    monkeypatch.setenv(SCHEDULER_VARIABLE, "tcp://10.0.0.5:8786")
    with pytest.raises(ContractError, match=SCHEDULER_VARIABLE):
        create_task_runner()

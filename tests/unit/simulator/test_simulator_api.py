"""Tokens, permissions, rate windows, reference lists and faults, as the vendor's pages say."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest

from trunkline_simulator import Client, Fault, FaultKind, Settings, Shape, SimRequest, SimResponse
from trunkline_simulator.caller import JOBS, Caller, decoded
from trunkline_simulator.directory import directory

SHAPE = Shape(per_day=20)
MARCH = "2025-03-01T00:00:00.000Z/2025-04-01T00:00:00.000Z"
ME = "/api/v2/organizations/me"


def caller(**more: Any) -> Caller:
    made = Caller(Settings(shape=SHAPE, **more))
    made.sign_in()
    return made


def token_request(client_id: str, secret: str, grant: str = "client_credentials") -> SimResponse:
    basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    request = SimRequest(
        "POST", "/oauth/token", {"AUTHORIZATION": f"Basic {basic}"}, f"grant_type={grant}".encode()
    )
    return Caller().simulator.handle(request)


def test_a_token_has_a_type_and_a_lifetime() -> None:
    answer = decoded(token_request(Client().client_id, Client().secret))
    assert answer.keys() == {"access_token", "token_type", "expires_in"}
    assert (answer["token_type"], answer["expires_in"]) == ("bearer", 86_400)


def test_wrong_credentials_are_told_apart() -> None:
    assert token_request(Client().client_id, "wrong").status == 401
    unknown = token_request("nobody", "wrong")
    assert (unknown.status, decoded(unknown)["error"]) == (400, "invalid_client")
    assert token_request(Client().client_id, Client().secret, "password").status == 400


def test_a_token_dies_at_its_time() -> None:
    asking = caller(token_seconds=300)
    asking.clock.advance(299)
    assert asking.send("GET", ME).status == 200
    asking.clock.advance(1)
    refused = asking.send("GET", ME)
    assert (refused.status, decoded(refused)["code"]) == (401, "bad.credentials")


def test_no_token_and_an_unknown_one_are_401() -> None:
    asking = Caller()
    asking.token = "made-up"
    assert decoded(asking.send("GET", ME))["message"] == "Invalid login credentials."
    assert asking.simulator.handle(SimRequest("GET", ME)).status == 401


@pytest.mark.parametrize(
    ("path", "permission"),
    [
        ("/api/v2/users", "directory:user:view"),
        ("/api/v2/routing/queues", "routing:queue:view"),
        (f"/api/v2/authorization/subjects/{Client().client_id}", "authorization:grant:view"),
        (f"{JOBS}/availability", "analytics:conversationDetail:view"),
        (f"{JOBS}/some-job", "analytics:agentConversationDetail:view"),
    ],
)
def test_a_missing_permission_is_named(path: str, permission: str) -> None:
    asking = caller(clients=(Client(permissions=frozenset()),))
    answer = asking.send("GET", path)
    found = decoded(answer)
    assert (answer.status, found["code"]) == (403, "missing.any.permissions")
    assert permission in found["messageParams"]["permissions"]
    assert permission in found["message"]


def test_one_of_the_alternatives_is_enough() -> None:
    agent = Client(permissions=frozenset({"analytics:agentConversationDetail:view"}))
    asking = caller(clients=(agent,))
    assert asking.send("POST", JOBS, {"interval": MARCH}).status == 202
    assert asking.send("GET", f"{JOBS}/availability").status == 403


def test_unknown_paths_and_methods() -> None:
    asking = caller()
    assert asking.send("GET", "/api/v2/nothing").status == 404
    assert asking.send("DELETE", ME).status == 405
    assert asking.send("GET", f"{JOBS}/5f0c7d2e-0000-4000-a000-000000000000").status == 404


def test_every_answer_has_the_rate_headers_and_a_correlation_id() -> None:
    asking = caller()
    first, second = asking.send("GET", ME), asking.send("GET", "/api/v2/nothing")
    for count, answer in ((1, first), (2, second)):
        assert answer.headers["inin-ratelimit-count"] == str(count)
        assert answer.headers["inin-ratelimit-allowed"] == "300"
        assert answer.headers["inin-ratelimit-reset"] == "60"
    assert first.headers["ININ-Correlation-Id"] != second.headers["ININ-Correlation-Id"]


def test_the_window_is_a_minute_and_the_refusal_is_the_documented_one() -> None:
    asking = caller(rate_per_minute=3)
    answers = [asking.send("GET", ME)]
    asking.clock.advance(17.5)
    answers += [asking.send("GET", ME) for _ in range(3)]
    refused = answers[-1]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert refused.headers["Retry-After"] == "43"
    assert decoded(refused) == {
        "message": "Rate limit exceeded the maximum. Retry the request in [43] seconds",
        "code": "too.many.requests.retry.after",
        "status": 429,
        "contextId": refused.headers["ININ-Correlation-Id"],
        "details": [],
        "errors": [],
    }
    asking.clock.advance(43)
    assert asking.send("GET", ME).status == 200


def test_each_token_has_a_window_of_its_own() -> None:
    asking = caller(rate_per_minute=1)
    assert [asking.send("GET", ME).status for _ in range(2)] == [200, 429]
    asking.sign_in()
    assert asking.send("GET", ME).status == 200


def test_answers_are_packed_when_asked() -> None:
    asking = caller()
    headers = {"Authorization": f"Bearer {asking.token}", "Accept-Encoding": "gzip, deflate"}
    answer = asking.simulator.handle(SimRequest("GET", ME, headers))
    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.body)) == asking.get(ME)
    assert "Content-Encoding" not in asking.send("GET", ME).headers


@pytest.mark.parametrize(("state", "count"), [("active", 26), ("deleted", 2), ("any", 30)])
def test_users_by_state(state: str, count: int) -> None:
    found = caller().get(f"/api/v2/users?pageSize=500&state={state}")
    assert found["total"] == len(found["entities"]) == count
    assert state == "any" or {user["state"] for user in found["entities"]} == {state}


def test_users_are_active_unless_said_and_the_page_is_25() -> None:
    found = caller().get("/api/v2/users")
    assert (found["total"], found["pageSize"], len(found["entities"])) == (26, 25, 25)
    assert found["nextUri"] == "/api/v2/users?pageSize=25&pageNumber=2"


def test_pages_concatenate_and_one_beyond_is_empty() -> None:
    asking = caller()
    pages = [asking.get(f"/api/v2/users?pageSize=7&pageNumber={page}") for page in range(1, 6)]
    found = [user["id"] for page in pages for user in page["entities"]]
    whole = asking.get("/api/v2/users?pageSize=500")["entities"]
    assert found == [user["id"] for user in whole]
    assert [len(page["entities"]) for page in pages] == [7, 7, 7, 5, 0]
    assert asking.send("GET", "/api/v2/users?pageSize=501").status == 400


def test_queues_are_those_of_the_clients_divisions() -> None:
    narrow = caller(clients=(Client(divisions=frozenset({"APAC"})),))
    found = narrow.get("/api/v2/routing/queues?pageSize=100")["entities"]
    assert {queue["division"]["name"] for queue in found} == {"APAC"}
    assert len(caller().get("/api/v2/routing/queues?pageSize=100")["entities"]) == 9


def test_grants_name_role_and_division() -> None:
    who = Client(divisions=frozenset({"EMEA"}), permissions=frozenset({"directory:user:view"}))
    admin = Client(client_id="admin", secret="other")
    asking = Caller(Settings(shape=SHAPE, clients=(who, admin)))
    asking.sign_in(admin)
    path = f"/api/v2/authorization/subjects/{who.client_id}?includeFullRoles=true"
    (grant,) = asking.get(path)["grants"]
    assert grant["division"]["name"] == "EMEA"
    assert grant["role"]["policies"] == [
        {"domain": "directory", "entityName": "user", "actions": ["view"]}
    ]
    assert len(asking.get("/api/v2/authorization/subjects/admin")["grants"]) == 6


def test_the_organisation_and_who_asks() -> None:
    asking = caller(short_name="contoso")
    assert asking.get(ME)["thirdPartyOrgName"] == "contoso"
    assert asking.get("/api/v2/tokens/me")["OAuthClient"]["id"] == Client().client_id
    assert [one["name"] for one in asking.get("/api/v2/authorization/divisions")["entities"]] == [
        "Home",
        "EMEA",
        "APAC",
    ]


def test_limits_of_a_namespace() -> None:
    asking = caller(rate_per_minute=120)
    found = asking.get("/api/v2/organizations/limits/namespaces/platform.api")["entities"]
    values = {limit["key"]: limit["value"] for limit in found}
    assert values["client.credentials.token.rate.per.minute"] == 120
    assert values["request.bytes.max"] == 512_000
    assert asking.send("GET", "/api/v2/organizations/limits/namespaces/no").status == 404


def test_a_body_too_large_or_not_json_is_refused() -> None:
    asking = caller()
    assert asking.send("POST", JOBS, b"[" * 512_001).status == 413
    headers = {"Authorization": f"Bearer {asking.token}", "Content-Type": "text/plain"}
    assert asking.simulator.handle(SimRequest("POST", JOBS, headers, b"{}")).status == 415


@pytest.mark.parametrize("kind", ["408", "500", "502", "503", "504", "403"])
def test_a_fault_refuses_one_request_and_does_nothing(kind: FaultKind) -> None:
    asking = caller(faults=(Fault(f"POST {JOBS}", kind, nth=2),))
    answers = [asking.send("POST", JOBS, {"interval": MARCH}) for _ in range(3)]
    assert [answer.status for answer in answers] == [202, int(kind), 202]
    assert len(asking.simulator.state.jobs) == 2
    assert ("Retry-After" in answers[1].headers) == (kind == "503")


def test_faults_with_and_without_retry_after() -> None:
    asking = caller(
        faults=(Fault("* */me", "429", seconds=9), Fault("* */users", "429-no-retry-after"))
    )
    told, untold = asking.send("GET", ME), asking.send("GET", "/api/v2/users")
    assert (told.status, told.headers["Retry-After"]) == (429, "9")
    assert (untold.status, "Retry-After" in untold.headers) == (429, False)


def test_a_reset_before_and_one_after_the_work() -> None:
    before = caller(faults=(Fault(f"POST {JOBS}", "reset-before"),))
    after = caller(faults=(Fault(f"POST {JOBS}", "reset-after"),))
    assert before.send("POST", JOBS, {"interval": MARCH}).fault == "reset"
    assert after.send("POST", JOBS, {"interval": MARCH}).fault == "reset"
    assert len(before.simulator.state.jobs) == 0
    assert len(after.simulator.state.jobs) == 1


def test_truncated_slow_and_not_json_answers() -> None:
    faults = (Fault("* */me", "truncate"), Fault("* */users", "slow", seconds=30))
    asking = caller(faults=(*faults, Fault("* */queues", "not-json")))
    assert asking.send("GET", ME).fault == "truncate"
    assert asking.send("GET", "/api/v2/users").delay == 30
    assert asking.send("GET", "/api/v2/routing/queues").body.startswith(b"<html>")


def test_a_401_in_the_middle_kills_the_token() -> None:
    asking = caller(faults=(Fault("GET */me", "401", nth=2),))
    assert [asking.send("GET", ME).status for _ in range(3)] == [200, 401, 401]
    asking.sign_in()
    assert asking.send("GET", ME).status == 200


def test_faults_may_come_every_so_often_or_for_ever_or_by_chance() -> None:
    often = caller(faults=(Fault("GET */me", "500", every=3),))
    ever = caller(faults=(Fault("GET */me", "500", nth=2, times=0),))
    asking = caller(faults=(Fault("GET */me", "500", share=0.3),))
    assert [often.send("GET", ME).status for _ in range(6)] == [200, 200, 500] * 2
    assert [ever.send("GET", ME).status for _ in range(4)] == [200, 500, 500, 500]
    drawn = [asking.send("GET", ME).status for _ in range(200)]
    again = caller(faults=(Fault("GET */me", "500", share=0.3),))
    assert 30 < drawn.count(500) < 90
    assert drawn == [again.send("GET", ME).status for _ in range(200)]


def test_a_fault_may_hit_the_token_endpoint() -> None:
    asking = Caller(Settings(faults=(Fault("POST /oauth/token", "503"),)))
    assert [asking.sign_in().status for _ in range(2)] == [503, 200]


def test_the_log_has_no_secret_and_no_query() -> None:
    asking = caller()
    asking.get("/api/v2/users?pageSize=3")
    entries = asking.simulator.state.log
    assert [(one.method, one.path, one.status) for one in entries] == [
        ("POST", "/oauth/token", 200),
        ("GET", "/api/v2/users", 200),
    ]


def test_the_directory_is_a_function_of_the_seed() -> None:
    assert directory(7) == directory(7)
    assert directory(7).users[0].id != directory(8).users[0].id
    assert len({queue.name for queue in directory(7).queues}) == 9


def test_the_memory_keeps_no_secret_of_a_client() -> None:
    asking = caller()
    state = asking.simulator.state
    assert Client().secret not in repr((state.log, state.windows, state.seen, state.jobs))


def test_a_client_without_a_list_holds_every_permission() -> None:
    path = f"/api/v2/authorization/subjects/{Client().client_id}?includeFullRoles=true"
    grants = caller().get(path)["grants"]
    held = {
        f"{policy['domain']}:{policy['entityName']}:{action}"
        for grant in grants
        for policy in grant["role"]["policies"]
        for action in policy["actions"]
    }
    assert {"analytics:conversationDetail:view", "wfm:businessUnit:edit"} < held
    assert len(held) == 45
    assert "policies" not in caller().get(path.partition("?")[0])["grants"][0]["role"]

"""Signing in to the pages: links that work once, sessions that can be ended, mail that tells nobody who is known."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from pydantic import SecretStr

from api.app import create_app
from api.cli import main
from api.page_session import COOKIE
from api.services.signing_in import LINKS_AN_HOUR, SESSION_LASTS, Person
from api.settings import Settings
from api.wiring import Wiring
from data.store.page_records import SignInAddress
from data.store.records import Role
from tests.features.conftest import House
from tests.features.mail_server import MailServer, mail_server
from tests.features.test_day_page import form_token

PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"}


def person(role: Role = Role.THERAPIST) -> Person:
    therapist = "taylor" if role is Role.THERAPIST else None
    return Person(practice_id="demo-solo", role=role, therapist=therapist, name="" if therapist else "Robin")


def entered(house: House, role: Role = Role.THERAPIST) -> FlaskClient:
    """A browser that somebody has signed in with."""
    browser = house.client
    answer = browser.post(house.wiring.sign_in_links.make(person(role)), headers=PHONE)
    assert answer.status_code == 303
    return browser


def test_the_cookie_is_a_random_secret_that_the_store_does_not_know(house: House) -> None:
    browser = entered(house)
    cookie = browser.get_cookie(COOKIE)
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    (session,) = house.wiring.store.page_sessions.list("demo-solo", house.now)
    assert (session.role, session.therapist, session.device) == (Role.THERAPIST, "taylor", "Safari on iPhone")
    assert cookie.value not in repr(session)
    assert house.wiring.store.page_sessions.find_by_hash(cookie.value, house.now) is None


def test_a_session_ends_when_it_is_not_used_and_lasts_while_it_is(house: House) -> None:
    browser = entered(house)
    house.now += SESSION_LASTS - timedelta(days=1)
    assert browser.get("/day").status_code == 200
    house.now += SESSION_LASTS - timedelta(days=1)
    assert browser.get("/day").status_code == 200
    house.now += SESSION_LASTS
    assert browser.get("/day").status_code == 401


def test_signing_out_needs_a_form_of_ours_and_ends_the_session_for_good(house: House) -> None:
    browser = entered(house)
    page = browser.get("/day/me").text
    assert browser.post("/sign-out").status_code == 403
    assert browser.post("/sign-out", data={"token": "0.0"}).status_code == 403
    assert browser.post("/sign-out", data=form_token(entered(house).get("/day/me").text)).status_code == 403
    secret = browser.get_cookie(COOKIE)
    assert secret is not None
    answer = browser.post("/sign-out", data=form_token(page))
    assert answer.status_code == 200
    assert "storage" in answer.headers["Clear-Site-Data"]
    assert browser.get_cookie(COOKIE) is None
    browser.set_cookie(COOKIE, secret.value)
    assert browser.get("/day").status_code == 401


def test_a_form_of_another_site_neither_signs_in_nor_changes_anything(house: House) -> None:
    abroad = {"Sec-Fetch-Site": "cross-site"}
    link = house.wiring.sign_in_links.make(person())
    assert house.client.post(link, headers=abroad).status_code == 403
    browser = house.client
    assert browser.post(link, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303
    token = form_token(browser.get("/day/me").text)
    assert browser.post("/sign-out/elsewhere", data=token, headers=abroad).status_code == 403


def test_what_goes_wrong_is_said_on_a_page(house: House, tmp_path: Path) -> None:
    empty = create_app(Settings(var=tmp_path / "nothing")).test_client()
    empty.set_cookie(COOKIE, "somebody")
    answer = empty.get("/day")
    assert (answer.status_code, answer.mimetype) == (503, "text/html")
    assert "The store has not been set up." in answer.text
    assert str(tmp_path) not in answer.text
    assert answer.headers["Retry-After"]
    much = entered(house).post("/sign-out", data={"token": "x" * 17_000_000})
    assert (much.status_code, much.mimetype) == (413, "text/html")


def test_form_tokens_differ_each_time_and_hold_each_time(house: House) -> None:
    browser = entered(house)
    first, second = (form_token(browser.get("/day/me").text) for _ in range(2))
    assert first != second
    assert browser.post("/sign-out/elsewhere", data=first).status_code == 200
    assert browser.post("/sign-out/elsewhere", data=second).status_code == 200


def test_the_others_are_ended_and_this_one_stays(house: House) -> None:
    here, there, desk = entered(house), entered(house), entered(house, Role.PLANNER)
    answer = here.post("/sign-out/elsewhere", data=form_token(here.get("/day/me").text))
    assert "Ended on 1 other device." in answer.text
    assert here.get("/day").status_code == 200
    assert there.get("/day").status_code == 401
    assert desk.get("/sign-in").headers["Location"] == "/board"


def test_a_page_is_only_for_its_roles(house: House) -> None:
    answer = entered(house, Role.PLANNER).get("/day")
    assert answer.status_code == 403
    assert "You are signed in as Robin." in answer.text


def test_a_signed_in_page_uses_the_routes_of_its_role_with_its_token(house: House) -> None:
    browser = entered(house)
    assert browser.get("/v1/me/day").status_code == 200
    assert browser.get("/v1/practice").status_code == 404
    refused = browser.put("/v1/me/feed")
    assert refused.status_code == 403
    assert refused.json is not None
    assert refused.json["code"] == "forbidden"
    given = form_token(browser.get("/day/me").text)["token"]
    assert browser.put("/v1/me/feed", headers={"X-Rounds-Token": given}).status_code == 200


def test_a_therapist_who_has_left_can_neither_enter_nor_stay(house: House) -> None:
    browser, link = entered(house), house.wiring.sign_in_links.make(person())
    with house.wiring.store.unit_of_work("demo-solo") as uow:
        uow.patterns.remove("taylor")
        uow.commit()
    assert browser.get("/day").status_code == 401
    assert house.client.get(link).status_code == 410
    assert house.client.post(link).status_code == 410


@pytest.fixture
def post() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def settings(settings: Settings, post: MailServer, request: pytest.FixtureRequest) -> Settings:
    """With a mail server for the tests of letters, without one for the others."""
    if "mail" not in request.node.name:
        return settings
    return settings.model_copy(
        update={
            "smtp_url": SecretStr(f"smtp://127.0.0.1:{post.port}"),
            "smtp_allow_loopback": True,
            "mail_from": "rounds@example.org",
            "public_url": "https://rounds.example.org",
        }
    )


def ask(house: House, email: str) -> str:
    answer = house.client.post("/sign-in", data={"email": email}, headers={"Host": "evil.example.org"})
    house.finish_runs()
    assert answer.status_code == 200
    return answer.text


def known(house: House) -> None:
    house.wiring.store.sign_in_addresses.put(
        SignInAddress(practice_id="demo-solo", email="taylor@example.org", role=Role.THERAPIST, therapist="taylor")
    )


def test_without_a_server_no_form_is_shown(house: House) -> None:
    assert "<form" not in house.client.get("/sign-in").text
    assert house.client.post("/sign-in", data={"email": "a@example.org"}).status_code == 404


def test_a_mailed_link_signs_in_and_a_stranger_gets_the_same_answer_and_no_mail(house: House, post: MailServer) -> None:
    known(house)
    assert ask(house, "stranger@example.org") == ask(house, " Taylor@Example.org")
    (letter,) = post.letters
    assert (letter["To"], letter["From"]) == ("taylor@example.org", "rounds@example.org")
    link = re.search(r"https://rounds\.example\.org(/sign-in/\S+)", letter.get_content())
    assert link is not None
    assert house.client.post(link[1]).headers["Location"] == "/day"


def test_mail_to_one_address_is_limited_by_the_hour(house: House, post: MailServer) -> None:
    known(house)
    for _ in range(LINKS_AN_HOUR + 2):
        ask(house, "taylor@example.org")
    assert len(post.letters) == LINKS_AN_HOUR
    house.now += timedelta(hours=1)
    ask(house, "taylor@example.org")
    assert len(post.letters) == LINKS_AN_HOUR + 1


def test_a_mail_server_that_refuses_changes_nothing_of_the_answer(house: House, post: MailServer) -> None:
    known(house)
    post.refusing = True
    assert ask(house, "taylor@example.org") == ask(house, "stranger@example.org")
    assert post.letters == []


def test_mail_is_not_sent_in_the_clear_unless_that_is_chosen(house: House, post: MailServer) -> None:
    strict = house.wiring.settings.model_copy(update={"smtp_allow_loopback": False})
    parts = Wiring(strict, clock=house.wiring.clock, executor=house.executor)
    known(house)
    app = create_app(wiring=parts)
    assert app.test_client().post("/sign-in", data={"email": "taylor@example.org"}).status_code == 200
    house.finish_runs()
    parts.store.close()
    assert post.letters == []


def test_the_command_makes_lists_and_ends_sessions(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUNDS_DATABASE_URL", house.wiring.settings.store_url)
    monkeypatch.setenv("ROUNDS_VAR", str(house.wiring.settings.var))

    def rounds(*arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, ["sign-in", *arguments], catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result.output

    link = rounds("taylor", "--email", "Taylor@example.org").splitlines()[-1].removeprefix("http://127.0.0.1:8000")
    browser = house.client
    assert browser.post(link).status_code == 303
    desk = rounds("--planner", "Robin").splitlines()[-1].removeprefix("http://127.0.0.1:8000")
    assert house.client.post(desk).headers["Location"] == "/board"
    listed = rounds("--list")
    assert "planner Robin" in listed
    assert "mail to taylor@example.org  therapist taylor" in listed
    session = next(
        line.split()[0] for line in listed.splitlines() if "therapist taylor" in line and "last seen" in line
    )
    rounds("--revoke", session)
    assert browser.get("/day").status_code == 401
    rounds("--forget-email", "taylor@example.org")
    assert "mail to" not in rounds("--list")
    assert "there is no therapist 'tailor'" in rounds("tailor", code=4)
    rounds("--revoke", "nobody", code=4)
    rounds(code=2)
    rounds("--list", "--email", "a@example.org", code=2)
    rounds("taylor", "--email", "no address", code=2)
    rounds("--planner", " ", code=2)

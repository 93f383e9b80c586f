"""A phone joins in by a code that works once, over its own encrypted way, and can be sent away."""

from __future__ import annotations

import re
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from fastapi import FastAPI
from fastapi.testclient import TestClient
from serving import coxa_up

from coxa.errors import BadInput
from coxa.records import PeopleRepository, SignInRepository
from coxa.records.people import Person
from coxa.web import network, serve
from coxa.web.app import create_app
from coxa.web.config import WebConfig
from coxa.web.network import HOLDS, RENEW_BEFORE, kept_certificate, lan_addresses
from coxa.web.pairing import ALPHABET, LASTS, LENGTH, OPEN_AT_ONCE, Pairings, shown

LAN = "192.168.7.4"


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.at = datetime(2026, 5, 4, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(tmp_path: Path, clock: Clock) -> FastAPI:
    made = create_app(WebConfig(data=tmp_path / "data", phone=True, hosts=(LAN,), raise_errors=True), clock)
    made.state.phone_address = f"https://{LAN}:8443"
    return made


@pytest.fixture
def phone(app: FastAPI, client: TestClient) -> TestClient:
    """A phone in the same network, not joined yet."""
    return TestClient(
        app,
        base_url=f"https://{LAN}:8443",
        client=("192.168.7.20", 40_000),
        follow_redirects=False,
        headers={"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Safari/604.1"},
    )


def code_on(client: TestClient) -> str:
    """The code that the computer's page shows."""
    found = re.search(r'pair-code">([A-Z0-9]+-[A-Z0-9]+)<', client.get("/pair").text)
    assert found
    return found[1]


def join(phone: TestClient, code: str, to: str = "/pair") -> httpx.Response:
    token = re.search(r'name="csrf" value="([^"]+)"', phone.get("/pair").text)
    assert token
    origin = str(phone.base_url).rstrip("/")
    sent: httpx.Response = phone.post(to, data={"csrf": token[1], "code": code}, headers={"Origin": origin})
    return sent


def test_a_phone_joins_in_as_the_person_at_the_computer(client: TestClient, person: Person, phone: TestClient) -> None:
    sent = join(phone, code_on(client))
    assert (sent.status_code, sent.headers["location"]) == (303, "/")
    cookie = next(line for line in sent.headers.get_list("set-cookie") if line.startswith("coxa_sign_in="))
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    store = client.app.state.store  # type: ignore[attr-defined]
    found = SignInRepository(store).find(phone.cookies["coxa_sign_in"])
    assert found is not None
    assert (found.asker.person_id, found.label) == (person.id, "phone: Safari, iPhone")
    assert phone.get("/sign-up").status_code == 200


def test_a_code_works_once(client: TestClient, person: Person, phone: TestClient) -> None:
    code = code_on(client)
    assert join(phone, code).status_code == 303
    phone.cookies.clear()
    again = join(phone, code)
    assert again.status_code == 422
    assert "does not work" in again.text
    assert "coxa_sign_in" not in phone.cookies


def test_a_code_works_for_a_few_minutes(client: TestClient, person: Person, phone: TestClient, clock: Clock) -> None:
    code = code_on(client)
    clock.at += LASTS
    assert join(phone, code).status_code == 422


@pytest.mark.parametrize("typed", [str.lower, lambda code: f" {code.replace('-', ' ')} ", lambda code: code.replace("-", "")])
def test_a_code_may_be_typed_loosely(client: TestClient, person: Person, phone: TestClient, typed: object) -> None:
    assert callable(typed)
    assert join(phone, typed(code_on(client))).status_code == 303


def test_guessing_codes_is_stopped(client: TestClient, person: Person, phone: TestClient) -> None:
    code = code_on(client)
    assert [join(phone, "AAAAA-AAAAA").status_code for _ in range(11)] == [422] * 10 + [429]
    refused = join(phone, code)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0


def test_a_look_at_the_address_uses_no_code_up(client: TestClient, person: Person, phone: TestClient) -> None:
    code = code_on(client)
    seen = phone.get("/pair", params={"code": code.replace("-", "")})
    assert f'value="{code}"' in seen.text
    assert "coxa_sign_in" not in phone.cookies
    assert join(phone, code).status_code == 303


def test_the_phone_is_led_to_the_door_and_is_never_at_this_computer(client: TestClient, person: Person, phone: TestClient) -> None:
    assert phone.get("/progress").headers["location"] == "/pair"
    token = re.search(r'name="csrf" value="([^"]+)"', phone.get("/pair").text)
    assert token
    phone.post("/welcome", data={"csrf": token[1], "door": "me"}, headers={"Origin": f"https://{LAN}:8443"})
    assert "coxa_sign_in" not in phone.cookies
    assert "pair-code" not in re.sub(r"<input[^>]*>", "", phone.get("/pair").text), "a phone is shown no code"


def test_a_phone_is_sent_away_from_the_computer(client: TestClient, person: Person, phone: TestClient) -> None:
    join(phone, code_on(client))
    page = client.get("/pair").text
    number = re.search(r'name="id" value="([^"]+)"', page)
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert number
    assert token
    assert "Safari, iPhone" in page
    sent = client.post("/pair/end", data={"csrf": token[1], "id": number[1]}, headers={"Origin": "http://127.0.0.1:8000"})
    assert sent.headers["location"] == "/pair"
    assert phone.get("/progress").headers["location"] == "/pair"
    assert client.get("/sign-up").status_code == 200
    assert "Safari, iPhone" not in client.get("/pair").text


def test_without_phone_the_page_says_how_to_start_with_it(tmp_path: Path) -> None:
    app = create_app(WebConfig(data=tmp_path, raise_errors=True))
    with TestClient(app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 1), follow_redirects=False) as client:
        assert "coxa up --phone" in client.get("/pair").text


def test_codes_are_hard_to_guess_and_few(clock: Clock) -> None:
    assert len(ALPHABET) ** LENGTH > 2**48
    assert len(set(ALPHABET)) == len(ALPHABET)
    pairings = Pairings(clock)
    codes = [pairings.code("anna") for _ in range(OPEN_AT_ONCE + 2)]
    assert len(set(codes)) == len(codes)
    other = pairings.code("bert")
    assert [pairings.redeem(code) for code in codes] == [None, None, *["anna"] * OPEN_AT_ONCE]
    assert pairings.redeem(shown(other)) == "bert"
    assert pairings.redeem("") is None


# The certificate


def test_a_certificate_holds_for_the_addresses_and_is_kept(tmp_path: Path) -> None:
    made = kept_certificate(tmp_path, (LAN, "laptop.local"))
    assert set(made.hosts) == {LAN, "laptop.local"}
    assert made.key.stat().st_mode & 0o777 == 0o600
    read = x509.load_pem_x509_certificate(made.file.read_bytes())
    assert read.not_valid_after_utc - read.not_valid_before_utc <= timedelta(days=398)
    assert serialization.load_pem_private_key(made.key.read_bytes(), None).public_key() == read.public_key()
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(made.file, made.key)
    assert kept_certificate(tmp_path, (LAN,)).fingerprint == made.fingerprint


def test_a_certificate_is_renewed_in_time_and_for_new_addresses(tmp_path: Path) -> None:
    first = kept_certificate(tmp_path, (LAN,))
    later = first.ends - RENEW_BEFORE
    assert kept_certificate(tmp_path, (LAN,), later - timedelta(days=1)).fingerprint == first.fingerprint
    second = kept_certificate(tmp_path, (LAN,), later)
    assert second.fingerprint != first.fingerprint
    assert second.ends == (later + HOLDS).replace(microsecond=0)
    third = kept_certificate(tmp_path, (LAN, "10.0.0.7"), later)
    assert third.fingerprint != second.fingerprint
    third.file.write_text("half")
    assert kept_certificate(tmp_path, (LAN,), later).fingerprint != third.fingerprint


def test_no_network_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "lan_addresses", lambda: ())
    with pytest.raises(BadInput, match="local network"):
        serve.serve(WebConfig(data=tmp_path, phone=True, port=0))


def test_finding_the_own_addresses_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    kinds = []
    really = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        kinds.append(self.type)
        really(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(network.socket.socket, "connect", connect)
    found = lan_addresses()
    assert set(kinds) == {socket.SOCK_DGRAM}, "connecting a datagram socket sends nothing"
    assert all(not address.startswith("127.") for address in found)


@pytest.fixture
def own_address() -> str:
    found = lan_addresses()
    if not found:
        pytest.skip("this computer is in no network; join one to try a phone's way")
    return found[0]


def test_the_whole_way_over_real_sockets(tmp_path: Path, own_address: str) -> None:
    with coxa_up(tmp_path / "data", "--phone", until=r"^The code (\S+) works once") as up:
        said = "\n".join(up.lines)
        here = re.search(r"coxa is at (http://127\.0\.0\.1:\d+) ", said)
        there = re.search(r"open (https://\S+)/pair", said)
        assert here
        assert there
        assert "█" in said
        assert urlsplit(there[1]).hostname in lan_addresses()
        trust = ssl.create_default_context(cafile=str(tmp_path / "data" / "tls" / "certificate.pem"))
        with httpx.Client(base_url=there[1], verify=trust) as phone:
            token = re.search(r'name="csrf" value="([^"]+)"', phone.get("/pair").text)
            assert token
            joined = phone.post("/pair", data={"csrf": token[1], "code": up.address}, headers={"Origin": there[1]})
            assert joined.status_code == 303
            assert phone.get("/sign-up").status_code == 200
        assert httpx.get(f"{here[1]}/healthz").status_code == 200
        plain = there[1].replace("https", "http")
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"{plain}/healthz")
        port = urlsplit(here[1]).port
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"http://{own_address}:{port}/healthz")
        assert up.stop() == 0


def test_an_account_can_pair_its_phone_too(client: TestClient, phone: TestClient) -> None:
    from asking import make_account, sign_in_as

    anna = sign_in_as(client, make_account(client, "anna@example.org"))
    assert join(phone, code_on(client)).status_code == 303
    store = client.app.state.store  # type: ignore[attr-defined]
    found = SignInRepository(store).find(phone.cookies["coxa_sign_in"])
    assert found is not None
    assert found.asker.person_id == anna.id
    assert PeopleRepository(store).local() == ()


def test_a_stranger_in_the_network_makes_no_account_but_a_paired_phone_may(client: TestClient, person: Person, phone: TestClient) -> None:
    assert phone.get("/sign-up").headers["location"] == "/pair"
    token = re.search(r'name="csrf" value="([^"]+)"', phone.get("/pair").text)
    assert token
    asked = {"csrf": token[1], "email": "s@example.org", "password": "three plain words"}
    sent = phone.post("/sign-up", data=asked, headers={"Origin": f"https://{LAN}:8443"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/pair")
    assert PeopleRepository(client.app.state.store).account("s@example.org") is None  # type: ignore[attr-defined]
    assert client.get("/sign-up").status_code == 200
    join(phone, code_on(client))
    assert phone.get("/sign-up").status_code == 200

"""Sign-in by OpenID Connect against an issuer that runs in this test: PKCE, and invited people."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse


class Issuer(BaseHTTPRequestHandler):
    """Says where it may be asked; logs nobody in."""

    def do_GET(self) -> None:
        here = f"http://127.0.0.1:{self.server.server_port}"
        names = ("authorization", "token", "userinfo", "end_session")
        answer = {
            "issuer": here,
            "jwks_uri": f"{here}/keys",
            **{f"{name}_endpoint": f"{here}/{name}" for name in names},
        }
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def issuer(settings) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Issuer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    app = {"provider_id": "sso", "name": "Company log-in", "client_id": "enishi", "secret": "s",
           "settings": {"server_url": address}}  # fmt: skip
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
    }
    yield address
    server.shutdown()
    server.server_close()


def test_log_in_offers_the_company_log_in_when_there_is_one(db, client, issuer):
    assert "Company log-in" in client.get(reverse("account_login")).content.decode()


def test_log_in_does_not_speak_of_it_otherwise(db, client):
    assert "/oidc/" not in client.get(reverse("account_login")).content.decode()


def test_the_way_to_the_issuer_carries_a_proof_key_and_a_state(db, client, issuer):
    answer = client.post(reverse("openid_connect_login", args=["sso"]))

    asked = parse_qs(urlsplit(answer.url).query)
    assert answer.url.startswith(f"{issuer}/authorization?")
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) >= 43
    assert asked["state"][0]
    assert asked["client_id"] == ["enishi"]
    assert "openid" in asked["scope"][0]


def test_looking_at_the_address_alone_starts_nothing(db, client, issuer):
    assert client.get(reverse("openid_connect_login", args=["sso"])).status_code == 200


@pytest.mark.parametrize("query", ["", "?code=x", "?code=x&state=forged", "?error=access_denied"])
def test_an_answer_nobody_asked_for_logs_nobody_in(db, client, issuer, query):
    answer = client.get(reverse("openid_connect_callback", args=["sso"]) + query)

    assert answer.status_code < 500
    assert client.get(reverse("accounts:profile")).status_code == 302


def test_an_issuer_that_is_down_is_said_and_not_a_failure_of_ours(db, client, settings):
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "APPS": [
                {"provider_id": "sso", "name": "Gone", "client_id": "enishi", "secret": "s",
                 "settings": {"server_url": "http://127.0.0.1:9"}}
            ]
        }
    }  # fmt: skip

    answer = client.post(reverse("openid_connect_login", args=["sso"]))

    assert answer.status_code < 500

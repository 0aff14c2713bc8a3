"""The caught mails of a demo: shown safely, to admins, and nothing else of the disk."""

from email.message import EmailMessage

import pytest

NAME = "1234567890123456789-0123abcd.eml"


@pytest.fixture
def folder(settings, tmp_path):
    mail = EmailMessage()
    mail["To"], mail["Subject"] = "max@example.com", "<b>Hello</b>"
    mail.set_content("Answer: http://127.0.0.1:8000/s/abc")
    mail.add_alternative("<p>Hi</p><script>alert(1)</script>", subtype="html")
    (tmp_path / NAME).write_bytes(mail.as_bytes())
    (tmp_path / "secret.txt").write_text("secret")
    settings.MAILBOX_DIR = str(tmp_path)
    return tmp_path


def test_an_admin_reads_the_caught_mails_and_follows_their_links(as_user, ada, folder):
    client = as_user(ada)

    assert "max@example.com" in client.get("/mailbox/").content.decode()
    html = client.get(f"/mailbox/{NAME}/").content.decode()

    assert 'href="http://127.0.0.1:8000/s/abc"' in html
    assert "<b>Hello</b>" not in html


def test_the_html_of_a_mail_runs_in_a_sandbox(as_user, ada, folder):
    answer = as_user(ada).get(f"/mailbox/{NAME}/html/")

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy


@pytest.mark.parametrize(
    "name", ["secret.txt", "1-0.eml", "9999999999999-0123abcd.eml", "..%2F..%2Fetc%2Fpasswd"]
)
def test_nothing_else_of_the_disk_is_shown(as_user, ada, folder, name):
    assert as_user(ada).get(f"/mailbox/{name}/").status_code == 404
    assert as_user(ada).get(f"/mailbox/{name}/html/").status_code == 404


def test_a_broken_mail_is_no_error_of_ours(as_user, ada, folder):
    (folder / NAME).write_bytes(b"Content-Type: text/plain; charset=nonsense\r\n\r\n\xff\xfe\0")

    assert as_user(ada).get("/mailbox/").status_code == 200
    assert as_user(ada).get(f"/mailbox/{NAME}/").status_code == 200

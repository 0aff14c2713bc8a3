"""The main job from end to end, as a new user walks it: files, a night, Today, a survey that leaves
by e-mail and is answered on a phone, the task it becomes, and the same task in the API.
"""

import re
from datetime import timedelta
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from accounts.models import ApiKey
from customers.models import Task
from lib.days import today
from tests.browser.conftest import DESKTOP, PHONE
from tests.outreach.smtp_server import smtp_server


def csv_of(*lines: str) -> bytes:
    return "\r\n".join(lines).encode("cp932")


def files(ana_email: str) -> dict[str, bytes]:
    """A company as its spreadsheets have it: Japanese headers in Shift-JIS."""
    day = today()
    renewal, start = day + timedelta(days=40), day - timedelta(days=400)
    uses = [
        f"u{back},X-1,p1,{day - timedelta(days=back)},{2 if back <= 28 else 20}"
        for back in range(1, 57)
    ]
    return {
        "customers": csv_of(
            "顧客ID,顧客名,フリガナ,担当CSM,契約開始日,言語",
            f"X-1,株式会社さくら堂,カブシキガイシャサクラドウ,{ana_email},{start},ja",
        ),
        "contacts": csv_of(
            "担当者ID,顧客ID,氏名,メールアドレス,言語", "P-1,X-1,野々村 遥,haruka@sakura.example,ja"
        ),
        "subscriptions": csv_of(
            "契約ID,顧客ID,開始日,プラン,単価,通貨,席数,更新日",
            f"S-1,X-1,{start},Pro,1000,JPY,10,{renewal}",
        ),
        "usage": csv_of("行ID,顧客ID,利用者,日付,回数", *uses),
    }


def bring_in(page: Page, noun: str, content: bytes) -> None:
    """Upload, look, check, save; and wait until it is done."""
    page.goto("/imports/new/")
    page.select_option("select[name=noun]", noun)
    page.set_input_files(
        "input[type=file]", {"name": f"{noun}.csv", "mimeType": "text/csv", "buffer": content}
    )
    for button in ("Upload and look at it", "Check without saving"):
        page.get_by_role("button", name=button).click()
    page.get_by_role("button", name=re.compile(r"Save \d+ rows?")).click()
    expect(page.get_by_text(re.compile("Undo this import|Undo"), exact=False).first).to_be_visible()


def ask(page: Page) -> None:
    """Write a survey, publish its wording and send it to everybody."""
    page.goto("/surveys/new/")
    page.fill("input[name=name]", "NPS")
    if page.locator("input[name=brand]").count():
        page.fill("input[name=brand]", "Hibiki")
    page.get_by_role("button", name="Create").click()
    page.get_by_role("button", name="Publish version 1").click()
    page.goto("/surveys/")
    page.get_by_role("link", name=re.compile("^Send")).first.click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send 1 mail").click()
    expect(page.get_by_text("Sending has begun.")).to_be_visible()


def link_in(mail: EmailMessage) -> str:
    text = mail.get_body(("plain",)).get_content()
    return re.search(r"https?://[^/\s]+(/s/\S+)", text).group(1)


@pytest.mark.parametrize(
    ("looks", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desk", "phone"]
)
def test_files_become_a_task_in_the_morning_and_an_answer_another(
    page_as, ana, lea, api_of, settings, looks, theme
):
    with smtp_server() as smtp:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp.port
        lead = page_as(lea, viewport=looks, color_scheme=theme)
        for noun, content in files(ana.email).items():
            bring_in(lead, noun, content)
        lead.goto("/nights/")
        lead.get_by_role("button", name="Close what is due").click()
        morning = page_as(ana, viewport=looks, color_scheme=theme)
        morning.goto("/")
        expect(morning.get_by_text("株式会社さくら堂").first).to_be_visible()
        expect(morning.get_by_text(re.compile("was never in touch")).first).to_be_visible()
        ask(lead)

    visitor = page_as(viewport=PHONE, color_scheme=theme, java_script_enabled=False)
    visitor.goto(link_in(smtp.mails[0]))
    visitor.check("input[name=score][value='3']")
    visitor.get_by_role("button", name="この内容で送信する").click()

    morning.goto("/tasks/")
    expect(morning.get_by_text(re.compile("Answered 3 of 10")).first).to_be_visible()
    answer = api_of(ana, [ApiKey.Scope.TASKS_READ]).get("/api/v1/tasks").json()
    titles = {task["type"] for task in answer["results"]}
    assert "feedback" in titles
    assert len(answer["results"]) == Task.objects.count()

"""kill -9 of the web server while a lead prepares and sends a wave: nobody is asked twice, nobody
is forgotten."""

import threading

import pytest

from outreach.models import Mailing, Message
from surveys import inviting
from surveys.jobs import resume_waves
from surveys.models import Invitation, SurveyVersion, Wave
from surveys.views import wave_detail, wave_new
from tests import processes
from tests.factories import ContactFactory, SurveyVersionFactory
from tests.flows.conftest import web_of
from tests.flows.crew import wait_until
from tests.flows.web import die
from tests.outreach import workers

__all__ = ["web_of"]
pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]

CONTACTS = 8


@pytest.fixture
def version() -> SurveyVersion:
    ContactFactory.create_batch(CONTACTS)
    return SurveyVersionFactory()


@pytest.fixture
def worker():
    started = []
    yield lambda: started.append(workers.start(workers.our_way))
    for process in started:
        processes.kill(process)


def halt_after_the_second(post) -> threading.Event:
    """The mail server takes no third mail until somebody says so."""
    go_on = threading.Event()

    def trouble(stage: str, _recipient: str) -> str:
        if stage == "end" and post.taken.total() == 2:
            go_on.wait(60)
        return ""

    post.trouble = trouble
    return go_on


def create(web, version) -> int | None:
    return web.press(f"/surveys/{version.survey_id}/send/create/", name="Autumn", days="14")


def send(web, wave) -> int | None:
    return web.press(f"/waves/{wave.pk}/start/")


def planned(version) -> Wave:
    wave = inviting.new_wave(version, {}, name="Autumn", days=14, by=None)
    resume_waves()
    return wave


def dies_in_the_middle_of_a_wave() -> None:
    """The mailing is written, the wave is not."""
    Wave.objects.create = die


def dies_in_the_middle_and_has_no_transaction() -> None:
    wave_new.new_wave = inviting.new_wave.__wrapped__
    dies_in_the_middle_of_a_wave()


def dies_before_the_bell() -> None:
    wave_new.prepare_wave.delay_on_commit = die
    wave_detail.send_ready_messages.delay_on_commit = die


def sends_by_itself() -> None:
    """The design we do not have: the web server sends, and writes it down afterwards."""

    def send() -> None:
        threading.Thread(target=workers.mark_after_sending).start()

    Mailing.run = lambda mailing: mailing.messages.filter(state="ready").exists()
    wave_detail.send_ready_messages.delay_on_commit = send


def test_a_wave_begun_on_a_dying_server_is_there_whole_or_not_at_all(ada, version, web_of):
    assert create(web_of(ada, changed=dies_in_the_middle_of_a_wave), version) is None
    assert (Mailing.objects.count(), Wave.objects.count()) == (0, 0)

    # The lead presses again, and the server dies before anybody hears of it.
    assert create(web_of(ada, changed=dies_before_the_bell), version) is None
    resume_waves()

    assert (Mailing.objects.count(), Wave.objects.count()) == (1, 1)
    assert Wave.objects.get().planned_at
    assert Invitation.objects.count() == Message.objects.count() == CONTACTS


def test_without_the_transaction_half_a_wave_would_stay(ada, version, web_of):
    """The negative twin."""
    assert create(web_of(ada, changed=dies_in_the_middle_and_has_no_transaction), version) is None

    assert (Mailing.objects.count(), Wave.objects.count()) == (1, 0)


def test_a_press_that_was_not_answered_sends_once_however_often_it_is_repeated(
    ada, version, web_of, worker, post, settings
):
    settings.EMAIL_TIMEOUT = 60
    wave, go_on = planned(version), halt_after_the_second(post)
    assert send(web_of(ada, changed=dies_before_the_bell), wave) is None
    web = web_of(ada)
    worker()
    assert wait_until(lambda: post.taken.total() == 2)

    assert send(web, wave) == 302
    web.kill()
    go_on.set()

    assert wait_until(lambda: Message.objects.filter(state="sent").count() == CONTACTS)
    assert sorted(post.taken.values()) == [1] * CONTACTS


def test_a_web_server_that_sends_by_itself_would_send_twice(ada, version, web_of, post):
    """The negative twin."""
    wave = planned(version)
    web, next_web = (web_of(ada, changed=sends_by_itself) for _ in range(2))

    def kill_after_the_third(stage: str, _recipient: str) -> str:
        if stage == "end" and post.taken.total() == 3:
            web.kill()
        return ""

    post.trouble = kill_after_the_third
    assert send(web, wave) == 302
    assert wait_until(lambda: not web.process.is_alive())
    assert send(next_web, wave) == 302

    assert wait_until(lambda: post.taken.total() > CONTACTS)
    assert max(post.taken.values()) == 2

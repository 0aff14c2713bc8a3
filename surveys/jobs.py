"""What the clock and the pages ring for in surveys. Rows decide what is left to do."""

from celery import shared_task

from surveys.inviting import plan_wave
from surveys.mails import write_texts
from surveys.models import Wave


@shared_task
def prepare_wave(wave_id: int) -> None:
    wave = Wave.objects.select_related("version", "survey", "mailing").get(pk=wave_id)
    if wave.planned_at is None:
        write_texts(wave)
        plan_wave(wave)


@shared_task
def resume_waves() -> None:
    """Waves whose planner died, or whose bell was never heard."""
    waiting = Wave.objects.filter(planned_at__isnull=True, mailing__state="preparing")
    for wave_id in waiting.values_list("pk", flat=True):
        prepare_wave.delay(wave_id)

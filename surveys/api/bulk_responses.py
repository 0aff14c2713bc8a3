"""Many answers from elsewhere at once."""

from collections.abc import Sequence
from typing import Any

from customers.api.bulk import Upsert
from surveys.closing_the_loop import close_the_loop
from surveys.models import Response, SurveyVersion


def give_versions(responses: Sequence[Response]) -> None:
    """Answers to an imported survey belong to its one version, as those from a file do."""
    surveys = {response.survey_id for response in responses}
    versions = SurveyVersion.objects.filter(survey__in=surveys, survey__is_imported=True)
    known = dict(versions.values_list("survey_id", "pk"))
    for response in responses:
        response.version_id = known.get(response.survey_id)


class ResponseUpsert(Upsert):
    """Each answer does what one alone would do: a recent low score opens its task."""

    def insert(self, records: list[Response]) -> None:
        give_versions(records)
        super().insert(records)
        for record in records:
            close_the_loop(record)

    def change(self, record: Response, values: dict[str, Any]) -> bool:
        is_changed = super().change(record, values)
        if is_changed:
            close_the_loop(record)
        return is_changed

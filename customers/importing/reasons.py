"""Why a row or a file is refused, in the reader's language, each with what to change.

Only codes and figures are stored, so that the same import reads Japanese to one user and English
to another.
"""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

ROW_REASONS = {
    "too_long": gettext_lazy(
        "This text has %(length)s characters; at most %(limit)s fit. Shorten it."
    ),
    "id_shortened": gettext_lazy(
        "A spreadsheet has shortened this id. Format the column as text and export it again."
    ),
    "not_a_day": gettext_lazy(
        "This is not a date. Write it as 2026-12-31 or choose another order of dates."
    ),
    "day_out_of_range": gettext_lazy(
        "This date is too long ago or too far ahead. Correct the year."
    ),
    "not_a_number": gettext_lazy(
        "This is not a number with the decimal mark “%(mark)s”. Write digits or change the mark."
    ),
    "number_out_of_range": gettext_lazy("Only numbers from %(low)s to %(high)s fit here."),
    "not_whole": gettext_lazy("Only whole numbers fit here."),
    "not_yes_or_no": gettext_lazy("Write yes or no, true or false, 1 or 0."),
    "not_a_choice": gettext_lazy("This word is not known here. Use one of: %(choices)s."),
    "not_a_currency": gettext_lazy("This is not a currency. Write its code, such as JPY or USD."),
    "not_an_email": gettext_lazy("This is not an e-mail address."),
    "not_a_country": gettext_lazy("This country is not known. Write its code, such as JP or US."),
    "not_a_term": gettext_lazy("This is not a length of time. Write it in months, such as 12."),
    "worth_too_much": gettext_lazy(
        "Price and quantity come to more than 100,000,000,000,000,000 a year. Correct them."
    ),
    "reporting_currency": gettext_lazy(
        "Figures are shown in this currency; its rate is always 1. Remove the row."
    ),
    "month_ahead": gettext_lazy(
        "This month lies too far ahead. A rate may be entered for the next month at most."
    ),
    "required": gettext_lazy("This cell must not be empty. Fill it in."),
    "not_clearable": gettext_lazy("This value cannot be cleared. Leave the cell empty to keep it."),
    "nul": gettext_lazy("The row holds a character that cannot be stored. Remove it."),
    "cell_too_long": gettext_lazy(
        "A cell of this row is longer than 100,000 characters. Shorten it."
    ),
    "quote_broken": gettext_lazy("A quotation mark stands inside a cell. Double it or remove it."),
    "too_many_cells": gettext_lazy(
        "The row has %(count)s cells, but the header has %(columns)s. "
        "Put cells that hold the separator into quotation marks."
    ),
    "twice_in_file": gettext_lazy(
        "The same row stands in the file more than once. Keep one of them."
    ),
    "unknown_customer": gettext_lazy(
        "There is no such customer, or you may not change it. Import customers first."
    ),
    "unknown_parent": gettext_lazy(
        "There is no such parent customer, or its own row was rejected. Add or correct the parent."
    ),
    "parent_ring": gettext_lazy("This customer would be its own ancestor. Correct the parents."),
    "own_parent": gettext_lazy("A customer cannot be its own parent."),
    "unknown_csm": gettext_lazy("No user has this e-mail address or name. Add the user first."),
    "csm_not_you": gettext_lazy("You may import only customers of your own."),
    "unknown_team": gettext_lazy("There is no such team. Add the team first."),
    "unknown_subscription": gettext_lazy(
        "There is no such subscription, or you may not change it. Import subscriptions first."
    ),
    "other_customer": gettext_lazy("This id belongs to another customer already. Use a new id."),
    "ends_before_start": gettext_lazy("The end lies before the beginning. Correct one of them."),
    "two_ends": gettext_lazy(
        "The last day of service and the first day without it do not follow one another. "
        "Give one of them."
    ),
    "churn_before_start": gettext_lazy(
        "The customer leaves before it began. Correct one of the dates."
    ),
    "resume_without_pause": gettext_lazy(
        "A pause must begin before it ends. Correct one of the dates."
    ),
    "two_discounts": gettext_lazy("Give the discount as percent or as amount, not both."),
    "trial_needs_end": gettext_lazy(
        "A trial with a price needs its first paid day, or it would count from the start."
    ),
    "needs_email_or_id": gettext_lazy("Give an external id or an e-mail address."),
    "as_of_missing": gettext_lazy(
        "Say on which day the file was made; months are counted from it."
    ),
    "answer_before_opening": gettext_lazy(
        "The ticket was closed before it was opened. Correct a date."
    ),
    "unknown_contact": gettext_lazy(
        "This customer has no such contact. Import contacts first or leave the cell empty."
    ),
    "needs_customer_or_contact": gettext_lazy("Say who answered: a customer or a contact."),
    "unknown_invitation": gettext_lazy(
        "There is no such invitation, or you may not see it. Import invitations first."
    ),
    "invitation_of_another": gettext_lazy(
        "This invitation went to another contact or is of another survey. Correct one of them."
    ),
    "answered_already": gettext_lazy(
        "Another answer belongs to this invitation already. Leave the cell empty."
    ),
    "ambiguous_contact": gettext_lazy(
        "Several contacts have this address. Name the customer or the contact's external id."
    ),
    "in_the_future": gettext_lazy("This lies in the future. Correct the date."),
    "needs_end": gettext_lazy("Give the last day, or the first day without."),
    "shares_too_high": gettext_lazy("The two shares must not come to more than 1."),
    "no_rate": gettext_lazy("Enter an exchange rate for this currency first."),
    "usage_too_old_or_new": gettext_lazy(
        "Usage is kept from ten years ago to tomorrow. Correct the date."
    ),
    "usage_differs": gettext_lazy(
        "This usage is stored with other figures. Undo the earlier import or use a new id."
    ),
}

FILE_REASONS = {
    "empty": gettext_lazy("The file is empty."),
    "no_rows": gettext_lazy("The file has a header but no rows."),
    "too_big": gettext_lazy("The file is larger than %(limit)s MB. Cut it into smaller files."),
    "too_many_rows": gettext_lazy(
        "The file has more than %(limit)s rows. Cut it into smaller files."
    ),
    "too_many_columns": gettext_lazy("The file has more than %(limit)s columns. Remove some."),
    "encoding": gettext_lazy(
        "The file is not written in %(encoding)s (line %(line)s). Choose another encoding."
    ),
    "quote_open": gettext_lazy(
        "A quotation mark that opens in line %(line)s is never closed. Close it or remove it."
    ),
    "line_too_long": gettext_lazy("Line %(line)s is longer than a million characters."),
    "no_header": gettext_lazy("The first row has no column names. Add a row with names."),
    "excel_bomb": gettext_lazy(
        "The Excel file unpacks to far more than it should and was not opened."
    ),
    "excel_old": gettext_lazy(
        "This is an old Excel file or has a password. Save it as .xlsx without password."
    ),
    "excel_broken": gettext_lazy(
        "The Excel file cannot be read. Save it again or export it as CSV."
    ),
    "excel_entities": gettext_lazy(
        "The Excel file holds XML declarations no spreadsheet needs. Save it again as .xlsx."
    ),
    "excel_no_sheet": gettext_lazy("The Excel file has no sheet with rows."),
    "not_a_table": gettext_lazy("This is not a CSV or Excel file."),
    "changed": gettext_lazy("The file is not the one that was checked. Upload it again."),
    "gone": gettext_lazy("The uploaded file is no longer there. Upload it again."),
    "column_missing": gettext_lazy("Choose the column for: %(columns)s."),
    "no_such_field": gettext_lazy(
        "There is no field %(field)s. Write FIELD=COLUMN; the fields are %(fields)s."
    ),
    "no_such_column": gettext_lazy("There is no column %(column)s. The columns are %(columns)s."),
    "no_attributes": gettext_lazy("Only customers have custom attributes."),
    "dates_unclear": gettext_lazy(
        "The dates can be read in two ways. Say with date_order whether the day or the month"
        " comes first."
    ),
    "json_broken": gettext_lazy("Line %(line)s is not a JSON object. Write one object a line."),
    "json_nested": gettext_lazy(
        "%(name)s in line %(line)s is a list or an object. Give text, numbers, true, false or null."
    ),
    "attempts": gettext_lazy("It was tried %(count)s times without getting further."),
}


class FileRefused(Exception):
    """The file as a whole cannot be imported."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params

    def __str__(self) -> str:
        return file_reason(self.code, self.params)


def row_reason(code: str, params: dict[str, Any]) -> str:
    return str(ROW_REASONS[code]) % params if code in ROW_REASONS else _("Refused (%s).") % code


def file_reason(code: str, params: dict[str, Any]) -> str:
    return str(FILE_REASONS[code]) % params if code in FILE_REASONS else _("Failed (%s).") % code

"""Excel files that want something else than to be read (IM11, IM12), and too big ones (IM17)."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from customers.importing.reasons import FileRefused
from customers.models import Customer, ImportRun
from tests.customers.importing.workbooks import (
    altered,
    bomb,
    climber,
    corners,
    declaring,
    encrypted,
    excel,
    lying_bomb,
    of_many_sheets,
    with_a_formula,
    with_parts,
)

PLAIN = excel(["id", "name"], ["C-1", "Bakery"])
LAUGHS = "<!DOCTYPE sst [<!ENTITY a0 'ha'>{}]>".format(
    "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
)
THIEF = '<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
SECRET = "<!DOCTYPE sst SYSTEM 'http://127.0.0.1:9/entities.dtd'>"


def laughing(text):
    return declaring(LAUGHS)(text).replace("Bakery", "&a9;").replace("<v>3</v>", "<v>&a9;</v>")


def stealing(text):
    return declaring(THIEF)(text).replace("Bakery", "&x;").replace("Sheet1", "&x;")


# The dear ones are made when they are needed, not by every process of a run that reads this.
@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(bomb, "excel_bomb", id="IM11 bomb"),
        pytest.param(lying_bomb, "excel_broken", id="IM11 bomb that lies about its size"),
        pytest.param(corners, "excel_bomb", id="IM12 false size"),
        pytest.param(climber, "excel_broken", id="IM12 path out of the archive"),
        pytest.param(lambda: of_many_sheets(10_000), "excel_bomb", id="IM12 10,000 sheets"),
        pytest.param(encrypted(PLAIN), "excel_broken", id="IM12 encrypted entries"),
        pytest.param(b"\xd0\xcf\x11\xe0 old", "excel_old", id="IM12 xls or encrypted"),
        pytest.param(b"PK\x03\x04 rest", "excel_broken", id="IM12 torn"),
        pytest.param(PLAIN[:-400], "excel_broken", id="IM12 cut off"),
        pytest.param(altered(PLAIN, texts=laughing), "excel_entities", id="IM12 laughs in texts"),
        pytest.param(altered(PLAIN, sheet=laughing), "excel_entities", id="IM12 laughs in cells"),
        pytest.param(altered(PLAIN, texts=stealing), "excel_entities", id="IM12 external entity"),
        pytest.param(altered(PLAIN, book=stealing), "excel_entities", id="IM12 entity in a name"),
        pytest.param(altered(PLAIN, texts=declaring(SECRET)), "excel_entities", id="IM12 DTD"),
    ],
)
def test_hostile_workbooks_are_refused_and_nothing_is_kept(upload, content, code, settings):
    with pytest.raises(FileRefused) as refusal:
        upload("customers", content() if callable(content) else content)

    assert refusal.value.code == code
    assert not ImportRun.objects.exists()
    assert not list(settings.MEDIA_ROOT.glob("imports/*"))


def test_im12_an_honest_excel_file_is_read_with_days_and_ids(load):
    load("customers", excel(["id", "name", "start date"], ["0042", "Bakery", 45000], [77, "Mill"]))

    assert Customer.objects.get(external_id="0042").started_on == date(2023, 3, 15)
    assert Customer.objects.filter(external_id="77").exists()


def test_im12_of_formulas_and_links_only_what_they_showed_is_read(load):
    load("customers", with_a_formula())

    customer = Customer.objects.get()
    assert (customer.name, customer.industry) == ("Bakery", "Food")


def test_im12_macros_and_pictures_are_not_looked_at(load):
    load("customers", with_parts(PLAIN, **{"vbaProject.bin": b"\xd0\xcf\x11\xe0 macro"}))

    assert Customer.objects.get().name == "Bakery"


def test_im12_the_first_sheet_with_rows_counts(load):
    load("customers", excel(["id", "name"], ["C-1", "Bakery"], sheets=3))

    assert Customer.objects.get().name == "Bakery"


def test_im17_of_a_file_over_the_limit_only_a_little_reaches_the_disk(settings):
    settings.IMPORT_MAX_BYTES = 3_000_000
    file = SimpleUploadedFile("big.csv", b"C-1,Bakery\n" * 700_000)

    request = RequestFactory().post("/imports/new/", {"file": file})

    assert 3_000_000 < request.FILES["file"].size < 3_200_000

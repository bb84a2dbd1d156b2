"""The interface speaks English and Hindi, and no template has words of its own."""

from __future__ import annotations

import string
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
import regex

pytest.importorskip("fastapi", reason="the extra servanda[web] is not installed")

from starlette.testclient import TestClient

from ledger_reports import file, report, said
from servanda.codebook import domains, forms
from servanda.ledger import Ledger, StatusName
from servanda.model import Kind, Stage
from servanda.web import app_for
from servanda.web.speaking import LANGUAGES, accepted, catalogue

WEB = Path(str(files("servanda.web")))
TEMPLATES = sorted((WEB / "templates").glob("*.html"))
NAMES = frozenset({"Servanda"})
SPOKEN = regex.compile(r"""\b(title|aria-label|alt|placeholder|label)="([^"]*)\"""")
EXAMPLES = regex.compile(r"radar under:&quot;action plan&quot;|https://")


def placeholders(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_catalogue_has_the_same_keys_and_the_same_places_to_fill(language: str) -> None:
    english, other = catalogue("en"), catalogue(language)

    assert english.keys() == other.keys()
    assert [] == [key for key in english if placeholders(english[key]) != placeholders(other[key])]
    assert [] == [key for key, words in other.items() if not words.strip() or "<" in words]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_bare_words(path: Path) -> None:
    bare = regex.sub(
        r"\{% block wide %\}\w+|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", path.read_text("utf-8"), flags=regex.S
    )
    bare = regex.sub(r"<(code|kbd)\b.*?</\1>", " ", bare, flags=regex.S)
    text = regex.sub(r"<[^>]*>", " ", bare)
    spoken = [EXAMPLES.sub("", value) for _, value in SPOKEN.findall(bare)]

    assert set() == set(regex.findall(r"\p{L}{2,}", f"{text} {' '.join(spoken)}")) - NAMES - {"nbsp"}


@pytest.mark.parametrize("path", [*TEMPLATES, *sorted(WEB.glob("*.py"))], ids=lambda path: path.name)
def test_every_word_that_is_asked_for_is_in_the_catalogue(path: Path) -> None:
    asked = regex.findall(
        r'\bw\(\s*"([a-z_]+\.[a-z_0-9]+)"(?: if [^,)]+ else "([a-z_.0-9]+)")?', path.read_text("utf-8")
    )
    known = catalogue("en")

    assert [] == [key for pair in asked for key in pair if key and key not in known and f"{key}.other" not in known]


def test_every_term_of_the_codebook_has_its_word() -> None:
    terms = [f"kind.{one}" for one in Kind] + [f"stage.{one}" for one in Stage] + [f"status.{s}" for s in StatusName]
    terms += [f"domain.{one}" for one in domains()] + [f"form.{form}" for kind in Kind for form in forms(kind)]

    assert [] == [term for term in terms if term not in catalogue("en")]


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with Ledger.in_memory() as ledger:
        action = said("India and Italy agreed to a pact.", "instrument", "agreed", "IND ITA", "pact", due="2027-12-31")
        file(ledger, report("2026-03-05", action))
        yield TestClient(app_for(ledger), base_url="http://localhost")


def test_the_language_is_that_of_the_address_then_of_the_cookie_then_of_the_browser(client: TestClient) -> None:
    def language(path: str = "/entries", header: str = "") -> str:
        return client.get(path, headers={"accept-language": header}).headers["content-language"]

    assert "en" == language()
    assert "hi" == language(header="fr, hi-IN;q=0.9, en;q=0.8")
    assert "hi" == language("/entries?lang=hi")
    assert "hi" == language(header="en")  # by the cookie
    assert "en" == language("/entries?lang=en")
    assert "en" == language("/entries?lang=xx")


@pytest.mark.parametrize(("header", "language"), [("", "en"), ("*", "en"), ("hi;q=zz", "en"), ("hi;q=0.2,en", "en")])
def test_a_header_that_is_not_understood_chooses_nothing(header: str, language: str) -> None:
    assert language == accepted(header)


def test_a_page_in_hindi_names_parties_months_and_stages_in_hindi(client: TestClient) -> None:
    page = client.get("/entries?lang=hi").text
    client.cookies.clear()

    assert '<html lang="hi">' in page
    for words in ("भारत · इटली", "31 दिस॰ 2027", "सहमत", "1 प्रविष्टि"):
        assert words in page
    assert "pact" in page  # what a report says stays as it is

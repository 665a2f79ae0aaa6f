"""The words of a page: the same keys in every language, and every one that the script asks for."""

import re

import pytest

from symattn.errors import InputError
from symattn.page.interactive import HOME, SCRIPTS
from symattn.page.lines import ROLES
from symattn.page.score_functions import FUNCTIONS
from symattn.page.wording import CHINESE, ENGLISH, words_of
from symattn.publishing.web_page import asset


def keys(words, before=()):
    for key, value in words.items():
        yield from keys(value, (*before, key)) if isinstance(value, dict) else [(*before, key)]


def at(words, path):
    for key in path:
        words = words[key]
    return words


def test_both_languages_have_the_same_words():
    assert set(keys(ENGLISH)) == set(keys(CHINESE))


def test_both_languages_leave_the_same_gaps():
    for path in keys(ENGLISH):
        gaps = [set(re.findall(r"\{(\w+)\}", at(words, path))) for words in (ENGLISH, CHINESE)]
        assert gaps[0] == gaps[1], path


def test_the_script_asks_for_words_that_there_are():
    text = "".join(asset(HOME, f"{name}.js") for name in SCRIPTS)
    asked = set(re.findall(r"\bwords\.(\w+)", text))
    asked |= set(re.findall(r"\bwords\.(\w+)", asset(HOME, "workbench.html.jinja")))
    assert asked == set(ENGLISH)


def test_every_role_and_score_function_is_explained():
    assert set(ENGLISH["roles"]) == set(ENGLISH["does"]) == set(ROLES)
    assert set(ENGLISH["options"]["score"]) == set(FUNCTIONS)


def test_an_unknown_language_is_refused():
    with pytest.raises(InputError, match="there is no language 'fr'"):
        words_of("fr")

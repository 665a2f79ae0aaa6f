"""``symattn check``: whether a learner's answer is right, and if not, which usual mistake gives it."""

from __future__ import annotations

import json

import click

from symattn.commands.options import LANGUAGE, OUTPUT, chosen_format, deliver, format_option, with_options
from symattn.exercises import check_answer, identified

KNOWN = ("text", "json")


@click.command("check", context_settings={"ignore_unknown_options": True})
@with_options(
    click.argument("name", metavar="EXERCISE"),
    click.argument("answer", metavar="ANSWER"),
    LANGUAGE,
    format_option(*KNOWN),
    OUTPUT,
)
def command(name: str, answer: str, language: str, format_name: str | None, path: str | None) -> int:
    """Check the ANSWER to an EXERCISE of a sheet, which is named as on the sheet, such as softmax-7-3.

    An answer is compared exactly; decimals are right if they are correctly rounded to the places given, three at
    least. Of a wrong answer it is said which usual mistake gives it. The exit status is 0 if it is right, 1 if not.

    \b
    symattn check softmax-7-3 '1/(1 + 2*exp(2)) exp(2)/(1 + 2*exp(2)) exp(2)/(1 + 2*exp(2))'
    symattn check scores-7-1 '1 2 3; 4 5 6; 7 8 9'
    """
    format_name, _ = chosen_format(format_name, path, False, KNOWN)
    outcome = check_answer(identified(name), answer, language)
    if format_name == "json":
        shown = {
            "exercise": outcome.exercise,
            "right": outcome.right,
            "verdict": outcome.verdict,
            "mistakes": list(outcome.mistakes),
            "sentences": list(outcome.sentences),
        }
        deliver(json.dumps(shown, ensure_ascii=False, indent=2), path)
    else:
        deliver(str(outcome), path)
    return outcome.exit_status

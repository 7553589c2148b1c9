"""The command line: parse, call one function, print."""

from __future__ import annotations

import click

import stance
from stance.cli.corpus import corpus
from stance.cli.feeds import score, watch
from stance.cli.learning import behaviour, evaluate, train
from stance.cli.scoring import predict


@click.group()
@click.version_option(stance.__version__, prog_name="stance")
def main() -> None:
    """How news talks about China as a peacemaker, sentence by sentence."""


for command in (predict, score, watch, train, evaluate, behaviour, corpus):
    main.add_command(command)

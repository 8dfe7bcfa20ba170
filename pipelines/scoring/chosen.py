"""What people say about models: promote, go back, let go. Recorded with who, when and why; no training decides here.

The word of a person holds: the next run scores with the version that was chosen, and later trainings do not replace it
unless it can no longer answer what is asked. `unpin` gives the choice back to the trainings.
"""

import getpass
import os
from dataclasses import dataclass
from datetime import datetime

import duckdb

from pipelines.errors import GrowthError
from pipelines.home import Home
from pipelines.registered import check_model, find_version
from pipelines.registry import champion_version, load_version, promote, record
from pipelines.releases import (
    LONGEST_REASON,
    PROMOTED,
    ROLLED_BACK,
    UNPINNED,
    Release,
    champion_to_return_to,
    holding,
    moment_text,
    read_releases,
)
from pipelines.scoring.asked import model_spec, question
from pipelines.scoring.kept import as_of_moment
from pipelines.scoring.release import why_not
from pipelines.warehouse import columns_of


@dataclass(frozen=True)
class Word:
    """Why a person decides, and when (naive UTC)."""

    reason: str
    at: datetime


def promote_by_hand(connection: duckdb.DuckDBPyConnection, home: Home, model: str, version: str, word: Word) -> Release:
    """Make a version the champion until a person says otherwise. Raises GrowthError when it must not score."""
    found = find_version(home, model, version)
    if not found.is_usable:
        raise GrowthError(f"{version} showed no usable signal in its test: points rank better than it would.")
    return choose(connection, home, by_hand(home, model, PROMOTED, version, word))


def roll_back(connection: duckdb.DuckDBPyConnection, home: Home, model: str, word: Word) -> Release:
    """Go back to the champion before the present one, which then holds. Raises GrowthError when there is none."""
    champion = known_champion(home, model)
    version = champion_to_return_to(read_releases(home, model), model, champion)
    return choose(connection, home, by_hand(home, model, ROLLED_BACK, version, word))


def unpin(home: Home, model: str, word: Word) -> Release:
    """Let the trainings decide again. Raises GrowthError when no person holds the champion."""
    champion = known_champion(home, model)
    if holding(read_releases(home, model), champion) is None:
        raise GrowthError(f"Nobody holds the champion of {model}; trainings decide already.")
    return record(home, by_hand(home, model, UNPINNED, champion, word))


def choose(connection: duckdb.DuckDBPyConnection, home: Home, release: Release) -> Release:
    """Record the choice, then move the alias: killed in between, the champion is as it was."""
    model, version = release.model, str(release.model_version)
    load_version(home, model, version)  # a damaged one is refused before anything is written
    cannot = why_not(home, model, version, question_of_today(connection, model), as_of_moment(connection))
    if cannot:
        raise GrowthError(f"{version} must not score: {cannot}; `growth run --train` fits one that may.")
    numbered = record(home, release)
    promote(home, model, version)
    return numbered


def by_hand(home: Home, model: str, deed: str, version: str | None, word: Word) -> Release:
    """The record of a person's word. Raises GrowthError when it gives no reason, or a novel."""
    told = " ".join(word.reason.split())
    if not told:
        raise GrowthError("Say why with --reason; whoever reads the list of models wants to know.")
    if len(told) > LONGEST_REASON:
        raise GrowthError(f"The reason has {len(told):,} characters; say it in {LONGEST_REASON}.")
    return Release(
        model=model,
        number=None,
        model_version=version,
        champion_before=champion_version(home, model),
        champion=version,
        decision=deed,
        sentence=told,
        decided_by=user_name(),
        decided_at=moment_text(word.at),
    )


def known_champion(home: Home, model: str) -> str | None:
    """The champion of a model that there is."""
    check_model(home, model)
    return champion_version(home, model)


def question_of_today(connection: duckdb.DuckDBPyConnection, model: str) -> str:
    """What the last run asked of a model. Raises GrowthError before the first one that came so far."""
    if not columns_of(connection, f"features.{model}"):
        raise GrowthError(f"No run has come to the features of {model} yet; run `growth run` first.")
    return question(connection, model_spec(connection, model))


def user_name() -> str:
    """Who asks, by the name that the operating system knows."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in a container
        return f"user {os.getuid()}"

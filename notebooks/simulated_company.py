"""A simulated company beside the facts of the field, for people who ask whether it is hard enough to be believed.

    growth demo --world saas --out X --truth T
    GROWTH_EXTRACTS=X GROWTH_TRUTH=T .venv/bin/marimo run notebooks/simulated_company.py

`GROWTH_EXTRACTS` names the export (default `growth_home/extracts`), `GROWTH_TRUTH` its truth (without it, what only the
simulation knows is left out), `GROWTH_OTHERS` further exports to compare with, parted like a search path.
What does not belong here: how a fact is measured and drawn (pipelines/demo/facts/). This file tells.
"""

import marimo

app = marimo.App(width="medium", app_title="The simulated company")

with app.setup:
    import os
    from collections.abc import Sequence
    from pathlib import Path

    import marimo as mo
    import polars as pl

    from pipelines.demo.facts import Fact, answers, facts_of, pictures, reach, read_written, selling
    from pipelines.demo.facts.pictures import ACCENT, SECOND, THREE, Picture, bars, colored, drawn, shares


@app.function
def figure(title: str, sentence: str, picture: Picture, height: int = 220, verdict: str | None = None) -> mo.Html:
    """A picture with its title, what it says and, of a fact of the field, its verdict."""
    color = pictures.VERDICTS.get(verdict or "", "")
    chip = f' <small style="color:{color};white-space:nowrap;font-weight:600">● {verdict}</small>' if verdict else ""
    return mo.vstack([mo.md(f"### {title}{chip}\n\n{sentence}"), drawn(picture, height)], gap=0.75)


@app.function
def told(fact: Fact, picture: Picture, height: int = 220) -> mo.Html:
    """A fact of the field with its picture."""
    return figure(fact.name[0].upper() + fact.name[1:], fact.sentence, picture, height, fact.verdict)


@app.function
def grid(items: Sequence[mo.Html]) -> mo.Html:
    """Two columns where the page is wide enough for them, one on a phone."""
    cells = "".join(f'<div style="min-width:0">{item.text}</div>' for item in items)
    columns = "repeat(auto-fit, minmax(min(100%, 400px), 1fr))"
    return mo.Html(f'<div style="display:grid;grid-template-columns:{columns};gap:2.5rem 2rem">{cells}</div>')


@app.cell
def _() -> tuple[object, ...]:
    folder = Path(os.environ.get("GROWTH_EXTRACTS", "growth_home/extracts"))
    truth = os.environ.get("GROWTH_TRUTH")
    mo.stop(
        not folder.is_dir(), mo.md(f"There is no export in `{folder}` yet: `growth demo --help` says how to write it.")
    )
    company = read_written(folder, Path(truth) if truth else None)
    facts = {fact.name: fact for fact in facts_of(company)}
    return company, facts


@app.cell
def _(company, facts) -> None:  # type: ignore[no-untyped-def]
    sizes = company.rows("""
        select (select count(*) from account) as accounts, (select count(*) from lead) as leads,
            (select count(*) from opportunity) as opportunities, (select count(*) from page_view) as page_views,
            (select count(*) from mail_event) as mail_events""").row(0, named=True)
    last_day = company.rows("select until_at::date from seen").item()
    held = {word: [name for name, fact in facts.items() if fact.verdict == word] for word in pictures.VERDICTS}
    found = f"**{len(held['in range'])} of {len(facts)} facts of the field lie in the known range.**"
    found += f" **Out of it: {', '.join(held['out of range'])}.**" if held["out of range"] else ""
    found += f" Too few rows to say: {', '.join(held['too few to say'])}." if held["too few to say"] else ""
    mo.vstack(
        [
            mo.md(
                f"# The simulated company `{company.name}`\n\n"
                + ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in sizes.items())
                + f', up to {last_day:%d %B %Y}. What is above "What only the simulation knows" is read from the'
                f" export as any company's could be.\n\n{found} A shaded band is what is known from the field; a line"
                " through a point is its 95 % interval."
            ),
            drawn(pictures.overview([*facts.values()]), 32 * len(facts)),
        ]
    )


@app.cell
def _(company, facts) -> None:  # type: ignore[no-untyped-def]
    contacts = selling.contacts_per_account(company)
    grid(
        [
            told(facts["page views, Zipf-like by page"], pictures.pages(reach.page_ranks(company))),
            told(facts["opens that only machines made"], pictures.open_times(reach.open_times(company))),
            told(facts["accounts never contacted"], bars(contacts, "contacts", "accounts"), 160),
            figure(
                "What opens and clicks are worth",
                "As mail programs report them, and without those that come too soon after the delivery to be a"
                " person's: mailboxes load pictures within minutes, filters follow every link within seconds.",
                pictures.mail_rates(reach.mail_rates(company)),
                160,
            ),
        ]
    )


@app.cell
def _(company, facts) -> None:  # type: ignore[no-untyped-def]
    def of_source(name: str) -> Picture:
        rows = selling.by_source(company).filter(pl.col("fact") == name).sort("share")
        return shares(rows, "source", fact_of[name].known)

    fact_of = {
        "nobody worked": facts["leads that nobody worked"],
        "became an opportunity": facts["lead to opportunity"],
    }
    won, signed = facts["win rate of new business"], facts["renewals"]
    stays = selling.stage_days(company)
    grid(
        [
            *(told(fact, of_source(name)) for name, fact in fact_of.items()),
            told(facts["an hour against a day"], shares(selling.by_delay(company), "delay")),
            told(facts["days in stage, long-tailed"], pictures.stage_days(stays)),
            told(won, shares(selling.wins(company), "quarter", won.known)),
            told(signed, shares(selling.renewals(company), "quarter", signed.known)),
        ]
    )


@app.cell
def _(company) -> None:  # type: ignore[no-untyped-def]
    name = "July, August, December"
    calm = pl.col("month").dt.month().is_in([7, 8, 12])
    months = selling.arrivals(company).with_columns(
        season=pl.when(calm).then(pl.lit(name)).otherwise(pl.lit("other months"))
    )
    quiet, usual = (months.filter(calm == is_calm)["leads"].mean() or 0 for is_calm in (True, False))
    first, last = (months["leads"].head(12).mean() or 0, months["leads"].tail(12).mean() or 0)
    over_time = [
        figure(
            "Seasons and growth",
            f"July, August and December bring {quiet:,.0f} leads a month, the others {usual:,.0f}. The first twelve"
            f" months brought {first:,.0f} each, the last twelve {last:,.0f}; the line is the mean of a year.",
            pictures.arrivals(months, name),
        )
    ]
    moved = answers.drifted(company) if company.has_truth else pl.DataFrame()
    if len(moved):
        over_time.append(
            figure(
                "A drift half-way",
                "The mean true chance of accounts to be won within the horizon, from the truth. What was so of some"
                " industries changes, as markets do: a model of the years before is wrong from then on.",
                pictures.drift(moved),
            )
        )
    grid(over_time)


@app.cell
def _(company) -> None:  # type: ignore[no-untyped-def]
    mo.stop(not company.has_truth, mo.md("*`GROWTH_TRUTH` names the folder of what only the simulation knows.*"))

    def kept_word(unit: str) -> mo.Html:
        rows, fact = answers.chances(company, unit), answers.told_apart(company, unit)
        classes = {
            "everything known": answers.reliability(rows, "p_true"),
            "what the export shows": answers.reliability(rows, "p_visible"),
        }
        more = f" With the hidden terms: {answers.auc(rows, 'p_true')[0]:.2f}. {rows['happened'].sum():,} came true."
        return figure(f"Chances: {unit}", fact.sentence + more, pictures.reliability(classes), 260, fact.verdict)

    mo.vstack(
        [
            mo.md(
                "## What only the simulation knows\n\nChances at the first days of quarters whose horizon is over."
                " A point on the dashed line keeps its word: of those with a chance of 10 %, one in ten came true."
            ),
            grid(
                [
                    *(kept_word(unit) for unit in answers.OUTCOMES),
                    figure(
                        "Experiments",
                        "Diamonds are what a treatment really adds, dots what comparing its two sides says. Where"
                        " chance decided who is treated, they agree within the noise; where the promising were chosen,"
                        " the dots mislead.",
                        pictures.experiments(answers.experiments(company)),
                        260,
                    ),
                ]
            ),
        ],
        gap=1.5,
    )


@app.cell
def _(company) -> None:  # type: ignore[no-untyped-def]
    mo.stop(not company.has_truth)
    filled = answers.leaks(company)
    copies, refused, views = answers.copies(company), answers.refusals(company), answers.who_views(company)
    silent = refused.filter(pl.col("told") != "the record says so")["records"].sum()
    columns = filled.select("object", "column").n_unique()
    who_says = colored("told", ["the record says so", "only another trace does"], [ACCENT, SECOND])
    grid(
        [
            figure(
                "Columns that tell the outcome",
                "How often a planted column is filled: of records with the good outcome (green), with the other one"
                " (orange), still open (grey). Far apart is a leak; the 'subtle' ones leak by their value instead.",
                pictures.leaks(filled),
                20 * columns + 30,
            ),
            figure(
                "Duplicates",
                f"{copies['records'].sum():,} records stand beside an earlier one of the same company or person.",
                bars(copies, "kind", "records", colored("object", ["Account", "Contact", "Lead"], THREE)),
            ),
            figure(
                "Refusals",
                f"{refused['records'].sum():,} times a record is of a person who must not be written to or called;"
                f" {silent:,} times it does not say so itself.",
                bars(refused, "reason", "records", who_says),
                130,
            ),
            figure(
                "Whose page views these are",
                "Robots, some of which call themselves browsers, and filters that follow links stand among people.",
                bars(views, "who", "views"),
                130,
            ),
        ]
    )


@app.cell
def _(company, facts) -> None:  # type: ignore[no-untyped-def]
    others = [Path(name) for name in os.environ.get("GROWTH_OTHERS", "").split(os.pathsep) if name]
    mo.stop(not others)
    compared = {company.name: [*facts.values()]} | {other.name: facts_of(read_written(other)) for other in others}
    side_by_side = pl.DataFrame(
        {"fact": [*facts], "known": [f"{f.words(f.known[0])} to {f.words(f.known[1])}" for f in facts.values()]}
        | {name: [f"{fact.words(fact.value)}, {fact.verdict}" for fact in found] for name, found in compared.items()}
    )
    table = mo.ui.table(
        side_by_side, selection=None, pagination=False, show_download=False, show_column_summaries=False
    )
    mo.vstack([mo.md("## Side by side"), table])


if __name__ == "__main__":
    app.run()

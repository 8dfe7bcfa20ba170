"""Worlds that differ from the shipped ones in every way make companies too; senseless ones end in a clear sentence."""

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, get_args, get_origin

import polars as pl
import pytest
import yaml

from pipelines.contracts import load_contracts
from pipelines.demo import firms, write, write_company
from pipelines.demo.truth import account_chance, clocks, worth
from pipelines.demo.world import SHIPPED, World, parsed, read_world
from pipelines.demo.world.part import Part
from pipelines.errors import GrowthError
from pipelines.home import PROJECT_ROOT
from pipelines.intake import load_extracts
from pipelines.warehouse import connect_scratch
from tests.demo.conftest import UNTIL, Export

ACCOUNTS = 60
WORLDS = {
    "one of each": """
extends: saas
firms:
  industries: {Everything: {share: 0.3, effect: 1.0, size: 0.0}}
  countries: {Atlantis: {share: 0.2, effect: 0.0}}
  technologies: {}
people:
  seniorities: {Boss: {share: 1, effect: 0}}
  functions: {All: {share: 1, effect: 0}}
leads:
  sources: {Door: {share: 0.5, effect: 0, worked: 0.6, delay_hours: 5, form: ''}}
experiments: []
deals:
  stages:
    Talk: {probability: 50, forecast: Pipeline, advance: -0.5, weight: 1, days: 20, days_log_sd: 1}
    Won: {probability: 100, forecast: Closed}
    Lost: {probability: 0, forecast: Omitted}
sales: {representatives: 2, inactive: 2}
customers: {products: {It: {price: 900, family: Things, base: 0}}}
deal_records: {loss_reasons: {Why: {share: 1, renewal_share: 0}}, competitors: {They: {share: 1}}}
news: {kinds: {}}
custom_columns: []
exports:
  missing: []
  leaks: []
  repeated: {}
  older: {}
  broken: []
  currencies: {others: {}}
""",
    "named by others": """
extends: industrial
name: Ünïcode, "Ltd"
firms:
  industries:
    金融服务: {share: 0.5, effect: 0.5, size: 0}
    制造业: {share: 0.2, effect: -0.5, size: 1}
    'Größe & "Söhne", {x}': {share: 0.3, effect: 0, size: -1}
  countries:
    中国: {share: 0.6, effect: 0.1}
    'Freedonia, "Rep."': {share: 0.4, effect: -0.1}
  technologies: {'Téch, "1"': {share: 0.5, effect: 1}}
  drift: {industries: {制造业: 1}, conversion: 0}
people:
  seniorities: {总经理: {share: 0.5, effect: 0.2}, '{boss} %s': {share: 0.5, effect: 0}}
  functions: {采购: {share: 0.5, effect: 0.2}, "O'Neil": {share: 0.5, effect: 0}}
leads:
  sources:
    网站: {share: 0.7, effect: 0.4, worked: 0.9, delay_hours: 3, form: demo_request}
    'Messe, "Köln"': {share: 0.3, effect: 0, worked: 0.5, delay_hours: 90, form: ''}
experiments:
  - {name: 'Versuch, "ü"', kind: randomised, from_day: 400, to_day: 4000, share: 1, treated: 0.5, effect: 1, by: source,
     effect_by: {网站: 0.5}}
deals:
  stages:
    发现: {probability: 20, forecast: Pipeline, advance: 1, weight: 0.5, days: 20, days_log_sd: 0.5}
    'Angebot, "neu"': {probability: 60, forecast: BestCase, advance: 0.5, weight: 0.5, days: 30, days_log_sd: 0.5}
    Gewonnen: {probability: 100, forecast: Closed}
    Verlorén: {probability: 0, forecast: Omitted}
customers: {products: {'Gerät, "groß"': {price: 9000, family: 支持, base: 1}, Zubehör: {price: 90, family: é, base: 0}}}
exports:
  currencies:
    corporate: CNY
    others:
      XAU: {rate: 0.0005, log_sd: 0.1, countries: [中国]}
      IRR: {rate: 42000, log_sd: 0, countries: ['Freedonia, "Rep."']}
""",
    "nothing known": """
extends: saas
firms: {missing_industry: 1, missing_employees: 1, missing_revenue: 1, missing_website: 1}
overlay: {coverage: 0}
people: {missing_email: 1, missing_title: 1, missing_phone: 1, one_record_only: 1}
deals: {missing_amount: 1}
""",
    "everything works out": """
extends: tiny_startup
history: {days: 365, drift_day: 0, migration_day: 0}
overlay: {coverage: 1, small_firm_penalty: 0, technology_recall: 1, second_source_share: 1}
people: {free_mail: 1}
leads: {rate: 20, recycled: 1, disqualified: 1, returns: 1, existing_contact: 1, repeat_person: 1, opportunity_share: 1}
deals: {stalled: 0, pushed: 1, amount_log: 12}
web: {second_cookie: 1}
sales: {representatives: 400, capacity: 0.01}
""",
    "nobody comes": """
extends: saas
history: {days: 2192, drift_day: 6000}
firms: {outsider_share: 0}
leads: {episodes: 0}
people: {contacts_mean: 0}
deals: {outbound: 0}
web: {anonymous_cookies: 0, robots: 0, customer_views: 0}
""",
    "extremes": """
extends: saas
firms: {hidden_sd: 5}
people: {intent_sd: 5}
leads: {fit_effect: 20, intent_effect: -20, select_intent: 20, delay_effect: -20, delay_log_sd: 5, days_log_sd: 5}
deals: {fit_effect: 20, intent_effect: 20, skill_sd: 5}
web: {intent_effect: 0.1}
""",
}
SENSELESS = {
    "no such key": ("leads:\n  foo: 3", r":3: .*'leads\.foo': no world has such a key"),
    "a share of 25": ("leads: {recycled: 25}", r":2: .*'leads\.recycled'.*less than or equal to 1, found 25"),
    "a key twice": ("name: x\nname: y", r":3: the key 'name' stands there twice"),
    "not a number": ("firms: {hidden_sd: .nan}", r":2: .*finite number"),
    "no categories": ("leads: {sources: {}}", r":2: .*'leads\.sources': every share is 0"),
    "a blank name": ("people: {functions: {' ': {share: 1, effect: 0}}}", r":2: .*'people\.functions"),
    "no industry": ("firms: {drift: {industries: {Bakeries: 1}, conversion: 0}}", r":2: .*'Bakeries' is no industry"),
    "no country": (
        "exports: {currencies: {others: {EUR: {rate: 1, log_sd: 0, countries: [Mars]}}}}",
        r":2: .*'Mars' is no country",
    ),
    "an end before the start": (
        "experiments:\n  - {name: a, kind: chosen, from_day: 9, to_day: 9, share: 1, treated: 1, effect: 0}",
        r":3: .*'experiments\.0': from_day 9 must lie before to_day 9",
    ),
    "a late migration": ("history: {migration_day: 1270}", r":2: .*'history': the migration on day 1270"),
    "lost before won": (
        "deals:\n  stages:\n"
        "    Talk: {probability: 10, forecast: Pipeline}\n"
        "    Lost: {probability: 0, forecast: Omitted}\n"
        "    Won: {probability: 100, forecast: Closed}",
        r":2: .*'deals': the last two of the stages",
    ),
    "a range upside down": (
        "web: {form_seconds: [9, 1]}",
        r":2: .*'web\.form_seconds': a range begins with its low",
    ),
    "a column twice": (
        "exports:\n  leaks:\n"
        "    - {object: Lead, name: A__c, kind: subtle, before: 0, after: 1, after_days: 1, shift: 0}\n"
        "    - {object: Lead, name: A__c, kind: subtle, before: 0, after: 1, after_days: 1, shift: 0}",
        r":5: .*'exports\.leaks\.1\.name': Lead has a column A__c already",
    ),
    "no world to extend": ("extends: nowhere", r"twice"),
    "not YAML": ("a: [", r"not YAML"),
}


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of the truth from fewer draws: whether they are exact is test_truth.py's question."""
    monkeypatch.setattr(clocks, "DRAWS", 1000)
    monkeypatch.setattr(worth, "DRAWS", 300)
    monkeypatch.setattr(worth, "SAMPLE", 100)
    monkeypatch.setattr(account_chance, "AGES", account_chance.AGES[::3])


def written(folder: Path, text: str, accounts: int = ACCOUNTS, until: date = UNTIL, seed: int = 3) -> Export:
    file = folder / "world.yaml"
    file.write_text(text, encoding="utf-8")
    report = write_company(folder / "out", accounts, seed, until, world=file, truth=folder / "truth")
    return Export(report)


def assert_sound(truth: Path) -> None:
    """Chances lie between 0 and 1, and no number is missing but where it says that there is none."""
    for file in sorted(truth.glob("*.parquet")):
        table = pl.read_parquet(file)
        for name, kind in table.schema.items():
            if kind.is_float() and file.stem != "effects":
                assert table[name].drop_nulls().is_finite().all(), (file.stem, name)
            if name.startswith("p_"):
                assert table[name].drop_nulls().is_between(-1e-9, 1 + 1e-9).all(), (file.stem, name)


@pytest.mark.parametrize("name", WORLDS)
def test_a_strange_world_makes_a_company_and_its_truth(tmp_path: Path, name: str) -> None:
    until = date(2028, 2, 29) if name == "everything works out" else UNTIL
    made = written(tmp_path, WORLDS[name], until=until)
    assert made.report.rows > ACCOUNTS
    assert_sound(tmp_path / "truth")


@pytest.mark.parametrize("name", ["everything works out", "nobody comes"])
def test_a_strange_world_is_simulated_in_cells_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for module in (write, firms):
        monkeypatch.setattr(module, "CELL_ACCOUNTS", 25)
    written(tmp_path, WORLDS[name])
    assert_sound(tmp_path / "truth")


@pytest.mark.capability("E1")
@pytest.mark.parametrize("name", ["named by others"])
def test_every_row_of_a_strange_world_passes_its_contract_but_the_planted_ones(tmp_path: Path, name: str) -> None:
    made = written(tmp_path, WORLDS[name], accounts=100)
    contracts = [one for one in load_contracts(PROJECT_ROOT / "data_contracts") if one.source != "published"]
    connection = connect_scratch(threads=1)
    load_extracts(connection, made.report.folder, contracts, "load")
    refused = set(connection.execute("select file, line from intake.quarantine.rows").fetchall())
    assert refused == {(row.file, row.line) for row in made.report.planted}


@pytest.mark.parametrize("name", SENSELESS)
def test_a_senseless_world_is_refused_in_one_sentence(tmp_path: Path, name: str) -> None:
    text, sentence = SENSELESS[name]
    file = tmp_path / "world.yaml"
    file.write_text("extends: saas\n" + text + "\n", encoding="utf-8")
    with pytest.raises(GrowthError, match=sentence) as refused:
        read_world(file)
    assert "\n" not in str(refused.value)
    assert str(file) in str(refused.value)


def test_a_world_of_too_much_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    with pytest.raises(GrowthError, match=r"leads\.episodes .* can be simulated"):
        written(tmp_path, "extends: saas\nleads: {inbound_fit: 20}\n")


@pytest.mark.parametrize("until", [date(1971, 6, 30), date(9999, 12, 31)])
def test_a_history_outside_of_the_calendar_is_refused(tmp_path: Path, until: date) -> None:
    with pytest.raises(GrowthError, match="must lie after 1970 and before 2100"):
        written(tmp_path, "extends: saas", until=until)
    assert not (tmp_path / "out").exists()


Leaf = tuple[tuple[Any, ...], Any, list[Any]]


def leaves(kind: Any, rules: list[Any], value: Any, place: tuple[Any, ...]) -> Iterator[Leaf]:
    """Every number of a world: its place, its type and the rules for it."""
    if isinstance(kind, type) and issubclass(kind, Part):
        for name, field in kind.model_fields.items():
            if name in value:
                yield from leaves(field.annotation, field.metadata, value[name], (*place, name))
    elif hasattr(kind, "__metadata__"):
        yield from leaves(get_args(kind)[0], [*kind.__metadata__, *rules], value, place)
    elif get_origin(kind) is dict:
        for name, inner in value.items():
            yield from leaves(get_args(kind)[1], [], inner, (*place, name))
    elif kind in (float, int):
        yield place, kind, [rule for one in rules for rule in getattr(one, "metadata", None) or [one]]


def mutated(rng: random.Random) -> str:
    """A shipped world with a fifth of its numbers changed, each within its bounds and tenfold at most."""
    content = parsed(SHIPPED / "saas.yaml").content
    for place, kind, rules in list(leaves(World, [], content, ())):
        limits = {name: getattr(rule, name) for rule in rules for name in ("ge", "le") if hasattr(rule, name)}
        open_end = any(hasattr(rule, "lt") for rule in rules)
        if rng.random() > 0.2 or open_end or place[0] in ("accounts", "history", "exports") or "stages" in place:
            continue
        inner = content
        for part in place[:-1]:
            inner = inner[part]
        if limits == {"ge": 0, "le": 1}:
            inner[place[-1]] = rng.choice([0.0, 1.0, rng.random()])
        elif kind is float:
            value = inner[place[-1]] * 10 ** rng.uniform(-1, 0.4)
            inner[place[-1]] = min(max(value, limits.get("ge", value)), limits.get("le", value))
    return str(yaml.safe_dump(content, allow_unicode=True, sort_keys=False))


@pytest.mark.parametrize("seed", range(6))
def test_a_world_with_other_numbers_makes_a_company_and_its_truth(tmp_path: Path, seed: int) -> None:
    made = written(tmp_path, mutated(random.Random(seed)), accounts=40, seed=seed)
    assert made.report.rows > 40
    assert_sound(tmp_path / "truth")

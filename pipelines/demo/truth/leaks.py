"""Which columns of the export tell an outcome that was not known when it had to be predicted."""

import polars as pl

from pipelines.demo.company import Company

EVIDENCE = {
    "obvious": "a date that stands there once the outcome has happened",
    "subtle": "a number that sales raises once the outcome has happened",
    "null_pattern": "seldom filled before the outcome and mostly after it; the value means nothing",
}
ALWAYS = (
    ("Account", "Last_Purchase_Date__c", "obvious", "the day of the last won opportunity"),
    ("Account", "Type", "obvious", "says customer once an opportunity was won"),
    ("Account", "LastActivityDate", "sales_work", "moves with the work of sales up to and after the outcome"),
    ("Lead", "Rating", "sales_work", "given only to leads that sales works, and only these convert"),
    ("Lead", "IsUnreadByOwner", "sales_work", "cleared when sales works a lead, and only these convert"),
    ("Lead", "LastActivityDate", "sales_work", "moves with the work of sales up to and after the outcome"),
    ("Lead", "Disqualification_Reason__c", "obvious", "filled when sales gives a lead up"),
    ("Opportunity", "Loss_Reason__c", "obvious", "filled when an opportunity is lost"),
    ("Opportunity", "ContractId", "obvious", "the contract that came of a won opportunity"),
    ("Opportunity", "Main_Competitor__c", "null_pattern", "seldom named early, mostly once a deal was lost to it"),
    ("Task", "Description", "subtle", "a few notes get a line on the outcome once the deal is closed"),
)
"""Columns that every world's export has. What only the work of sales fills (`sales_work`) tells of leads that were
worked, and only these convert.
"""


def leaks(company: Company) -> pl.DataFrame:
    """Rows (object, column, kind, evidence), told once for all cells."""
    declared = [(leak.object, leak.name, leak.kind, EVIDENCE[leak.kind]) for leak in company.world.exports.leaks]
    rows = [*ALWAYS, *declared] if company.cell == 0 else []
    return pl.DataFrame(rows, schema=dict.fromkeys(("object", "column", "kind", "evidence"), pl.String), orient="row")

"""The account of a load: the ledger, the balance, what looks cut short, how fresh and full the tables are."""

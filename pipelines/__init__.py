"""The way of the data: extracts in, published tables out; the only room that knows Dagster and the command line."""

"""The report that goes out by mail: one HTML file, no script, nothing fetched. What belongs here: reading what is
published, putting it into words and pictures. What does not: scores, counts or rules of their own; a number that is
not in a published or meta table is not in the report."""

from pipelines.publish.report.page import ReportContext, write_report

__all__ = ["ReportContext", "write_report"]

"""What the tables held in the past: versions of each column, since when they are known, `raw` as of a moment."""

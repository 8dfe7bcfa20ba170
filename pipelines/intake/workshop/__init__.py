"""Quarantine as a workshop: what was refused and why, mended by people, judged anew, loaded in its place."""

"""What can go wrong with frames and artefacts. Sentences for people; no handling, no printing."""


class ModelError(Exception):
    """A frame that does not fit the model: names the column, what was found, what was expected, what to do."""


class ArtefactError(ModelError):
    """A saved model that must not be used: damaged, changed after saving, or not one of ours."""

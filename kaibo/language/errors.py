"""What can go wrong with words and rules."""

from kaibo.kit.errors import BadConfiguration, KaiboError


class TablesMissing(BadConfiguration):
    """The character tables were not built and the packages they are made from are not here."""

    code = "language_tables_missing"


class BadPack(KaiboError):
    """A rule pack that cannot be used: which file, which rule, which field."""

    code = "bad_pack"
    status = 422


class PackNotFound(KaiboError):
    code = "pack_not_found"
    status = 404


class BadWordList(KaiboError):
    """A word list in a format that no importer reads."""

    code = "bad_word_list"
    status = 422


class BadModel(KaiboError):
    """A model of opinions that cannot be read or learned."""

    code = "bad_model"
    status = 422


class BadLexicon(KaiboError):
    """A compiled lexicon that cannot be read."""

    code = "bad_lexicon"
    status = 422

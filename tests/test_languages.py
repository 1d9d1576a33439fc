"""Which language a text is in."""

import pytest

from pipeline.languages import LANGUAGES, identify

SENTENCES = [
    ("de", "Der Stadtrat hat gestern den neuen Haushalt beschlossen."),
    ("en", "The city council approved the new budget yesterday."),
    ("es", "El ayuntamiento aprobó ayer el nuevo presupuesto de la ciudad."),
    ("fr", "Le conseil municipal a adopté hier le nouveau budget de la ville."),
    ("ga", "Cheadaigh comhairle na cathrach an buiséad nua inné."),
    ("it", "Il consiglio comunale ha approvato ieri il nuovo bilancio della città."),
    ("lt", "Miesto taryba vakar patvirtino naują biudžetą."),
    ("lv", "Pilsētas dome vakar apstiprināja jauno budžetu."),
    ("nl", "De gemeenteraad heeft gisteren de nieuwe begroting goedgekeurd."),
    ("pl", "Rada miasta uchwaliła wczoraj nowy budżet."),
    ("pt", "A câmara municipal aprovou ontem o novo orçamento da cidade."),
    ("ro", "Consiliul local a aprobat ieri noul buget al orașului."),
]


@pytest.mark.parametrize(("language", "text"), SENTENCES)
def test_sentences(language: str, text: str) -> None:
    """A sentence is known with certainty, in capitals as well."""
    assert identify(text).language == language
    assert identify(text).probability > 0.9
    assert identify(text.upper()).language == language


def test_every_language_is_proved() -> None:
    """The table above holds every language of the network."""
    assert {language for language, _ in SENTENCES} == LANGUAGES


@pytest.mark.parametrize("text", ["", "123", "🎉"])
def test_nothing_to_go_by(text: str) -> None:
    """Without letters there is a guess, but nobody would rely on it."""
    assert identify(text).probability < 0.2

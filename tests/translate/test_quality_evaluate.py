"""The groups of `evaluate`: by length, and by what engines mangle; shown as a plot that stands alone."""

from pathlib import Path

import pytest
from lxml import etree

from pipeline.errors import UsageError
from pipeline.evaluate import in_the_references_marks
from pipeline.evaluate_plot import buckets, needs_repair, write_plot

SOURCES = ["The tram is late.", "Write to info@city.example.", "word " * 12 + "end."]
REFERENCES = ["O elétrico está atrasado.", "Escreva para info@city.example.", "palavra " * 12 + "fim."]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("The tram is late.", False),
        ("It costs 1,234 euros.", True),
        ("“Yes,” she said.", True),
        ("The mayor of Łódź", True),
        ("COUNCIL APPROVES BUDGET", True),
        ("NATO", False),
    ],
)
def test_lines_that_need_repair(source: str, expected: bool) -> None:
    """Signs and letters that local models lack, numbers with signs, headlines in capitals."""
    assert needs_repair(source) is expected


def test_each_line_is_in_one_group_of_either_kind() -> None:
    """The groups by length hold all lines, as do the two by repair; each way has its own score."""
    found = {
        each.name: each
        for each in buckets(SOURCES, REFERENCES, {"bare": REFERENCES, "pipeline": ["x", *REFERENCES[1:]]})
    }

    assert {name: each.lines for name, each in found.items()} == {
        "1–9 words": 2,
        "10–19 words": 1,
        "others": 2,
        "need repair": 1,
    }
    assert found["1–9 words"].chrf["bare"] == 100.0
    assert found["1–9 words"].chrf["pipeline"] < 100.0


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ('He said, "It is "good" here."', 'She: "It is "so" – O\'Neill\'s, the \'90s."'),
        ("He said, \"It is 'good' here.\"", "She: \"It is 'so' - O'Neill's, the '90s.\""),
        ("He said, “It is good here.”", "She: “It is ‘so’ – O’Neill’s, the ’90s.”"),
    ],
)
def test_outputs_are_compared_in_the_references_marks(reference: str, expected: str) -> None:
    """Rightly set quotation marks, also inner ones, are no fault; an apostrophe is none of them."""
    found = in_the_references_marks(["She: “It is ‘so’ – O’Neill’s, the ’90s.”"], [reference])

    assert found == [expected.replace("–", "-") if '"' in reference else expected]


def test_the_plot_is_an_svg_without_scripts(tmp_path: Path) -> None:
    """It can be opened anywhere; nothing in it runs or is fetched."""
    file = tmp_path / "plot.svg"
    write_plot(file, "chrF2", buckets(SOURCES, REFERENCES, {"bare": REFERENCES, "pipeline": REFERENCES}))
    root = etree.parse(str(file)).getroot()
    scripts = list(root.iter("{http://www.w3.org/2000/svg}script"))

    assert root.tag.endswith("svg")
    assert scripts == []
    assert "need repair (1)" in "".join(map(str, root.itertext()))


def test_a_plot_that_cannot_be_written_is_a_mistake_with_its_name(tmp_path: Path) -> None:
    """The file is named."""
    found = buckets(SOURCES, REFERENCES, {"bare": REFERENCES})
    with pytest.raises(UsageError, match="cannot be written"):
        write_plot(tmp_path / "none" / "plot.svg", "chrF2", found)

"""The picture of the demo's last screen holds its lines, as text."""

from xml.etree import ElementTree as ET

from demo.screen import draw


def test_each_line_is_a_text_in_its_place() -> None:
    lines = ["$ npx cdk destroy --all", "  <done> & gone", "", "x" * 100]
    drawn = list(ET.fromstring(draw(lines)).iter("{http://www.w3.org/2000/svg}text"))
    assert [text.text or "" for text in drawn] == [*lines[:3], "x" * 80]
    heights = [float(text.attrib["y"]) for text in drawn]
    assert heights == sorted(set(heights))

"""The picture of a dashboard shows what its JSON says."""

import json
from typing import Any
from xml.etree import ElementTree as ET

from review import baselines
from review.dashboard import dashboard_bodies, draw

SVG = "{http://www.w3.org/2000/svg}"


def template(*widgets: dict[str, Any]) -> dict[str, Any]:
    before, after = json.dumps({"widgets": widgets}).split("REGION")
    body = {"Fn::Join": ["", [before, {"Ref": "AWS::Region"}, after]]}
    dashboard = {
        "Type": "AWS::CloudWatch::Dashboard",
        "Properties": {"DashboardBody": body},
    }
    return {"Resources": {"Overview": dashboard, "Other": {"Type": "AWS::SNS::Topic"}}}


def graph(**more: Any) -> dict[str, Any]:
    metrics = [
        ["AWS/SageMaker", "Invocations", "EndpointName", "e", {"label": "Requests"}],
        ["AWS/SageMaker", "Hidden", {"id": "m", "visible": False}],
        ["AWS/SageMaker", "Errors"],
    ]
    properties = {"title": "A <b> & C", "region": "REGION", "metrics": metrics, **more}
    place = {"x": 12, "y": 3, "width": 6, "height": 5}
    return {"type": "metric", **place, "properties": properties}


def picture(*widgets: dict[str, Any]) -> ET.Element:
    ((_, body),) = dashboard_bodies({"stack": template(*widgets)})
    return ET.fromstring(draw("Dashboard", body))


def texts(svg: ET.Element) -> list[str]:
    return ["".join(text.itertext()) for text in svg.iter(f"{SVG}text")]


def test_a_graph_has_its_title_its_visible_series_and_its_alarm_line() -> None:
    limits = {"horizontal": [{"value": 7, "label": "alarm"}]}
    svg = picture(graph(annotations=limits))
    assert {"A <b> & C", "Requests", "Errors", "alarm 7"} <= set(texts(svg))
    assert not any("Hidden" in text for text in texts(svg))
    assert len(list(svg.iter(f"{SVG}polyline"))) == 2


def test_widgets_stand_where_the_grid_of_24_columns_puts_them() -> None:
    svg = picture(graph())
    width = float(svg.attrib["viewBox"].split()[2])
    frame = next(rect for rect in svg.iter(f"{SVG}rect") if rect.get("rx"))
    assert abs(float(frame.attrib["x"]) - width / 2) < 10
    assert abs(float(frame.attrib["width"]) - width / 4) < 10


def test_no_line_leaves_its_plot() -> None:
    svg = picture(graph())
    top, height = (
        next(
            float(rect.attrib[name])
            for rect in svg.iter(f"{SVG}rect")
            if rect.get("rx")
        )
        for name in ("y", "height")
    )
    for line in svg.iter(f"{SVG}polyline"):
        heights = [
            float(point.split(",")[1]) for point in line.attrib["points"].split()
        ]
        assert top < min(heights) <= max(heights) < top + height


def test_each_environment_with_a_dashboard_has_its_picture() -> None:
    for environment in ("dev", "staging", "prod"):
        ((_, body),) = dashboard_bodies(baselines.stored(environment))
        shown = texts(ET.fromstring(draw(environment, body)))
        titles = [w["properties"].get("title") for w in body["widgets"]]
        assert len([title for title in titles if title]) > 5
        for title in filter(None, titles):
            assert any(text.rstrip("…") in title for text in shown if len(text) > 5)

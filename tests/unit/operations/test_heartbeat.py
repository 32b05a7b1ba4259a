"""Nothing is silent for more than three seconds, by a clock that a test turns."""

import io
import sys
import time

import pytest

import fraud
from operations import heartbeat as module
from operations.heartbeat import QUIET_SECONDS, SPARSE_SECONDS, Heartbeat, signs_of_life


class Stream(io.StringIO):
    def __init__(self, *, is_terminal: bool = False) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def watched(*, is_terminal: bool = False) -> tuple[Heartbeat, Stream, Clock]:
    stream, clock = Stream(is_terminal=is_terminal), Clock()
    return Heartbeat(stream, "fraud score", clock), stream, clock


def run(beat: Heartbeat, clock: Clock, seconds: float) -> None:
    """Let time pass in ticks of half a second."""
    until = clock.now + seconds
    while clock.now < until:
        clock.now += 0.5
        beat.beat()


def test_what_speaks_often_gets_no_sign() -> None:
    beat, stream, clock = watched()
    for _ in range(20):
        run(beat, clock, QUIET_SECONDS - 0.5)
        beat.write(stream, "a line\n")
    assert stream.getvalue() == "a line\n" * 20


def test_a_file_gets_a_line_after_each_three_seconds_of_silence() -> None:
    beat, stream, clock = watched()
    run(beat, clock, 10)
    assert stream.getvalue().splitlines() == [
        "  fraud score is still working (3 s)",
        "  fraud score is still working (6 s)",
        "  fraud score is still working (9 s)",
    ]


def test_after_a_minute_of_silence_a_file_gets_fewer() -> None:
    beat, stream, clock = watched()
    run(beat, clock, 60 + 4 * SPARSE_SECONDS)
    assert len(stream.getvalue().splitlines()) == 20 + 4


def test_the_count_goes_on_from_the_commands_beginning_whatever_is_written() -> None:
    beat, stream, clock = watched()
    run(beat, clock, 100)
    beat.write(stream, "news\n")
    run(beat, clock, 3)
    assert stream.getvalue().endswith("news\n  fraud score is still working (103 s)\n")


def test_on_a_terminal_output_takes_the_place_of_the_sign() -> None:
    beat, stream, clock = watched(is_terminal=True)
    run(beat, clock, 4)
    beat.write(stream, "done\n")
    signs = "".join(
        f"\r\033[K  fraud score is still working ({seconds} s)" for seconds in (3, 4)
    )
    assert stream.getvalue() == f"{signs}\r\033[Kdone\n"


def test_a_question_is_left_alone() -> None:
    beat, stream, clock = watched(is_terminal=True)
    beat.write(stream, "Type the environment's name: ")
    run(beat, clock, 60)
    assert stream.getvalue() == "Type the environment's name: "


def test_standard_output_stays_the_commands_own(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(module, "_TICK_SECONDS", 0.001)
    with signs_of_life("fraud launch"):
        print("npx cdk deploy")
        until = time.monotonic() + 10
        while "fraud launch is still working" not in capsys.readouterr().err:
            assert time.monotonic() < until
        print("--parameters")
    print("after", file=sys.stderr)
    out, err = capsys.readouterr()
    assert out == "--parameters\n"
    assert err.endswith("after\n")


@pytest.mark.parametrize(
    "name", [c.name for group in fraud.GROUPS.values() for c in group if not c.runs_on]
)
def test_every_sub_command_is_watched(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = []

    def main(_: list[str]) -> int:
        seen.append(type(sys.stdout).__name__)
        return 0

    command = {c.name: c for group in fraud.GROUPS.values() for c in group}[name]
    monkeypatch.setattr(f"{command.module}.main", main)
    monkeypatch.setattr(
        fraud, "GROUPS", {"": (command._replace(options=""),)}, raising=True
    )
    assert fraud.main([name]) == 0
    assert seen == ["_Watched"]
    assert type(sys.stdout).__name__ != "_Watched"

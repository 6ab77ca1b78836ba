"""Completion in the shells themselves: what Tab brings, and that it brings no harm."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from digitize.files import fixity
from digitize.model import Stage
from support.offices import ledger_of
from support.program import digitize, environment
from support.terminal import Terminal, any_in_terminal

CODES = ("HS-01", "HS-02", "Hồ sơ số 3", "HS-9'x")
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture
def shelf(office: Path) -> Path:
    """A workspace with some dossiers, of which nothing but their codes matters."""
    with ledger_of(office) as ledger, ledger.transaction():
        for code in CODES:
            ledger.add_dossier(code, f"/scans/{code}")
    return office


def asked(*words: str, by: str = "bash", cwd: Path | None = None) -> list[str]:
    """What the program answers to the script of a shell."""
    told = digitize(*words, cwd=cwd, _DIGITIZE_WORDS=by)
    assert (told.code, told.err) == (0, "")
    return [line.partition("\t")[0] for line in told.out.splitlines() if line]


def pressed(screen: Terminal, keys: str, awaited: str) -> None:
    screen.press(keys)
    screen.wait_for(awaited)


def test_tab_in_bash_completes_commands_options_stages_and_codes(shelf: Path) -> None:
    with any_in_terminal(["bash", "--norc", "-i"], cwd=shelf, columns=120, PATH=PATH, PS1="@ ") as screen:
        pressed(
            screen,
            "eval \"$(digitize --show-completion bash)\"; bind 'set bell-style none'; echo re''ady\n",
            "ready",
        )
        pressed(screen, "digitize sta\t", "digitize status ")
        pressed(screen, "\x15digitize run --until=pac\t", "--until=packaged ")
        pressed(screen, "\x15digitize forms show birth_c\t", "birth_certificate ")
        pressed(screen, "\x15digitize show HS-\t\t", "HS-01")
        pressed(screen, "\x15digitize show Hồ\t", "Hồ\\ sơ\\ số\\ 3 ")
        pressed(screen, f"\x15cd /; digitize show -w {shelf} HS-01\t", "HS-01 ")
        pressed(screen, "\x15digitize export HS-01 --format x\t", "xlsx ")
        screen.press("\x15exit\n")
        screen.end()


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_tab_in_other_shells(shell: str, shelf: Path, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here")
    begin, load = {
        "zsh": (
            ["zsh", "-f", "-i"],
            "autoload -Uz compinit; compinit -D; source <(digitize --show-completion zsh)",
        ),
        "fish": (["fish", "--no-config", "-i"], "digitize --show-completion fish | source"),
    }[shell]
    home = {"HOME": str(tmp_path), "PATH": PATH, "LC_ALL": "C.UTF-8"}
    with any_in_terminal(begin, cwd=shelf, columns=120, **home) as screen:
        pressed(screen, f"{load}; echo re''ady\n", "ready\n")
        pressed(screen, "digitize sta\t", "status ")
        pressed(screen, "\x15digitize show HS-02\t", "HS-02 ")


def test_what_a_shell_asks_is_answered_in_the_language_of_the_call(shelf: Path) -> None:
    assert asked("show", "HS-0", cwd=shelf) == ["HS-01", "HS-02"]
    assert asked("show", "-w", str(shelf), "Hồ\\ sơ") == ["Hồ sơ số 3"]
    assert asked("show", "-w", str(shelf), "'Hồ sơ") == ["Hồ sơ số 3"]
    assert asked("export", "HS-01", "HS-0", cwd=shelf) == ["HS-02"], "given once already"
    assert asked("run", "--urgent", "HS-9", by="fish", cwd=shelf) == ["HS-9'x"]
    assert asked("retry", "HS-02", cwd=shelf) == ["HS-02"]
    on_the_way = [stage.value for stage in Stage if stage.position <= Stage.PACKAGED.position]
    assert asked("run", "--until", "") == on_the_way
    told = (
        digitize("st", _DIGITIZE_WORDS="zsh").out,
        digitize("--lang", "en", "st", _DIGITIZE_WORDS="zsh").out,
    )
    assert told == ("status\tHồ sơ nào đang ở bước nào.\n", "status\tWhat stands where.\n")
    long = digitize("run", "--unt", _DIGITIZE_WORDS="zsh").out
    assert long.startswith("--until\t"), "what it means stays in its line"
    assert long.count("\n") == 1


def test_nothing_is_said_or_touched_where_there_is_nothing_to_complete(shelf: Path, tmp_path: Path) -> None:
    before = fixity(shelf / "ledger.db"), sorted(path.name for path in shelf.iterdir())
    asked("show", "", cwd=shelf)
    assert (fixity(shelf / "ledger.db"), sorted(path.name for path in shelf.iterdir())) == before
    assert asked("show", "", cwd=tmp_path.parent) == []
    assert asked("show", "-w", "/nowhere", "") == []
    (shelf / "ledger.db").write_bytes(b"no ledger")
    assert asked("show", "", cwd=shelf) == []


def test_a_script_is_shown_or_put_where_the_shell_looks(tmp_path: Path) -> None:
    for shell, place in (
        ("bash", "bash-completion/completions/digitize"),
        ("zsh", "zsh/site-functions/_digitize"),
        ("fish", "fish/vendor_completions.d/digitize.fish"),
    ):
        shown = digitize("--show-completion", shell)
        assert (shown.code, shown.err) == (0, "")
        put = digitize("--install-completion", shell, XDG_DATA_HOME=str(tmp_path))
        assert put.code == 0
        assert str(tmp_path / place) in put.err
        assert (tmp_path / place).read_text("utf-8") == shown.out
    (tmp_path / "file").touch()
    refused = digitize("--install-completion", "bash", XDG_DATA_HOME=str(tmp_path / "file"))
    assert refused.code == 3
    script = str(tmp_path / "bash-completion/completions/digitize")
    subprocess.run(["bash", "-n", script], env=environment(), check=True)

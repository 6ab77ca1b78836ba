"""Help, wrong usage, and how little is loaded for them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.calls import together
from support.program import Outcome, digitize, environment

COMMANDS = (
    "init",
    "run",
    "status",
    "show",
    "review",
    "pages",
    "approve",
    "sign",
    "urgent",
    "reopen",
    "withdraw",
    "renew",
    "retention",
    "find",
    "export",
    "tidy",
    "report",
    "import",
    "separator",
    "differences",
    "papers",
    "verify",
    "audit",
    "quarantine",
    "retry",
    "ocr",
    "read",
    "doctor",
    "worker",
)
HEAVY = {
    "PIL",
    "asn1crypto",
    "cryptography",
    "cv2",
    "dask",
    "distributed",
    "fontTools",
    "lxml",
    "numpy",
    "pikepdf",
    "pyhanko",
    "pypdfium2",
    "pytesseract",
    "rapidfuzz",
    "tesserocr",
}
ENGLISH = re.compile(
    r"<|\bFILE\b|\bDIR\b|"
    r"Usage|Options|Arguments|Commands|required|default|\[OPTIONS\]|COMMAND|ARGS|Show this|Example"
)


def loaded(*arguments: str | Path) -> set[str]:
    """Top-level modules that a call imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "digitize", *map(str, arguments)],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("sign", "--help")])
def test_help_loads_none_of_the_heavy_libraries(arguments: tuple[str, ...]) -> None:
    modules = loaded(*arguments)
    assert "digitize" in modules
    assert modules & HEAVY == set()


def test_status_loads_none_of_the_heavy_libraries(office: Path) -> None:
    modules = loaded("status", "-w", office)
    assert "sqlite3" in modules
    assert modules & HEAVY == set()


@pytest.fixture(scope="module")
def pages() -> list[Outcome]:
    """Help of every command, in Vietnamese and English by turns."""
    calls = [
        call for name in COMMANDS for call in ((name, "--help", "--lang", "vi"), ("--lang=en", name, "-h"))
    ]
    return together(*calls)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_is_whole_in_both_languages(command: str, pages: list[Outcome]) -> None:
    place = 2 * COMMANDS.index(command)
    vietnamese, english = pages[place : place + 2]
    for page in (vietnamese, english):
        assert page.code == 0
        assert page.err == ""
        assert "\x1b" not in page.out
        assert f"digitize {command}" in page.out
        for option in ("--lang", "--quiet", "--verbose", "--help"):
            assert option in page.out
    assert re.search(rf"Ví dụ: digitize {command} \S", vietnamese.out)
    assert re.search(rf"Example: digitize {command} \S", english.out)
    assert "Cách dùng:" in vietnamese.out
    assert "─ Tùy chọn ─" in vietnamese.out
    assert ENGLISH.findall(vietnamese.out) == []
    assert re.search(r"[À-ỹ]", english.out.replace("UBND phường Sao Mai", "")) is None


def test_help_of_the_program_names_every_command_and_where_to_begin() -> None:
    vietnamese = digitize("--help")
    english = digitize("--help", "--lang", "en")
    for page in (vietnamese, english):
        assert page.code == 0
        assert [name for name in COMMANDS if re.search(rf"│ {name} ", page.out) is None] == []
        assert "digitize init --demo" in page.out
    assert "─ Lệnh ─" in vietnamese.out
    assert ENGLISH.findall(vietnamese.out) == []
    assert "─ Commands ─" in english.out


def test_the_program_alone_shows_its_help_and_ends_with_wrong_usage() -> None:
    alone = digitize()
    assert alone.code == 2
    assert alone.out.strip() == digitize("--help").out.strip()
    assert alone.err.strip() == ""


WRONG: list[tuple[tuple[str, ...], str, str]] = [
    (("chay",), "Không có lệnh chay.", "There is no command chay."),
    (("run", "--nhanh"), "Không có tùy chọn --nhanh", "No such option: --nhanh"),
    (("--nhanh",), "Không có tùy chọn --nhanh", "No such option: --nhanh"),
    (("show",), "Thiếu 'MÃ_HỒ_SƠ'", "Missing: 'DOSSIER'"),
    (("run", "--jobs"), "Tùy chọn --jobs thiếu giá trị", "requires an argument"),
    (("status", "thua", "nua"), "Thừa: thua nua", "Too many arguments: thua nua"),
    (("run", "--until", "mai"), "'--until' phải là một trong: 'received'", "'--until' must be one of"),
    (("run", "--watch=yes"), "Tùy chọn --watch không nhận giá trị", "Option --watch takes no value"),
    (
        ("run", "--jobs", "0"),
        "không dùng được: phải là số nguyên từ 1",
        "greater than or equal to 1",
    ),
    (("run", "--jobs", "hai"), "phải là số nguyên từ 1 trở lên", "it must be a whole number"),
    (("sample", "x", "--wear", "9"), "số nguyên từ 0 đến 3", "a whole number from 0 to 3"),
    (("run", "--untill", "x"), "Có phải ý bạn là: --until", "Did you mean: --until"),
    (("run", "--until", "package"), "Có phải ý bạn là: packaged?", "Did you mean: packaged?"),
    (("statsu",), "Có phải ý bạn là: digitize status?", "Did you mean: digitize status?"),
    (("trust", "ad"), "Có phải ý bạn là: digitize trust add?", "Did you mean: digitize trust add?"),
    (("ocr", "--format", "doc", "a"), "phải là một trong: 'text', 'tsv'", "must be one of: 'text'"),
    (("sign", "--passphrase", "x"), "Không có tùy chọn --passphrase", "No such option: --passphrase"),
]


def test_wrong_usage_is_told_in_the_language_chosen() -> None:
    for language, error in (("vi", "Lỗi:"), ("en", "Error:")):
        calls = [("--lang", language, *arguments) for arguments, _, _ in WRONG]
        for called, (arguments, vietnamese, english) in zip(together(*calls), WRONG, strict=True):
            assert (called.code, called.out) == (2, ""), arguments
            assert called.err.startswith(f"{error} ")
            assert ("\nCách xử lý: " if language == "vi" else "\nWhat to do: ") in called.err
            assert (vietnamese if language == "vi" else english) in called.err


def test_an_unknown_command_comes_with_those_there_are_and_an_unknown_language_too() -> None:
    unknown = digitize("chay", "--lang", "vi")
    assert "Chọn một trong: " + ", ".join(COMMANDS) in unknown.err
    foreign = digitize("status", "--lang", "fr")
    assert foreign.code == 2
    assert "'vi', 'en'" in foreign.err


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, "Không có lệnh"),
        ({"LANG": "en_GB.UTF-8"}, "There is no command"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "vi_VN.UTF-8"}, "Không có lệnh"),
        ({"LANG": "fr_FR.UTF-8"}, "Không có lệnh"),
    ],
)
def test_the_language_of_the_environment_holds_where_nobody_chose(
    variables: dict[str, Any], words: str, tmp_path: Path
) -> None:
    assert words in digitize("chay", cwd=tmp_path, **variables).err


def test_the_language_of_the_settings_goes_before_that_of_the_environment(office: Path) -> None:
    settings = office / "digitize.toml"
    settings.write_text(settings.read_text("utf-8").replace('language = "vi"', "language = 'en'  # here"))
    inside = office / "scans"
    for arguments in (("-w", office), (f"--workspace={office}",), (f"-w{office}",)):
        assert "No dossiers yet." in digitize("status", *arguments).out
    assert "No dossiers yet." in digitize("status", cwd=inside).out
    assert "Chưa có hồ sơ nào." in digitize("status", "--lang", "vi", cwd=inside).out
    # A folder under audit does not choose the language either.
    audited = digitize("verify", inside, cwd=inside)
    assert audited.code == 2
    assert "Không có tệp PDF hay gói tin nào" in audited.err

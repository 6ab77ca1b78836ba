"""Write docs/verification-rules.md: every rule that packages are held to, from the program itself.

python scripts/rules_page.py > docs/verification-rules.md
"""

from __future__ import annotations

from digitize.archive.findings import rules
from digitize.messages import entries

_PARTS = {
    "files": "Files",
    "references": "References",
    "xml": "XML",
    "structure": "Structure",
    "header": "Headers",
    "preservation": "PREMIS",
    "description": "Descriptions (EAD.xml, EAD_doc_*.xml)",
    "signature": "Signatures",
    "bag": "Bags (BagIt, RFC 8493)",
    "general": "In general",
}

_HEAD = """# Rules of verification

What `digitize verify` holds a package to, whoever made it (Thông tư 05/2025/TT-BNV, E-ARK CSIP, METS,
PREMIS 3). All findings are collected; each names its rule, its file and how bad it is. **Errors** make a
package INVALID. **Warnings** do not change the verdict: the package can be relied on, but another system
may stumble over it. The name of a rule never changes its meaning.

XML is judged by the schemas that come with the program, never by those inside the package, which are only
compared with ours. Nothing that a package says is followed out of its folder or onto the network: links,
entities, XInclude and `schemaLocation` lead nowhere. Of one rule at most 100 findings are told, and the
number of the others; XML is read up to 64 MB a file and 256 MB a package. The signatures of METS and of
each PDF are judged besides (docs/signatures.md).

A bag (a folder with bagit.txt, such as `export --bag` makes) is an item of its own beside the packages and
PDFs in it. Errors make it INVALID; else it is as good as the worst thing in it, because nobody has signed it.
The rules on plain and unreadable files hold for bags, too.

This page is made from the program: `python scripts/rules_page.py > docs/verification-rules.md`.
"""


def page() -> str:
    """The text of the page."""
    texts = entries()
    lines = [_HEAD]
    for part, heading in _PARTS.items():
        lines += [
            f"## {heading}",
            "",
            "| rule | severity | what it asks for | told as |",
            "|---|---|---|---|",
        ]
        for name, rule in rules().items():
            if rule.part == part:
                told = texts[f"problem.{name}.what"]["vi"].replace("|", "\\|")
                lines.append(f"| `{name}` | {rule.severity.value} | {rule.meaning} | {told} |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    print(page(), end="")

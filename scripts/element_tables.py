"""Print the tables of the elements of the descriptive metadata, as docs/archive.md holds them."""

from __future__ import annotations

from collections.abc import Iterator

from digitize.archive.elements import Element, Order, PackageType, Part, code_list, order_of
from digitize.profiles.profile import PackageKind

_PARTS = {
    "The whole: `EAD.xml`": [(kind, Part.WHOLE) for kind in PackageKind],
    "A document: `EAD_doc_<docId>.xml`": [(PackageKind.DOSSIER, Part.DOCUMENT)],
}


def tables() -> str:
    """Both tables, in Markdown."""
    return "\n".join(line for title, parts in _PARTS.items() for line in _table(title, parts))


def _table(title: str, parts: list[tuple[PackageKind, Part]]) -> Iterator[str]:
    orders = {
        _name(package, kind, part): order_of(package, kind, part)
        for package in PackageType
        for kind, part in parts
    }
    elements = {name: element for order in orders.values() for name, element in order.elements.items()}
    yield f"### {title}\n"
    yield "| element | label | key | holds | " + " | ".join(orders) + " |"
    yield "|---|---|---|---|" + "---|" * len(orders)
    for name, element in elements.items():
        places = " | ".join(_place(order, name) for order in orders.values())
        yield f"| `{name}` | {element.label} | `{element.key}` | {_holds(element)} | {places} |"
    yield ""


def _name(package: PackageType, kind: PackageKind, part: Part) -> str:
    if part is Part.DOCUMENT:
        return package.upper()
    return f"{package.upper()} {'hồ sơ' if kind is PackageKind.DOSSIER else 'tài liệu'}"


def _place(order: Order, name: str) -> str:
    names = list(order.elements)
    return str(names.index(name) + 1) if name in names else "–"


def _holds(element: Element) -> str:
    told = [element.type.value]
    if element.list:
        codes = list(code_list(element.list).values())
        told = [f"{element.type.value} {codes[0]}–{codes[-1]} (`{element.list}`)"]
    if element.max:
        told.append(f"at most {element.max}")
    if element.required:
        told.append("never empty")
    if element.when:
        told.append(f"never empty where `{element.when[0]}` is {element.when[1]}")
    if element.rest:
        told.append(f"else {element.rest}")
    if element.own:
        told.append("the program's own")
    return ", ".join(told)


if __name__ == "__main__":
    print(tables())

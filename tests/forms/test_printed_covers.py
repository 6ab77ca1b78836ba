"""The covers that the program prints are read by its own form, with nothing in doubt."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pypdfium2

from digitize.forms.extract import read_documents
from digitize.forms.template_files import load_templates
from digitize.imaging.picture import Picture
from digitize.ocr.engine import OcrEngine
from digitize.pipeline.separators import print_separators
from digitize.times import now
from support.reading import view_of

LIST = (
    "Mã hồ sơ,Tiêu đề hồ sơ,Từ ngày,Đến ngày,Số tờ,Ngày tiếp nhận,Ngày hẹn trả,Phông,THBQ\n"
    "000.19.29.H99-230412-0001,Hồ sơ đăng ký khai sinh của Nguyễn Văn Mẫu,12/04/2023,15/04/2023,7,12/04/2023,"
    "13/04/2023,UBND phường Sao Mai thuộc tỉnh Mẫu,VV\n"
)


def test_a_printed_cover_is_read(tmp_path: Path, engine: OcrEngine) -> None:
    (tmp_path / "list.csv").write_text(LIST, "utf-8")
    print_separators(tmp_path / "sheets.pdf", now, source=tmp_path / "list.csv", covers=True)
    document = pypdfium2.PdfDocument(tmp_path / "sheets.pdf")
    try:
        assert len(document) == 2
        pixels = np.asarray(document[1].render(scale=200 / 72).to_pil().convert("L"))
    finally:
        document.close()
    view = view_of(Picture(pixels, 200.0, 8), engine)
    (cover,) = read_documents([view], [1], load_templates(), engine, threshold=0.7)
    assert (cover.form, cover.form_version) == ("dossier_cover", "printed")
    read = {key: reading.value for key, reading in cover.fields.items() if reading.value is not None}
    assert read == {
        "file_code": "000.19.29.H99-230412-0001",
        "title": "Hồ sơ đăng ký khai sinh của Nguyễn Văn Mẫu",
        "start_date": "2023-04-12",
        "end_date": "2023-04-15",
        "sheet_count": 7,
        "received_on": "2023-04-12",
        "due_on": "2023-04-13",
        "fonds_number": "UBND phường Sao Mai thuộc tỉnh Mẫu",
        "retention": "Vĩnh viễn",
    }
    assert [key for key, reading in cover.fields.items() if reading.needs_review] == []

"""Made-up dossiers of made-up people, drawn as scans that look like an office's paper.

Two families stand on the same ground (``sheet``, ``stationery``, ``pdf_file``):

- ``dossiers`` with ``birth_form``, ``letter``, ``form_writer``, ``people`` and ``wear`` draws the five
  mild ones that ``init --demo`` and the committed samples are; most of them are read without a doubt.
- ``office_dossiers`` with ``cases``, ``facts…``, ``paper``, ``form_drawer``, ``damage`` and ``scanner`` draws
  what ``digitize sample`` writes: every form of the field list, described as data, as worn as real ones.
"""

"""A form that an office has added of its own."""

OWN_FORM = """
id = "phieu_rieng"
title = { vi = "Phiếu riêng", en = "Own slip" }
titles = ["PHIẾU ĐĂNG KÝ NHÀ TÌNH NGHĨA"]
[[versions]]
id = "1"
source = "-"
[[items]]
label = ["Họ và tên người nộp phiếu"]
key = "name"
type = "name"
[[items]]
label = ["Dân tộc"]
key = "people"
type = "ethnicity"
[[items]]
label = ["Trình độ văn hóa phổ thông"]
key = "school"
[names]
name = { vi = "Họ tên", en = "Name" }
people = { vi = "Dân tộc", en = "People" }
school = { vi = "Học vấn", en = "Schooling" }
"""

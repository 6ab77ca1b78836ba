"""What is particular to Vietnamese text: folding, dates, numbers in words, personal numbers."""

"""Payments and conditions that look at the others' reports of several periods (Liu 2014, Remark 3.4)."""

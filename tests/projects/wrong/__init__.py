"""Sites set up wrongly, one mistake each; tests/test_subsets.py says what each is told."""

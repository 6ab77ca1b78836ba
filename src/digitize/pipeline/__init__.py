"""Stages, runner, ledger, quarantine: the only place that knows the order of things."""

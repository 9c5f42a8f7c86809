"""What a run's folder holds: its files, their columns, and what its record says."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.budget import design_tables

QUANTILES = ("p5", "p50", "p80", "p90", "p95", "p99")
FILES: Mapping[str, tuple[str, ...]] = {
    "summary.csv": (
        "measure",
        "clause",
        "year",
        "unit",
        "mean",
        "standard_error",
        *QUANTILES,
        "probability",
        "probability_low",
        "probability_high",
    ),
    "settings.csv": ("group", "path", "value", "unit", "source", "confidence", "zh", "en", "changed"),
    "draws.parquet": (),
    "years.parquet": (),
}
# tables a run may have beside these: what a report adds to the figures
ANALYSES: Mapping[str, tuple[str, ...]] = {
    "drivers.csv": ("result", "parameter_share", "standard_error", "letter", "drivers"),
    "conditions.csv": ("target", "probability", "probability_low", "probability_high", "assumption", "assumed", "needed",
                       "needed_low", "needed_high", "unit"),
    "affordability.csv": ("year", "revenue", "revenue_low", "revenue_high", "basis", "share", "share_error", "share_high",
                          "share_high_low", "share_high_high"),
    "concentration.csv": ("enterprises", "support", "recipients", "gini"),
    "risk.csv": ("year", "appropriation", "probability", "probability_low", "probability_high", "expected_overrun",
                 "expected_overrun_error", "overrun_if_any", "overrun_if_any_error", "worst_twentieth",
                 "worst_twentieth_error"),  # and reserves, for the chances that were asked for
    "ledger.csv": ("measure", "clause", "year", "unit", "mean", "standard_error", *QUANTILES),
    "commitments.csv": ("admitted", "year", "mean", "standard_error"),
    "exposure.csv": ("clause", "year", "mean", "standard_error", "p95", "p95_low", "p95_high", "highest"),
    "execution.csv": ("year", "appropriation", "paid", "rate", "planned", "planned_error", "mean", "standard_error",
                      *(f"{q}{end}" for q in QUANTILES for end in ("", "_low", "_high"))),
    "expected.csv": ("measure", "clause", "year", "mean", "standard_error", "expected", "expected_error"),
    "backtest.csv": ("year", "published", *(f"{q}{end}" for q in ("p10", "p50", "p90", "position") for end in ("", "_low", "_high")),
                     "width", "crps", "crps_error", "crps_naive"),
    "backtest_of_place.csv": ("zh", "en", "from", "year", "unit", "published", "published_low", "published_high", *(
        f"{q}{end}" for q in ("p10", "p50", "p90", "position") for end in ("", "_low", "_high"))),
    "loopholes.csv": ("way", "zh", "en", "articles", "stops_zh", "stops_en", "leaks_zh", "leaks_en", "gainers", "gain",
                      "everybody", "everybody_error", "share_low", "share_high", "price", "price_error", "price_p95", "price_p95_low",
                      "price_p95_high", "clause", "closed_price", "closed_error", "confidence", "invented"),
    "attribution.csv": ("clause", *(f"{v}{end}" for v in ("booked", "alone", "last_in", "shapley") for end in ("", "_error")), "draws"),
    "interaction.csv": ("cause", "mean", "standard_error"),
    "readings.csv": ("switch", "reading", "article", "switch_zh", "switch_en", "reading_zh", "reading_en", "default", "mean",
                     "standard_error", "share_changed", "share_changed_low", "share_changed_high", "draws", "rank_low", "rank_high"),
    "tornado.csv": ("result", "path", "low", "high", "at_low", "at_low_error", "at_high", "at_high_error", "swing", "swing_error",
                    "draws", "rank_low", "rank_high"),
    "indices.csv": ("result", "factor", "paths", "first_order", "first_order_low", "first_order_high", "total_order",
                    "total_order_low", "total_order_high", "draws", "rank_low", "rank_high"),
    "notches.csv": ("clause", "term", "fact", "edge", "threshold", "unit", "year", "in_band", "in_band_error", "below",
                    "below_error", "above", "above_error", "jump", "jump_error", "gain", "gain_error", "gain_total",
                    "gain_total_error", "short_of", "short_of_error", "jump_largest", "draws"),
    **{f"{name}.csv": columns for name, columns in design_tables.COLUMNS.items()},
    "notch_map.csv": ("clause", "term", "from", "to", "enterprises", "enterprises_error"),
}
RECORD_KEYS = (
    "run_id",
    "created",
    "scenario",
    "title",
    "seed",
    "draws",
    "population",
    "hashes",
    "versions",
    "years",
    "cash_years",
    "policy",
    "appropriation",
    "clauses",
    "targets",
    "warnings",
    "outputs",
)
CONTRIBUTIONS = "contributions.parquet"  # of runs on a register: who stands behind each figure

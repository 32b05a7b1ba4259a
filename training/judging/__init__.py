"""Judge a model: metrics, thresholds, backtest."""

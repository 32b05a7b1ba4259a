"""The benchmark's baseline: the server that people write, FastAPI with joblib."""

import os
from pathlib import Path
from typing import Any

import joblib
import pandas as pd
from fastapi import FastAPI, Response

MODEL_DIR = Path(os.environ["FRAUD_MODEL_DIR"])

app = FastAPI()
model = joblib.load(MODEL_DIR / "model.joblib")


@app.get("/ping")
def ping() -> Response:
    """Answer the health check."""
    return Response()


@app.post("/invocations")
def invocations(body: dict[str, float] | list[dict[str, float]]) -> Any:  # noqa: ANN401 - an object or a list
    """Score one transaction or a list."""
    rows = body if isinstance(body, list) else [body]
    probabilities = model.predict_proba(pd.DataFrame(rows).to_numpy())[:, 1]
    results = [{"fraud_probability": float(p)} for p in probabilities]
    return results if isinstance(body, list) else results[0]

"use strict";
(() => {
  const content = JSON.parse(document.getElementById("content").textContent);
  const { metrics, config, explorer } = content;
  const champion = metrics.model.name;
  const baseline = metrics.baseline.name;
  const compared = champion !== baseline;
  const byId = (id) => document.getElementById(id);
  const color = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  const share = (value) => `${(100 * value).toFixed(1)} %`;
  const count = (value) =>
    value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 1 : 0 });
  const decimals = (value) =>
    Math.abs(value) < 0.001 && value !== 0
      ? value.toExponential(2)
      : value.toLocaleString("en", {
          maximumFractionDigits: Math.abs(value) >= 100 ? 0 : 4,
        });
  const or = (value, format) =>
    value === null || value === undefined ? "–" : format(value);

  // Text never becomes markup: names come from the data's columns.
  const element = (tag, text, className) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const table = (id, head, rows) => {
    const target = byId(id);
    target.replaceChildren();
    const add = (cells, tag) => {
      const row = element("tr");
      cells.forEach((cell) => row.append(element(tag, cell)));
      target.append(row);
    };
    if (head) add(head, "th");
    rows.forEach((cells) => add(cells, "td"));
  };
  const tiles = (id, items) =>
    byId(id).replaceChildren(
      ...items.map(([name, value, key]) => {
        const tile = element("div", undefined, "tile");
        const number = element("b", value);
        if (key) number.dataset.figure = key;
        tile.append(number, element("span", name));
        return tile;
      }),
    );

  // Facts and figures.
  const { test, split, data } = metrics;
  const interval = (name) => {
    const found = test.intervals_95[name];
    return found ? `${decimals(found[0])} to ${decimals(found[1])}` : "";
  };
  byId("title").textContent = `Fraud model report: ${champion}`;
  byId("subtitle").textContent =
    `${split.protocol} split · judged on ${count(split.test_rows)} rows with ` +
    `${count(split.test_frauds)} frauds · learnt from ${count(split.train_rows)} rows` +
    ` · calibration: ${metrics.model.calibration}`;
  tiles("tiles", [
    ["average precision", test.average_precision.toFixed(4), "average_precision"],
    ["95 % interval", interval("average_precision")],
    ["ROC-AUC", test.roc_auc.toFixed(4), "roc_auc"],
    ["Brier score", decimals(test.brier), "brier"],
    ...(explorer.money ? [
      ["saved by the rule", count(test.savings), "savings"],
      ["an oracle would save", count(test.savings_oracle), "savings_oracle"],
    ] : []),
  ]);
  const names = Object.keys(test.intervals_95);
  table(
    "figures",
    ["Figure", champion, "95 % interval", ...(compared ? [baseline] : [])],
    names.map((name) => [
      name.replaceAll("_", " "),
      decimals(test[name]),
      interval(name),
      ...(compared ? [or(metrics.baseline.test[name], decimals)] : []),
    ]),
  );
  const prevalence = data.weighted_frauds / data.weighted_rows;
  byId("roc-note").textContent =
    `With ${(100 * prevalence).toFixed(2)} % fraud, a false positive rate of 1 % is ` +
    `${count((0.01 * (1 - prevalence)) / prevalence)} false alarms for each fraud: ` +
    "the axis is logarithmic.";
  byId("interval-note").textContent =
    `Intervals: ${test.bootstrap_replicates} bootstrap replicates of the test part. ` +
    (explorer.money
      ? `Money: a review costs ${content.review_cost}.`
      : "Without an amount in the data, no figure is about money.");
  table(
    "slices",
    ["By", "Slice", "Rows", "Frauds", "Average precision", "Precision", "Recall", "Saved"],
    test.slices.map((slice) => [
      slice.by,
      slice.name,
      count(slice.rows),
      count(slice.frauds),
      or(slice.average_precision, decimals),
      or(slice.precision, share),
      or(slice.recall, share),
      or(slice.savings, count),
    ]),
  );
  const tried = Object.entries(metrics.cross_validation);
  table(
    "models",
    ["Model", "Average precision out of fold", "± standard error"],
    tried.map(([name, scores]) => [
      name === champion ? `${name} (champion)` : name,
      scores.average_precision.toFixed(4),
      scores.standard_error.toFixed(4),
    ]),
  );
  byId("models-note").textContent = tried.length
    ? "On the training part, each row predicted by a model that had not seen it."
    : "Nothing was chosen in this run, so no out-of-fold predictions were made.";
  table("data", null, [
    ["Rows", count(data.rows)],
    ["Frauds", `${count(data.frauds)} (${share(data.weighted_frauds / data.weighted_rows)})`],
    ["Rows they stand for", count(data.weighted_rows)],
    ["Transactions a day", or(data.transactions_per_day, count)],
    ["Rows like an earlier one", count(data.rows_with_features_seen_before)],
    ["Test rows like a training row", count(split.test_rows_with_features_seen_in_training)],
    ["SHA-256", data.sha256],
  ]);
  byId("data").lastElementChild.lastElementChild.className = "hash";
  const windows = Object.entries(metrics.backtest);
  byId("backtest-section").hidden = windows.length === 0;
  table(
    "backtest",
    ["Model", "Days", "Rows", "Frauds", "Average precision", "ROC-AUC"],
    windows.flatMap(([name, judged]) =>
      judged.map((window) => [
        name,
        `${window.from_day.toFixed(2)} to ${window.to_day.toFixed(2)}`,
        count(window.test_rows),
        count(window.test_frauds),
        window.average_precision.toFixed(4),
        window.roc_auc.toFixed(4),
      ]),
    ),
  );

  // Charts.
  const charts = [];
  let marked = []; // datasets whose point follows the slider
  const axis = (title, more = {}) => ({
    title: { display: true, text: title, color: color("soft") },
    grid: { color: color("line") },
    ticks: { color: color("soft"), maxRotation: 0, autoSkipPadding: 12 },
    ...more,
  });
  const draw = (id, type, datasets, x, y, more = {}) => {
    const chart = new Chart(byId(id), {
      type,
      data: { datasets, labels: more.labels },
      options: {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        indexAxis: more.indexAxis || "x",
        scales: { x, y, ...(more.scales || {}) },
        plugins: {
          legend: {
            display: datasets.length > 1,
            labels: { color: color("ink"), boxWidth: 14 },
          },
        },
        interaction: { mode: "nearest", intersect: false },
      },
    });
    charts.push(chart);
    return chart;
  };
  const line = (label, points, shade, more = {}) => ({
    label,
    data: points.map(([x, y]) => ({ x, y })),
    borderColor: shade,
    backgroundColor: shade,
    borderWidth: 2,
    pointRadius: 0,
    showLine: true,
    ...more,
  });
  const marker = () => ({
    label: "threshold",
    data: [],
    borderColor: color("fraud"),
    backgroundColor: color("fraud"),
    pointRadius: 6,
    pointHoverRadius: 7,
    showLine: false,
  });
  const curves = (kind) =>
    Object.entries(content.curves).map(([name, curve]) =>
      line(name, curve[kind], color(name === champion ? "champion" : "baseline")),
    );

  const steps = explorer.steps;
  const legitimate = explorer.rows - explorer.frauds;
  const rate = (step) => (step.alerts - step.true_positives) / legitimate;
  const lowestRate = 0.5 / legitimate;

  const drawAll = () => {
    charts.splice(0).forEach((chart) => chart.destroy());
    const unit = (title) => axis(title, { min: 0, max: 1 });
    const pr = draw(
      "precision-recall", "scatter", [...curves("precision_recall"), marker()],
      unit("recall"), unit("precision"),
    );
    const rocCurves = curves("roc");
    rocCurves.forEach((curve) =>
      curve.data.forEach((point) => { point.x = Math.max(point.x, lowestRate); }));
    const roc = draw(
      "roc", "scatter", [...rocCurves, marker()],
      axis("false positive rate", { type: "logarithmic", max: 1 }),
      unit("recall (true positive rate)"),
    );
    const largest = Math.max(...content.calibration.map((bin) => bin.rows));
    draw(
      "calibration", "scatter",
      [
        line(champion, content.calibration.map((bin) => [bin.predicted, bin.actual]),
          color("champion"), {
            showLine: false,
            clip: false,
            pointRadius: content.calibration.map(
              (bin) => 4 + 8 * Math.log1p(bin.rows) / Math.log1p(largest)),
          }),
        line("perfect", [[0, 0], [1, 1]], color("soft"), { borderDash: [5, 5] }),
      ],
      unit("predicted probability"), unit("actual share of frauds"),
    );
    const bars = (label, values, shade) => ({
      label,
      data: values.map((value) => value || null),
      backgroundColor: shade,
      barPercentage: 1,
      categoryPercentage: 1,
      grouped: false,
    });
    draw(
      "scores", "bar",
      [
        bars("frauds", content.scores.frauds, color("fraud")),
        bars("legitimate", content.scores.legitimate, color("champion")),
      ],
      axis("log-odds of fraud"),
      axis("transactions", { type: "logarithmic" }),
      { labels: content.scores.log_odds.map((value) => value.toFixed(1)) },
    );
    const top = content.importance.slice(0, 15);
    draw(
      "importance", "bar",
      [{ label: "loss", data: top.map((item) => item.loss),
        backgroundColor: color("champion") }],
      axis("average precision lost"), axis("", { ticks: {
        color: color("soft"), autoSkip: false } }),
      { labels: top.map((item) => item.feature), indexAxis: "y" },
    );
    const along = (key) => steps.map((step, index) => [index, step[key]]);
    const explored = draw(
      "explorer-chart", "scatter",
      [
        line("precision", along("precision"), color("champion")),
        line("recall", along("recall"), color("baseline")),
        ...(explorer.money
          ? [line("saved", along("savings"), color("good"), { yAxisID: "money" })] : []),
        { ...marker(), ...(explorer.money ? { yAxisID: "money" } : {}) },
      ],
      axis("threshold, from strict to lax", {
        min: 0,
        max: steps.length - 1,
        ticks: {
          color: color("soft"), maxRotation: 0, autoSkipPadding: 24,
          callback: (index) =>
            Number.isInteger(index) && steps[index]
              ? steps[index].threshold.toPrecision(2) : "",
        },
      }),
      unit("precision, recall"),
      { scales: explorer.money ? { money: axis("saved", { position: "right", grid: { display: false },
        min: -Math.ceil(0.25 * Math.max(...steps.map((s) => s.savings), 1)) }) } : {} },
    );
    marked = [
      [pr, (step) => [step.recall, step.precision]],
      [roc, (step) => [Math.max(rate(step), lowestRate), step.recall]],
      [explored, (step, index) => [index, explorer.money ? step.savings : step.recall]],
    ];
  };

  // The explorer.
  const slider = byId("slider");
  slider.max = String(steps.length - 1);
  const show = (index) => {
    const step = steps[index];
    const chosen = index === explorer.start && config.decision_threshold !== null;
    const threshold = chosen ? config.decision_threshold : step.threshold;
    slider.value = String(index);
    byId("threshold").textContent = threshold.toPrecision(4);
    tiles("explorer-figures", [
      explorer.per_day
        ? ["alerts a day", count(step.alerts_per_day), "alerts_per_day"]
        : ["alerts", count(step.alerts), "alerts"],
      ["precision", share(step.precision), "explorer_precision"],
      ["recall", share(step.recall), "explorer_recall"],
      ["frauds caught", `${count(step.true_positives)} of ${count(explorer.frauds)}`],
      ...(explorer.money ? [["saved", count(step.savings), "explorer_savings"]] : []),
    ]);
    const falseAlarms = step.alerts - step.true_positives;
    table("confusion", ["", "left alone", "alert"], [
      ["legitimate", count(legitimate - falseAlarms), count(falseAlarms)],
      ["fraud", count(explorer.frauds - step.true_positives), count(step.true_positives)],
    ]);
    marked.forEach(([chart, place]) => {
      const [x, y] = place(step, index);
      chart.data.datasets.at(-1).data = [{ x, y }];
      chart.update();
    });
  };
  const rule = config.decision_rule;
  byId("explorer-note").textContent =
    rule.policy === "expected-value"
      ? `The chosen rule has no single threshold: it alerts when the probability times ` +
        `the amount exceeds ${rule.review_cost}, and saves ${count(test.savings)}. The ` +
        "slider starts at the threshold that would have saved most."
      : `The rule was chosen by the policy ${config.chosen_by.policy}.`;
  slider.addEventListener("input", () => show(Number(slider.value)));
  byId("reset").addEventListener("click", () => show(explorer.start));
  drawAll();
  show(explorer.start);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    drawAll();
    show(Number(slider.value));
  });
})();

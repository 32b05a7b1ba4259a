"use strict";
(() => {
  const content = JSON.parse(document.getElementById("content").textContent);
  const { metrics, config, explorer, words } = content;
  const champion = metrics.model.name;
  const baseline = metrics.baseline.name;
  const compared = champion !== baseline;
  const byId = (id) => document.getElementById(id);
  const color = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  // Values as their kind is read; the model card writes them alike.
  const trimmed = (value, digits) =>
    value.toLocaleString("en", { maximumFractionDigits: digits });
  const share = (value) => `${(100 * value).toFixed(1)} %`;
  const count = (value, like = value) => trimmed(value, Math.abs(like) < 10 ? 1 : 0);
  const decimals = (value) =>
    Math.abs(value) < 0.001 && value !== 0 ? value.toExponential(2) : value.toFixed(4);
  const kinds = { number: decimals, share, count, money: count };
  const or = (value, format) =>
    value === null || value === undefined ? "–" : format(value);
  const counted = (number, one, many = `${one}s`) =>
    `${count(number)} ${Math.round(number) === 1 ? one : many}`;
  const small = (value) => // a small share, with as many digits as it needs
    `${trimmed(100 * value, Math.max(0, 1 - Math.floor(Math.log10(100 * value))))} %`;
  // A name of a column is shown short, and never as a line end or a direction.
  const short = (name) => {
    const plain = name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\uFFFD");
    const characters = [...plain];
    return characters.length > 26 ? `${characters.slice(0, 25).join("")}…` : plain;
  };

  // Text never becomes markup: names come from the data's columns.
  const element = (tag, text, className) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  // A cell is a text, or a text with a smaller one below.
  const table = (id, head, rows) => {
    const target = byId(id);
    target.replaceChildren();
    const add = (cells, tag) => {
      const row = element("tr");
      cells.forEach((cell) => {
        const [text, below] = Array.isArray(cell) ? cell : [cell];
        const made = element(tag, text);
        if (below) made.append(element("small", below));
        row.append(made);
      });
      target.append(row);
    };
    if (head) add(head, "th");
    rows.forEach((cells) => add(cells, "td"));
  };
  const tiles = (id, items) =>
    byId(id).replaceChildren(
      ...items.map(([name, value, key, below]) => {
        const tile = element("div", undefined, "tile");
        const number = element("b", value);
        if (key) number.dataset.figure = key;
        tile.append(number, element("span", name));
        if (below) tile.append(element("small", below));
        return tile;
      }),
    );

  // Facts and figures.
  const { test, split, data } = metrics;
  const { run } = words;
  const between = (judged, name, format) => {
    const found = (judged.intervals_95 || {})[name];
    const [low, high] = (found || []).map((bound) => format(bound, judged[name]));
    return found ? `${low} to ${high}` : "";
  };
  const interval = (name, format) => {
    const found = between(test, name, format);
    return found && `95 %: ${found}`.replaceAll(" %", "\u00a0%");
  };
  byId("title").textContent = `Fraud model report: ${champion}`;
  byId("facts").append(
    ...[
      ["Job", run.job || "none: trained on a person's machine"],
      ...(run.environment ? [["Environment", run.environment]] : []),
      ["Data", `${run.data_file} · ${run.span}`],
      ["Rows", `${counted(data.rows, "row")}, ${counted(data.frauds, "fraud")}`],
      ["Judged on", `${counted(split.test_rows, "row")} with ` +
        `${counted(split.test_frauds, "fraud")}, ${split.protocol} split; learnt ` +
        `from ${counted(split.train_rows, "row")}`],
      ["Model", `${champion} · calibration: ${metrics.model.calibration}`],
      ["Rule", words.rule],
    ].flatMap(([name, value]) => [element("dt", name), element("dd", value)]),
  );
  byId("cautions").replaceChildren(
    ...words.cautions.map((caution) => element("p", caution, "caution")));
  tiles("tiles", [
    ["average precision", test.average_precision.toFixed(4), "average_precision",
      interval("average_precision", decimals)],
    ["ROC-AUC", test.roc_auc.toFixed(4), "roc_auc", interval("roc_auc", decimals)],
    ["precision of the rule", share(test.precision), "precision",
      interval("precision", share)],
    ["recall of the rule", share(test.recall), "recall", interval("recall", share)],
    ["Brier score", decimals(test.brier), "brier", interval("brier", decimals)],
    ...(explorer.money ? [
      ["saved by the rule", count(test.savings), "savings",
        interval("savings", count)],
      ["an oracle would save", count(test.savings_oracle), "savings_oracle",
        interval("savings_oracle", count)],
    ] : []),
  ]);
  const models = [[champion, test],
    ...(compared ? [[`${baseline} (baseline)`, metrics.baseline.test]] : [])];
  table(
    "figures",
    ["Figure", ...models.map(([name]) => name)],
    words.figures.filter(([name]) => name in test).map(([name, text, kind]) => [
      text,
      ...models.map(([, judged]) =>
        [or(judged[name], kinds[kind]), between(judged, name, kinds[kind])]),
    ]),
  );
  const prevalence = content.prevalence;
  byId("no-skill-note").textContent =
    `Dashed: no skill. Alerts drawn by lot are frauds in ${small(prevalence)} of cases.`;
  byId("roc-note").textContent =
    `With ${small(prevalence)} fraud, a false positive rate of 1 % is ` +
    `${counted((0.01 * (1 - prevalence)) / prevalence, "false alarm")} for each ` +
    "fraud: the axis is logarithmic.";
  byId("interval-note").textContent =
    "Below each figure: 95 % interval, from " +
    `${counted(test.bootstrap_replicates, "bootstrap replicate")} of the test part. ` +
    (explorer.money
      ? `Money is in the currency of the amounts; a review costs ${content.review_cost}.`
      : "Without an amount in the data, no figure is about money.");
  byId("slices-section").hidden = test.slices.length === 0;
  table(
    "slices",
    ["Slice", "Rows", "Frauds", "Average precision", "Precision", "Recall",
      ...(explorer.money ? ["Saved"] : [])],
    test.slices.map((slice) => [
      `${slice.by} ${slice.name}`,
      count(slice.rows),
      count(slice.frauds),
      or(slice.average_precision, decimals),
      or(slice.precision, share),
      or(slice.recall, share),
      ...(explorer.money ? [or(slice.savings, count)] : []),
    ]),
  );
  const tried = Object.entries(metrics.cross_validation);
  const isHeldOut = tried.every(([, scores]) => scores.folds.length === 1);
  const where = isHeldOut ? "on held-out rows" : "out of fold";
  table(
    "models",
    tried.length ? ["Model", `Average precision ${where}`, "± standard error"] : null,
    tried.map(([name, scores]) => [
      name === champion ? `${name} (champion)` : name,
      scores.average_precision.toFixed(4),
      or(scores.standard_error, decimals),
    ]),
  );
  byId("models-note").textContent = tried.length
    ? `On the training part, each row predicted by a model that had not seen it. ${words.why}`
    : "Nothing was chosen in this run, so no out-of-fold predictions were made.";
  table("data", null, [
    ["Rows", count(data.rows)],
    ["Frauds", `${count(data.frauds)} (${small(data.weighted_frauds / data.weighted_rows)} of all)`],
    ["Rows they stand for", count(data.weighted_rows)],
    ["Transactions a day", or(data.transactions_per_day, count)],
    ["Rows like an earlier one", count(data.rows_with_features_seen_before)],
    ["Test rows like a training row", count(split.test_rows_with_features_seen_in_training)],
    ["SHA-256", data.sha256],
  ]);
  byId("data").lastElementChild.lastElementChild.className = "hash";
  const windows = Object.entries(metrics.backtest);
  byId("backtest-section").hidden = windows.length === 0;
  // Days since 1970 are dates, unless the data count from a beginning of their own.
  const day = (number) => (number >= 10957 && number < 47482
    ? new Date(864e5 * number).toISOString().slice(0, 10) : number.toFixed(2));
  const days = (window) => [day(window.from_day), `to ${day(window.to_day)}`];
  table(
    "backtest",
    ["Model", "Days", "Rows", "Frauds", "Average precision", "ROC-AUC"],
    windows.flatMap(([name, judged]) =>
      judged.map((window) => [
        name,
        days(window).join(" "),
        count(window.test_rows),
        count(window.test_frauds),
        [window.average_precision.toFixed(4),
          window.average_precision_interval_95.map(decimals).join(" to ")],
        window.roc_auc.toFixed(4),
      ]),
    ),
  );

  // Charts.
  const charts = [];
  let marked = []; // datasets whose point follows the slider
  const axis = (title, { ticks, ...more } = {}) => ({
    title: { display: Boolean(title), text: title, color: color("soft") },
    grid: { color: color("line") },
    ticks: { color: color("soft"), maxRotation: 0, autoSkipPadding: 12, ...ticks },
    ...more,
  });
  // Ticks at given values of a linear axis, with the labels that they have here.
  const ticksAt = (places) => ({
    afterBuildTicks: (scale) => {
      const room = (scale.max - scale.min) * 46 / Math.max(scale.width, 1);
      let last = -Infinity;
      scale.ticks = places
        .filter(([value]) => value >= scale.min && value <= scale.max)
        .filter(([value]) => value - last >= room && ((last = value), true))
        .map(([value, label]) => ({ value, label }));
    },
    ticks: {
      autoSkip: false,
      callback: (value) => (places.find(([place]) => place === value) || ["", ""])[1],
    },
  });
  // Only powers of ten are labelled on a logarithmic axis.
  const decades = (format) => ({
    type: "logarithmic",
    ticks: {
      autoSkip: true,
      callback: (value) =>
        Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9
          ? format(value) : null,
    },
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
        scales: { x, y },
        plugins: {
          legend: {
            display: datasets.length > 1,
            labels: {
              color: color("ink"), boxHeight: 8, usePointStyle: true,
              pointStyleWidth: 12,
              filter: (item) => !item.text.startsWith("95 %"),
            },
          },
          tooltip: { callbacks: more.tooltip || {} },
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
    pointStyle: "line", // in the legend
    showLine: true,
    ...more,
  });
  const dashed = (label, points) =>
    line(label, points, color("soft"), { borderDash: [5, 5], borderWidth: 1.5 });
  // From each low to each high; a gap after each.
  const whiskers = (ends, shade) =>
    line("95 % interval", ends.flatMap(([from, to]) => [from, to, [NaN, NaN]]), shade, {
      borderWidth: 1.5, pointHitRadius: 0, spanGaps: false });
  const dots = (label, points, shade, more = {}) =>
    line(label, points, shade, {
      showLine: false, pointRadius: 5, pointStyle: "circle", pointHoverRadius: 6,
      clip: false, ...more });
  const marker = () => dots("threshold", [], color("fraud"), { pointRadius: 6 });
  const shade = (name) => color(name === champion ? "champion" : "baseline");
  const curves = (kind) =>
    Object.entries(content.curves).map(([name, curve]) =>
      line(name, curve[kind], shade(name)));
  const unit = (title) => axis(title, { min: 0, max: 1 });

  const steps = explorer.steps;
  const legitimate = explorer.rows - explorer.frauds;
  const rate = (step) => (step.alerts - step.true_positives) / legitimate;
  const lowestRate = 0.5 / legitimate;
  const mostSaved = Math.max(...steps.map((step) => step.savings), 0);
  // Reviewing everything costs so much that nothing else could be seen beside it.
  const moneyFloor = Math.max(
    Math.min(...steps.map((step) => step.savings), 0),
    -(Math.max(mostSaved, (metrics.test.savings_oracle || 0) / 2)
      || content.review_cost * explorer.rows / 10 || 1));
  const kept = (saved) => Math.max(saved, moneyFloor);

  const drawCalibration = () => {
    const bins = content.calibration;
    const positive = bins.flatMap((bin) => [bin.predicted, bin.actual, bin.high])
      .filter((value) => value > 0);
    const floor = Math.max(
      10 ** Math.floor(Math.log10(Math.min(...positive))), 1e-6);
    const raised = (value) => Math.max(value, floor);
    const point = (bin) => [raised(bin.predicted), raised(bin.actual)];
    const rare = (title) => axis(title, { min: floor, max: 1, ...decades(small) });
    draw(
      "calibration", "scatter",
      [
        dots(champion, bins.filter((bin) => bin.actual > 0).map(point),
          color("champion")),
        dots("no fraud", bins.filter((bin) => bin.actual === 0).map(point),
          color("champion"), { pointStyle: "triangle", pointRadius: 6 }),
        whiskers(bins.map((bin) => [
          [raised(bin.predicted), raised(bin.low)],
          [raised(bin.predicted), raised(bin.high)]]), color("champion")),
        dashed("perfect", [[floor, floor], [1, 1]]),
      ],
      rare("predicted probability"), rare("actual share of frauds"),
    );
  };
  const drawScores = () => {
    const { edges, frauds, legitimate: others } = content.scores;
    const counts = [...frauds, ...others].filter((value) => value > 0);
    const floor = 10 ** Math.floor(Math.log10(Math.min(...counts) / 2));
    const filled = edges.slice(0, -1)
      .map((_, index) => index).filter((index) => frauds[index] + others[index] > 0);
    const [first, last] = [filled[0], filled.at(-1) + 1];
    // Scores that are all alike would fill the whole width.
    const aside = Math.max(0, 4 - (edges[last] - edges[first])) / 2;
    const stairs = (label, values, shade) => ({
      ...line(label, edges.map((edge, index) =>
        [edge, Math.max(values[index] ?? values.at(-1), floor)]), shade),
      stepped: true,
      pointStyle: "rect",
      fill: "start",
      backgroundColor: `${shade}40`,
    });
    const fine = edges[last] - edges[first] < 5 ? [2e-3, 5e-3, 0.02, 0.05, 0.2, 0.8] : [];
    const places = [1e-5, 1e-4, 1e-3, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, ...fine]
      .sort((one, other) => one - other)
      .map((p) => [Math.log(p / (1 - p)), small(p)]);
    draw(
      "scores", "scatter",
      [
        stairs("frauds", frauds, color("fraud")),
        stairs("legitimate", others, color("champion")),
      ],
      axis("predicted probability of fraud",
        { min: edges[first] - aside, max: edges[last] + aside, ...ticksAt(places) }),
      axis("transactions", { min: floor, ...decades((value) => value < 1
        ? "" : value.toLocaleString("en")) }),
    );
  };
  // One dot with its interval for each name, names down the side.
  const drawSlices = () => {
    const slices = content.slices;
    byId("slices-picture").hidden = slices.length === 0;
    if (!slices.length) return;
    byId("slices-picture").style.minHeight = `${90 + 26 * slices.length}px`;
    const down = slices.length - 1;
    draw(
      "slices-chart", "scatter",
      [
        dots("recall of the rule", slices.map((slice, i) => [slice.recall, down - i]),
          color("champion")),
        whiskers(slices.map((slice, i) =>
          [[slice.low, down - i], [slice.high, down - i]]), color("champion")),
        dashed("all of the test part", [[test.recall, -0.5], [test.recall, down + 0.5]]),
      ],
      unit("recall of the rule, with 95 % intervals"),
      axis("", {
        min: -0.5, max: down + 0.5,
        afterBuildTicks: (scale) => {
          scale.ticks = slices.map((_, i) => ({ value: down - i }));
        },
        ticks: { autoSkip: false, callback: (value) => short(slices[down - value].name) },
      }),
    );
  };
  const drawBacktest = () => {
    if (!windows.length) return;
    const longest = Math.max(...windows.map(([, judged]) => judged.length));
    draw(
      "backtest-chart", "scatter",
      windows.flatMap(([name, judged], position) => {
        const place = (index) => index + 0.12 * (position - (windows.length - 1) / 2);
        return [
          dots(name, judged.map((window, i) => [place(i), window.average_precision]),
            shade(name)),
          whiskers(judged.map((window, i) => {
            const [low, high] = window.average_precision_interval_95;
            return [[place(i), low], [place(i), high]];
          }), shade(name)),
        ];
      }),
      axis("days judged", { min: -0.5, max: longest - 0.5, ...ticksAt(
        windows[0][1].map((window, index) => [index, days(window)])) }),
      axis("average precision", { min: 0 }),
    );
  };
  const drawExplorer = () => {
    const along = (value) => steps.map((step, index) => [index, value(step)]);
    const round = [0.99, 0.9, 0.7, 0.5, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4,
      3e-5, 1e-5, 1e-6, 1e-7]
      .map((threshold) =>
        [steps.findIndex((step) => step.threshold <= threshold), String(threshold)])
      .filter(([index]) => index > 0);
    // Scores that lie close together pass hardly any round number.
    const shares = [0, 0.2, 0.4, 0.6, 0.8, 1]
      .map((share) => Math.round(share * (steps.length - 1)));
    const written = (digits) => [...new Set(shares)].map((index) =>
      [index, String(Number(steps[index].threshold.toPrecision(digits)))]);
    const even = [3, 4, 5, 6].map(written).find((labels) =>
      new Set(labels.map(([, label]) => label)).size === labels.length) || written(6);
    const places = new Set(round.map(([index]) => index)).size < 3 ? even : round;
    const strictness = () => axis("threshold, from strict to lax",
      { min: 0, max: Math.max(steps.length - 1, 1), ...ticksAt(places) });
    const explored = draw(
      "explorer-chart", "scatter",
      [
        line("precision", along((step) => step.precision), color("champion")),
        line("recall", along((step) => step.recall), color("baseline")),
        marker(),
      ],
      strictness(), unit(""),
    );
    byId("explorer-money-part").hidden = !explorer.money;
    const follow = [[explored, (step, index) => [index, step.recall]]];
    if (!explorer.money) return follow;
    const seen = steps.map((step, index) => [index, step.savings])
      .map(([index, saved]) => [index, saved < moneyFloor ? NaN : saved]);
    const money = draw(
      "explorer-money", "scatter",
      [line("saved", seen, color("good"), { spanGaps: false }), marker()],
      strictness(),
      axis("", { min: moneyFloor, ticks: { includeBounds: false, callback: (value) =>
        value.toLocaleString("en", { maximumFractionDigits: 1 }) } }),
    );
    const worst = Math.min(...steps.map((step) => step.savings));
    byId("money-note").textContent =
      "Amounts of the frauds caught less the cost of all reviews." +
      (worst < moneyFloor
        ? ` Where the line ends, reviews cost more than that: down to ${count(worst)} ` +
          "when everything is reviewed." : "");
    return [...follow, [money, (step, index) => [index, kept(step.savings)]]];
  };

  const drawAll = () => {
    charts.splice(0).forEach((chart) => chart.destroy());
    const pr = draw(
      "precision-recall", "scatter",
      [...curves("precision_recall"), dashed("no skill", [[0, prevalence], [1, prevalence]]),
        marker()],
      unit("recall"), unit("precision"),
    );
    const rocCurves = curves("roc");
    rocCurves.forEach((curve) =>
      curve.data.forEach((point) => { point.x = Math.max(point.x, lowestRate); }));
    const roc = draw(
      "roc", "scatter", [...rocCurves, marker()],
      axis("false positive rate", { max: 1, ...decades(small) }),
      unit("recall (true positive rate)"),
    );
    drawCalibration();
    drawScores();
    const top = content.importance.slice(0, 15);
    draw(
      "importance", "bar",
      [{ label: "loss", data: top.map((item) => item.loss),
        backgroundColor: color("champion") }],
      axis("average precision lost"), axis("", { ticks: { autoSkip: false } }),
      { labels: top.map((item) => short(item.feature)), indexAxis: "y" },
    );
    drawSlices();
    drawBacktest();
    marked = [
      [pr, (step) => [step.recall, step.precision]],
      [roc, (step) => [Math.max(rate(step), lowestRate), step.recall]],
      ...drawExplorer(),
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
    byId("confusion-note").textContent =
      (step.true_positives > 0
        ? `${counted(falseAlarms / step.true_positives, "false alarm")} for each fraud ` +
          "caught, at the explorer's threshold."
        : "At the explorer's threshold.") +
      (data.weighted ? " Sums of weights." : "");
    marked.forEach(([chart, place]) => {
      const [x, y] = place(step, index);
      chart.data.datasets.at(-1).data = [{ x, y }];
      chart.update();
    });
  };
  byId("explorer-note").textContent =
    config.decision_rule.policy === "expected-value"
      ? `The chosen rule has no single threshold (${words.rule}) and saves ` +
        `${count(test.savings)}. The slider starts at the threshold that would have ` +
        "saved most."
      : `The chosen rule: ${words.choice}.`;
  slider.addEventListener("input", () => show(Number(slider.value)));
  byId("reset").addEventListener("click", () => show(explorer.start));
  // What is wider than its card says so.
  const scrolling = new ResizeObserver((entries) => entries.forEach(({ target }) =>
    target.classList.toggle("scrolls", target.scrollWidth > target.clientWidth + 1)));
  document.querySelectorAll(".scroll").forEach((part) => scrolling.observe(part));
  drawAll();
  show(explorer.start);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    drawAll();
    show(Number(slider.value));
  });
})();

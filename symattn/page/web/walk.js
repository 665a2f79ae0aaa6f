// One query after the other, one step after the other, with the numbers put in.

const MOST_ENTRIES = 12;

// The lines whose row of the query is all that the steps behind them ask of them; others are needed whole.
function linesOfTheQuery() {
  const lines = state.lines;
  const whole = new Set();
  const byRow = new Set([page.output]);
  for (const line of [...lines].reverse()) {
    if (!byRow.has(line.name) && line.name !== page.output && !["weigh", "entropy"].includes(line.role)) {
      continue;
    }
    const isByRow = !whole.has(line.name);
    for (const [name, row] of accesses(line.tree)) {
      if (isByRow && Array.isArray(row) && row[0] === "index" && row[1] === line.row) {
        byRow.add(name);
      } else if (row !== undefined) {
        whole.add(name);
        byRow.add(name);
      }
    }
  }
  return lines.filter((line) => line.shape.length && byRow.has(line.name) && !whole.has(line.name)
    || ["weigh", "entropy"].includes(line.role));
}

// The values that a tree looks into, each with the row that it takes; a number has no row.
function accesses(tree) {
  if (!Array.isArray(tree)) {
    return [];
  }
  if (tree[0] === "entry") {
    return [[tree[1], tree.length > 3 ? tree[tree.length - 2] : undefined]];
  }
  return tree.flatMap(accesses);
}

function stepsOfTheWalk() {
  const ofQuery = new Set(linesOfTheQuery());
  return state.lines.filter((line) => line.shape.length && line.role !== "entropy").map((line) => ({line, isOfQuery: ofQuery.has(line)}));
}

function queryCount() {
  const output = lineNamed(page.output);
  const first = linesOfTheQuery().find((line) => line.role === "normalise") || output;
  return first.shape.length
    ? {count: first.shape[first.shape.length - 2], size: first.sizes[first.sizes.length - 2]} : {count: 1, size: ""};
}

function showWalk() {
  const holder = document.getElementById("walk-step");
  const {count, size} = queryCount();
  state.query = Math.min(state.query, count - 1);
  const steps = stepsOfTheWalk();
  state.step = Math.max(0, Math.min(state.step, steps.length - 1));
  holder.closest("section").hidden = !steps.length;
  if (!steps.length) {
    return;
  }
  const {line, isOfQuery} = steps[state.step];
  const select = document.getElementById("walk-query");
  select.replaceChildren(...labelsOf(size, count).map((label, place) => (
    element("option", {value: place, selected: place === state.query}, label))));
  document.getElementById("walk-place").textContent = worded(words.stepOf, {step: state.step + 1, steps: steps.length});
  document.getElementById("walk-back").disabled = state.step === 0 && state.query === 0;
  document.getElementById("walk-on").disabled = state.step === steps.length - 1 && state.query === count - 1;
  const named = element("h3", {}, `${words.roles[line.role]} `, engraved(line.symbol));
  const parts = [named, element("p", {}, words.does[line.role]), element("div", {class: "formula"}, engraved(line.formula))];
  if (isOfQuery) {
    parts.push(...entriesOfTheRow(line));
  } else {
    parts.push(element("p", {class: "note"}, words.forAll), tablesOf(line, (position) => (
      element("td", {class: "value"}, shown(numberAt(line.name, position))))));
  }
  holder.replaceChildren(...parts);
  for (const row of document.querySelectorAll("#lines tr.walked, #lines .card.walked")) {
    row.classList.remove("walked");
  }
  const card = document.querySelector(`#lines [data-card="${CSS.escape(line.name)}"]`);
  if (card) {
    card.classList.add("walked");
    if (isOfQuery) {
      card.querySelectorAll(`tr[data-row="${state.query}"]`).forEach((row) => row.classList.add("walked"));
    }
  }
}

function entriesOfTheRow(line) {
  const positions = positionsOf(line.shape).filter((position) => position[position.length - 2] === state.query);
  const list = element("div", {class: "explained"});
  for (const position of positions.slice(0, MOST_ENTRIES)) {
    list.append(element("div", {}, explained(line, position), ...remarksOn(line, position)));
  }
  if (positions.length > MOST_ENTRIES) {
    list.append(element("p", {class: "note"}, worded(words.andSoOn, {count: positions.length - MOST_ENTRIES})));
  }
  return [list];
}

function walkBy(steps) {
  const last = stepsOfTheWalk().length - 1;
  const {count} = queryCount();
  state.step += steps;
  if (state.step > last && state.query < count - 1) {
    [state.query, state.step] = [state.query + 1, 0];
  } else if (state.step < 0 && state.query > 0) {
    [state.query, state.step] = [state.query - 1, last];
  }
  showWalk();
}

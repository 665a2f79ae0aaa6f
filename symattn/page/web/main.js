// The page: built anew where a choice changes what stands on it, filled anew where numbers change.

function tell(text) {
  document.getElementById("status").textContent = text;
}

function buildInputs() {
  const holder = document.getElementById("input-matrices");
  const numbersElsewhere = [page.temperature, page.window];
  holder.replaceChildren(...state.inputs.filter((input) => !numbersElsewhere.includes(input.name)).map((input) => (
    element("div", {class: "card input"},
      element("h3", {}, engraved(input.symbol), engraved(input.sizeSymbols, {class: "sizes"})),
      tablesOf(input, (position) => fieldOf(input, position))))));
}

function entropySide(line) {
  const entropy = state.lines.find((each) => each.role === "entropy" && each.needs.includes(line.name));
  return entropy && {
    title: words.entropy,
    cell: (position) => {
      const cell = valueCell(entropy, [...position, 0]);
      cell.classList.add("side");
      return cell;
    },
  };
}

function buildLines() {
  cells.clear();
  const shownLines = state.lines.filter((line) => !["weigh", "entropy"].includes(line.role));
  document.getElementById("lines").replaceChildren(...shownLines.map((line) => {
    const side = line.role === "normalise" ? entropySide(line) : null;
    const card = element("section", {class: `card ${line.role}`, "data-card": line.name, "aria-label": line.name},
      element("h3", {}, words.roles[line.role]),
      element("div", {class: "formula"}, engraved(line.formula)),
      tablesOf(line, (position) => valueCell(line, position), side));
    card.querySelectorAll("table").forEach((table) => {
      const first = table.querySelector("td.value");
      if (first) {
        first.tabIndex = 0;
      }
    });
    return card;
  }));
}

// A closed derivation would not be printed.
function openForPrint() {
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((each) => { each.open = true; });
  });
  window.addEventListener("afterprint", () => closed.forEach((each) => { each.open = false; }));
}

function refresh() {
  evaluate();
  state.lines.forEach(fillCells);
  document.getElementById("edited").hidden = !state.edited;
  showWalk();
  if (state.pinned && ownerOf(state.pinned[0])) {
    showEntry(...state.pinned);
  }
}

function rebuild() {
  tell("");
  buildControls();
  buildInputs();
  buildLines();
  if (!state.pinned || !ownerOf(state.pinned[0])) {
    const line = state.lines.find((each) => each.role === "normalise") || lineNamed(page.output);
    // The last query may attend to most keys where there is a causal mask.
    state.pinned = [line.name, line.shape.map((length, axis) => (axis === line.shape.length - 2 ? length - 1 : 0))];
  }
  refresh();
}

function begin() {
  startAgain();
  document.getElementById("again").addEventListener("click", () => {
    startAgain();
    rebuild();
  });
  document.getElementById("print").addEventListener("click", () => window.print());
  document.getElementById("walk-back").addEventListener("click", () => walkBy(-1));
  document.getElementById("walk-on").addEventListener("click", () => walkBy(1));
  document.getElementById("walk-query").addEventListener("change", (event) => {
    state.query = Number(event.target.value);
    showWalk();
  });
  followTheme();
  openForPrint();
  for (const root of [document.getElementById("lines"), document.getElementById("input-matrices")]) {
    followPointer(root);
  }
  followArrows(document.getElementById("lines"));
  rebuild();
}

begin();

// For other scripts and the browser's console: values by name, gradients, what the explanations of entries come to, and
// what a person can do by hand.
window.symattn = {
  values: () => copied(state.values),
  gradient: gradientOf,
  explained: (name) => {
    const line = lineNamed(name);
    return positionsOf(line.shape).map((position) => numberOf(line.tree, placesOf(line, position)));
  },
  set: (name, position, text) => {
    const isRight = setEntry(name, position, text);
    if (isRight) {
      rebuild();
    }
    return isRight;
  },
  choose,
  again: () => document.getElementById("again").click(),
};

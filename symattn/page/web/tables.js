// Matrices as tables: fields to write in, and values that follow; rows and columns have their labels.

const cells = new Map();

function key(name, position) {
  return `${name} ${position.join(" ")}`;
}

function tableOf(owner, before, makeCell, side) {
  const [rows, columns] = owner.shape.slice(-2);
  const depth = owner.shape.length;
  const head = element("tr", {}, element("td", {class: "corner"}));
  for (const label of labelsOf(owner.sizes[depth - 1], columns)) {
    head.append(element("th", {scope: "col"}, label));
  }
  if (side) {
    head.append(element("th", {scope: "col", class: "side"}, side.title));
  }
  const body = element("tbody");
  labelsOf(owner.sizes[depth - 2], rows).forEach((label, i) => {
    const row = element("tr", {"data-row": i}, element("th", {scope: "row"}, label));
    for (let j = 0; j < columns; j += 1) {
      row.append(makeCell([...before, i, j]));
    }
    if (side) {
      row.append(side.cell([...before, i]));
    }
    body.append(row);
  });
  return element("table", {class: "matrix", "aria-label": tableLabel(owner, before)}, element("thead", {}, head), body);
}

function tableLabel(owner, before) {
  const heads = headsOf(owner, before);
  return worded(words.matrixLabel, {name: owner.name, heads: heads ? `, ${heads}` : "",
    rows: owner.shape[owner.shape.length - 2], columns: owner.shape[owner.shape.length - 1]});
}

function headsOf(owner, before) {
  return before.map((place, axis) => memberName(owner.sizes[axis], place)).join(", ");
}

// One table for a matrix, one for each member of a family, a single cell for a number.
function tablesOf(owner, makeCell, side = null) {
  const holder = element("div", {class: "matrices"});
  if (owner.shape.length === 0) {
    const cell = makeCell([]);
    holder.append(cell.localName === "td"
      ? element("table", {class: "matrix", "aria-label": owner.name}, element("tr", {}, cell)) : cell);
    return holder;
  }
  for (const before of positionsOf(owner.shape.slice(0, -2))) {
    const made = tableOf(owner, before, makeCell, side);
    if (before.length) {
      const caption = headsOf(owner, before);
      made.prepend(element("caption", {}, caption));
    }
    holder.append(element("div", {class: "scroll"}, made));
  }
  return holder;
}

function fieldOf(input, position) {
  const label = worded(words.entryLabel, {name: input.name, place: nameOfPlace(input, position)});
  const text = at(state.texts[input.name], position);
  const data_ = {"data-input": input.name, "data-position": position.join(" ")};
  const field = input.isSet
    ? element("input", {type: "checkbox", "aria-label": label, checked: parsed(text) !== 0, ...data_})
    : element("input", {type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false",
      "aria-label": label, value: text, size: Math.max(3, text.length), ...data_});
  field.addEventListener(input.isSet ? "change" : "input", () => write(input, position, field));
  field.addEventListener("paste", (event) => {
    if (paste(input, position, event.clipboardData.getData("text"))) {
      event.preventDefault();
    }
  });
  return input.shape.length ? element("td", {}, field) : field;
}

function write(input, position, field) {
  const text = input.isSet ? (field.checked ? "1" : "0") : field.value;
  const isRight = setEntry(input.name, position, text);
  judge(field, isRight ? "" : worded(words.noNumberTyped, {text: text.slice(0, 40)}));
  field.size = Math.max(3, text.length);
  if (isRight) {
    refresh();
  }
}

// Mark a field as wrong, with the reason, or as right; the reason of another one that is still wrong stays.
function judge(field, reason) {
  field.setAttribute("aria-invalid", String(reason !== ""));
  field.dataset.reason = reason;
  const wrong = reason ? field : document.querySelector('[aria-invalid="true"]');
  tell(wrong ? wrong.dataset.reason : "");
}

// Rows of numbers, as a spreadsheet copies them, are put in from a field on.
function paste(input, position, text) {
  const rows = text.trim().split(/[\n;]+/).map((row) => row.trim().split(/[\t ,]+/));
  if (input.isSet || position.length < 2 || (rows.length === 1 && rows[0].length === 1)) {
    return false;
  }
  const [before, row, column] = [position.slice(0, -2), ...position.slice(-2)];
  const [height, width] = input.shape.slice(-2);
  const fits = row + rows.length <= height && rows.every((each) => column + each.length <= width);
  if (!fits || !rows.flat().every((each) => parsed(each) !== null)) {
    tell(worded(words.notPasted, {rows: height - row, columns: width - column}));
    return true;
  }
  rows.forEach((each, i) => each.forEach((entry, j) => setEntry(input.name, [...before, row + i, column + j], entry)));
  tell("");
  rebuild();
  return true;
}

// Put a number into an input; false, and nothing changed, for a text that is none.
function setEntry(name, position, text) {
  const value = parsed(text);
  if (value === null) {
    return false;
  }
  if (position.length === 0) {
    [state.texts[name], state.numbers[name]] = [text, value];
  } else {
    const last = position[position.length - 1];
    at(state.texts[name], position.slice(0, -1))[last] = text;
    at(state.numbers[name], position.slice(0, -1))[last] = value;
  }
  return true;
}

function valueCell(line, position) {
  const cell = element("td", {class: "value", tabindex: "-1", "data-line": line.name,
    "data-position": position.join(" ")}, element("span", {class: "decimal"}), element("span", {class: "exact"}));
  cells.set(key(line.name, position), cell);
  return cell;
}

// The numbers of a value's cells, its exact forms, the colours of weights, the marks of keys that are not allowed.
function fillCells(line) {
  const isHeat = line.role === "normalise";
  for (const position of positionsOf(line.shape)) {
    const cell = cells.get(key(line.name, position));
    if (!cell) {
      continue;
    }
    const number = numberAt(line.name, position);
    const masked = isMasked(line, position);
    const known = exactForm(line.name, position);
    cell.firstChild.textContent = number === 0 && known ? `≈ ${shown(number)}` : shown(number);
    const form = state.showsExact ? known : "";
    const exact = cell.lastChild;
    if (exact.dataset.form !== form) {
      exact.dataset.form = form;
      exact.innerHTML = form ? `<math xmlns="${MATHS}">${form}</math>` : "";
    }
    cell.classList.toggle("masked", masked);
    cell.title = masked ? words.masked : "";
    if (isHeat) {
      const share = Math.max(0, Math.min(1, Math.abs(number)));
      cell.style.setProperty("--share", Number.isFinite(share) ? share : 0);
      cell.classList.toggle("heat", true);
      cell.classList.toggle("negative", number < 0);
    }
  }
}

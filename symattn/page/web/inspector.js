// What is known of one entry: how it is made with the numbers put in, its exact form, its gradient.

const MOST_OUTPUTS = 64;

function inspect(name, position) {
  state.pinned = [name, position];
  showEntry(name, position);
  const owner = ownerOf(name);
  const place = owner.shape.length ? nameOfPlace(owner, position) : "";
  document.getElementById("spoken").textContent = `${name} ${place}: ${shown(numberAt(name, position))}`;
}

function showEntry(name, position) {
  const panel = document.getElementById("entry");
  const line = lineNamed(name);
  const owner = ownerOf(name);
  const value = state.values[name];
  if (!owner || value === undefined || position.length !== owner.shape.length) {
    return;
  }
  for (const cell of document.querySelectorAll(".looked-at")) {
    cell.classList.remove("looked-at");
  }
  const cell = cells.get(key(name, position));
  if (cell) {
    cell.classList.add("looked-at");
  }
  const title = element("h3", {}, maths("math", entrySymbol(name, position)));
  if (owner.shape.length) {
    title.append(element("span", {class: "place"}, nameOfPlace(owner, position)));
  }
  const parts = [title];
  if (line && isMasked(line, position)) {
    parts.push(element("p", {class: "note"}, words.masked));
  }
  parts.push(element("div", {class: "explained"}, line ? explained(line, position) : plainEntry(name, position)));
  parts.push(...(line ? remarksOn(line, position) : []));
  const form = line ? exactForm(name, position) : "";
  if (form) {
    parts.push(element("p", {class: "exactly"}, `${words.exactly} `, engraved(`<math xmlns="${MATHS}" displaystyle="true">${form}</math>`)));
  }
  parts.push(...(line ? gradients(line, position) : effects(name, position)));
  panel.replaceChildren(...parts);
}

// What has to be said of an entry besides its numbers.
function remarksOn(line, position) {
  const value = at(state.values[line.name], position);
  const said = isOutOfRange(line, position) ? words.outOfRange : Number.isNaN(value) ? words.undefinedHere : "";
  return said ? [element("p", {class: "note"}, said)] : [];
}

function plainEntry(name, position) {
  return maths("math", entrySymbol(name, position), sign("="), numberPiece(at(state.values[name], position)).node);
}

// The gradient of an entry by every input that it rests on.
function gradients(line, position) {
  const found = gradientOf(line.name, position);
  const shownInputs = state.inputs.filter((input) => found[input.name] !== undefined && !input.isSet);
  if (!shownInputs.length) {
    return [];
  }
  const made = [element("h4", {}, words.gradient)];
  for (const input of shownInputs) {
    made.push(signedTable(input, found[input.name], [line.name, position], [input.name, []]));
  }
  return made;
}

// How an entry of an input moves every entry of the output.
function effects(name, position) {
  const output = lineNamed(page.output);
  const positions = positionsOf(output.shape);
  if (inputNamed[name].isSet || positions.length > MOST_OUTPUTS) {
    return [];
  }
  const moved = filled(output.shape, 0);
  for (const each of positions) {
    const found = gradientOf(output.name, each)[name];
    const effect = found === undefined ? 0 : at(found, position);
    if (each.length) {
      at(moved, each.slice(0, -1))[each[each.length - 1]] = effect;
    }
  }
  return [element("h4", {}, words.effect), signedTable(output, moved, [output.name, []], [name, position])];
}

function signedTable(owner, values, [above, aboveAt], [below, belowAt]) {
  const top = maths("mrow", sign("∂"), entrySymbol(above, aboveAt));
  const bottom = maths("mrow", sign("∂"), entrySymbol(below, belowAt));
  const largest = Math.max(...positionsOf(owner.shape).map((each) => Math.abs(at(values, each))), 0);
  const holder = tablesOf(owner, (position) => {
    const number = at(values, position);
    const share = largest > 0 && Number.isFinite(number) ? 0.75 * Math.abs(number) / largest : 0;
    return element("td", {class: `value heat${number < 0 ? " negative" : ""}`,
      style: `--share: ${share}`}, shown(number, 3));
  });
  const fraction = maths("math", maths("mfrac", top, bottom));
  fraction.setAttribute("displaystyle", "true");
  holder.prepend(fraction);
  holder.classList.add("gradient");
  return holder;
}

// The entry under the pointer is shown while it is there, the chosen one otherwise.
function followPointer(root) {
  const placeOf = (target) => {
    const cell = target.closest("[data-line], [data-input]");
    return cell && [cell.dataset.line || cell.dataset.input, cell.dataset.position.split(" ").filter(Boolean).map(Number)];
  };
  const follow = (kind, show) => root.addEventListener(kind, (event) => {
    const place = placeOf(event.target);
    if (place) {
      show(...place);
    }
  });
  follow("pointerover", showEntry);
  follow("click", inspect);
  follow("focusin", inspect);
  root.addEventListener("pointerleave", () => {
    if (state.pinned) {
      showEntry(...state.pinned);
    }
  });
}

// Arrow keys go from cell to cell of a table; one cell of each can be reached by the tab key.
function followArrows(root) {
  const MOVES = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]};
  root.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td.value");
    const move = MOVES[event.key];
    if (!cell || !move) {
      return;
    }
    const row = cell.parentElement;
    const table = row.parentElement;
    const next = table.rows[row.sectionRowIndex + move[0]];
    const other = next && next.cells[cell.cellIndex + move[1]];
    if (other && other.classList.contains("value")) {
      event.preventDefault();
      cell.tabIndex = -1;
      other.tabIndex = 0;
      other.focus();
    }
  });
}

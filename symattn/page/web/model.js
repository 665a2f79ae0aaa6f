"use strict";

// What the page knows: the data beside the script, what has been typed and chosen, and every value that follows.

const data = JSON.parse(document.getElementById("data").textContent);
const page = data.page;
const words = data.words;

// An object by name in which nothing is found that was not put in: values may be called "constructor".
function byName(entries = []) {
  const made = Object.create(null);
  for (const [name, value] of entries) {
    made[name] = value;
  }
  return made;
}

const inputNamed = byName(page.inputs.map((input) => [input.name, input]));

const state = {
  texts: byName(), numbers: byName(), values: byName(), edited: false,
  chosen: byName(), lines: [], lineNamed: byName(), inputs: [], maskOf: new Map(), exact: byName(),
  digits: 4, showsExact: true, kind: page.kind, labels: byName(), query: 0, step: 0, pinned: null,
};

function copied(value) {
  return Array.isArray(value) ? value.map(copied) : value;
}

function mapped(value, change) {
  return Array.isArray(value) ? value.map((part) => mapped(part, change)) : change(value);
}

function at(value, position) {
  return position.reduce((part, place) => part[place], value);
}

function filled(shape, number) {
  return shape.length ? Array.from({length: shape[0]}, () => filled(shape.slice(1), number)) : number;
}

function positionsOf(shape) {
  return shape.reduce((made, length) => made.flatMap(
    (before) => Array.from({length}, (_, place) => [...before, place])), [[]]);
}

// A whole number, a decimal or a fraction, as a person types it; null for anything else.
function parsed(text) {
  const plain = text.trim().replace(/−/g, "-");
  if (plain.length > 40) {
    return null;
  }
  const parts = plain.split("/");
  const isNumber = (part) => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(part.trim());
  if (parts.length > 2 || !parts.every(isNumber)) {
    return null;
  }
  const value = parts.length === 2 ? Number(parts[0]) / Number(parts[1]) : Number(parts[0]);
  return Number.isFinite(value) ? value : null;
}

function startAgain() {
  for (const input of page.inputs) {
    state.texts[input.name] = copied(input.texts);
    state.numbers[input.name] = mapped(input.texts, parsed);
  }
  setChosen(page.choices.map((choice) => [choice.name, choice.options[0]]));
  [state.query, state.step] = [0, 0];
}

// What is chosen, and what stands on the page with it: its lines, the inputs that they mention, the allowed set of each
// line that rests on one, and the exact forms of values, as places in a list. It is looked up for every cell.
function setChosen(options) {
  const chosen = byName(options);
  const lines = page.lines.filter((line) => !line.choice || line.options.includes(chosen[line.choice]));
  const needed = new Set(lines.flatMap((line) => line.needs));
  const masks = lines.filter((line) => line.role === "mask");
  const masked = lines.filter((line) => line.role === "normalise" || line.role === "exponentials");
  const known = page.exact.values.find((each) => page.choices.every(({name}) => each.chosen[name] === chosen[name]));
  Object.assign(state, {
    chosen, lines,
    lineNamed: byName(lines.map((line) => [line.name, line])),
    inputs: page.inputs.filter((input) => needed.has(input.name)),
    maskOf: new Map(masked.map((line) => [line, masks.find((each) => line.needs.includes(each.name))])),
    exact: byName(Object.entries(known ? known.values : {})),
  });
}

function lineNamed(name) {
  return state.lineNamed[name];
}

// The line or the input of a name, if it is on the page now.
function ownerOf(name) {
  return lineNamed(name) || state.inputs.find((input) => input.name === name);
}

function picked(names) {
  return Object.fromEntries(names.map((name) => [name, state.values[name]]));
}

function evaluate() {
  state.values = byName(Object.entries(state.numbers));
  for (const line of state.lines) {
    state.values[line.name] = functions[line.forward](picked(line.needs))[line.name];
  }
  state.edited = state.inputs.some((input) => differs(state.numbers[input.name], mapped(input.texts, parsed)));
}

function differs(left, right) {
  return Array.isArray(left) ? left.some((part, place) => differs(part, right[place])) : left !== right;
}

function sum(left, right) {
  return Array.isArray(left) ? left.map((part, place) => sum(part, right[place])) : left + right;
}

// The derivative of one entry of a value by everything that it rests on: cotangents handed back line by line.
function gradientOf(name, position) {
  const cotangents = byName();
  const line = lineNamed(name);
  if (!line) {
    return cotangents;
  }
  const seed = filled(line.shape, 0);
  cotangents[name] = line.shape.length ? seed : 1;
  if (position.length) {
    at(seed, position.slice(0, -1))[position[position.length - 1]] = 1;
  }
  for (const each of state.lines.slice(0, state.lines.indexOf(line) + 1).reverse()) {
    const upstream = cotangents[each.name];
    if (upstream === undefined || !each.backward) {
      continue;
    }
    const found = functions[each.backward]({...picked(each.needs), [each.upstream]: upstream});
    for (const [of, called] of each.cotangents) {
      cotangents[of] = cotangents[of] === undefined ? found[called] : sum(cotangents[of], found[called]);
    }
  }
  return cotangents;
}

// The place of an entry's exact form; there is none for numbers that were edited.
function exactPlace(name, position) {
  const places = state.edited ? undefined : state.exact[name];
  return places === undefined ? null : at(places, position);
}

// The exact form of an entry as MathML; there is none for whole numbers.
function exactForm(name, position) {
  const place = exactPlace(name, position);
  return typeof place === "number" ? page.exact.texts[place] : "";
}

// The number of an entry; where it is known to be whole, without the error of floating-point numbers.
function numberAt(name, position) {
  const place = exactPlace(name, position);
  return typeof place === "string" ? Number(place) : at(state.values[name], position);
}

// Whether a key is allowed for a query, for the values that rest on allowed sets.
function isMasked(line, position) {
  const mask = state.maskOf.get(line);
  if (!mask) {
    return false;
  }
  const value = state.values[mask.name];
  return at(value, mask.shape.length === line.shape.length ? position : position.slice(-2)) === 0;
}

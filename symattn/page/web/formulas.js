// Formulas of single entries with the numbers of the page put in, as MathML.

const MATHS = "http://www.w3.org/1998/Math/MathML";
const SUM = 1, PRODUCT = 2, POWER = 3, ATOM = 4;
const MOST_TERMS = 8, FIRST_TERMS = 3;

function maths(tag, ...children) {
  const made = document.createElementNS(MATHS, tag);
  made.append(...children);
  return made;
}

function sign(text) {
  return maths("mo", text);
}

function bracketed(piece, least) {
  return piece.level >= least ? piece.node : maths("mrow", sign("("), piece.node, sign(")"));
}

function numberPiece(number, isValue = false) {
  const node = maths("mn", shown(Math.abs(number)));
  if (isValue) {
    node.setAttribute("class", "put-in");
  }
  return number < 0 ? {node: maths("mrow", sign("−"), node), level: SUM} : {node, level: ATOM};
}

function valueAt(tree, places) {
  const [, name, ...position] = tree;
  return position.reduce((part, place) => part[numberOf(place, places)], state.values[name]);
}

// The number that a tree stands for; places are the values of indices by name.
function numberOf(tree, places) {
  if (typeof tree === "number" || typeof tree === "boolean") {
    return tree;
  }
  const [kind, ...parts] = tree;
  const all = (trees) => trees.map((part) => numberOf(part, places));
  switch (kind) {
    case "index": return places[parts[0]];
    case "entry": return valueAt(tree, places);
    case "quotient": return parts[0] / parts[1];
    case "constant": return {"π": Math.PI, e: Math.E, "∞": Infinity, "−∞": -Infinity}[parts[0]];
    case "total": return parts.reduce((made, [isNegative, term]) => (
      made + (isNegative ? -1 : 1) * numberOf(term, places)), 0);
    case "product": {
      const [isNegative, above, below] = parts;
      const top = all(above).reduce((made, factor) => made * factor, isNegative ? -1 : 1);
      return all(below).reduce((made, factor) => made / factor, top);
    }
    case "root": return Math.sqrt(numberOf(parts[0], places));
    case "power": return Math.pow(...all(parts));
    case "function": return COMPUTED[parts[0]](...all(parts.slice(1)));
    case "over": {
      const terms = termsOf(tree, places).map((inside) => numberOf(parts[4], inside));
      return parts[0] === "sum" ? terms.reduce((made, term) => made + term, 0) : Math.max(...terms);
    }
    case "cases": return numberOf(chosenCase(parts, places), places);
    case "and": return all(parts).every(Boolean);
    case "or": return all(parts).some(Boolean);
    case "not": return !numberOf(parts[0], places);
    case "compare": return COMPARED[parts[0]](...all(parts.slice(1)));
    default: return NaN;
  }
}

const COMPUTED = {
  exp: Math.exp, log: Math.log, tanh: Math.tanh, cos: Math.cos, sin: Math.sin, abs: Math.abs, max: Math.max,
  min: Math.min, floor: Math.floor, mod: (left, right) => left - right * Math.floor(left / right), erf: () => NaN,
};

const COMPARED = {
  "=": (left, right) => left === right, "≠": (left, right) => left !== right, "<": (left, right) => left < right,
  ">": (left, right) => left > right, "≤": (left, right) => left <= right, "≥": (left, right) => left >= right,
};

function termsOf(tree, places) {
  const [, , name, first, last] = tree;
  const [from, to] = [numberOf(first, places), numberOf(last, places)];
  return Array.from({length: Math.max(0, to - from + 1)}, (_, place) => ({...places, [name]: from + place}));
}

function chosenCase(cases, places) {
  return cases.find(([, held]) => numberOf(held, places))[0];
}

// The piece of a tree: a MathML node, and how tightly its outermost sign binds.
function pieceOf(tree, places) {
  if (typeof tree === "number") {
    return numberPiece(tree);
  }
  const [kind, ...parts] = tree;
  return PIECES[kind](parts, places, tree);
}

function inBrackets(tree, places, least) {
  return bracketed(pieceOf(tree, places), least);
}

function joined(nodes, text) {
  return maths("mrow", ...nodes.flatMap((node, place) => (place ? [sign(text), node] : [node])));
}

function added(terms) {
  const row = maths("mrow");
  terms.forEach(([isNegative, piece], place) => {
    if (place || isNegative) {
      row.append(sign(isNegative ? "−" : "+"));
    }
    row.append(bracketed(piece, isNegative || place ? PRODUCT : SUM));
  });
  return {node: row, level: terms.length > 1 || terms.some(([isNegative]) => isNegative) ? SUM : terms[0][1].level};
}

function times(factors, places) {
  if (factors.length === 1) {
    return pieceOf(factors[0], places);
  }
  return {node: joined(factors.map((factor) => inBrackets(factor, places, POWER)), "·"), level: PRODUCT};
}

// An exponent, with a stroke where a fraction would be too small to read.
function onOneLine(tree, places) {
  if (!Array.isArray(tree) || tree[0] !== "product" || !tree[3].length) {
    return pieceOf(tree, places).node;
  }
  const [, isNegative, above, below] = tree;
  const top = above.length ? times(above, places) : numberPiece(1);
  const bottom = times(below, places);
  return maths("mrow", ...(isNegative ? [sign("−")] : []), bracketed(top, PRODUCT), sign("/"), bracketed(bottom, POWER));
}

// A long sum shows its first terms and the last one.
function shortened(terms) {
  return terms.length <= MOST_TERMS ? terms : [...terms.slice(0, FIRST_TERMS), null, terms[terms.length - 1]];
}

const PIECES = {
  index: ([name], places) => numberPiece(places[name]),
  entry: (_, places, tree) => numberPiece(valueAt(tree, places), true),
  quotient: ([above, below]) => {
    const node = maths("mfrac", numberPiece(Math.abs(above)).node, numberPiece(below).node);
    return above < 0 ? {node: maths("mrow", sign("−"), node), level: SUM} : {node, level: POWER};
  },
  constant: ([text]) => ({node: maths("mi", text), level: text.startsWith("−") ? SUM : ATOM}),
  total: (terms, places) => added(terms.map(([isNegative, term]) => [isNegative, pieceOf(term, places)])),
  product: ([isNegative, above, below], places) => {
    const top = above.length ? times(above, places) : numberPiece(1);
    const made = below.length
      ? {node: maths("mfrac", top.node, times(below, places).node), level: PRODUCT}
      : top;
    if (!isNegative) {
      return made;
    }
    return {node: maths("mrow", sign("−"), bracketed(made, PRODUCT)), level: SUM};
  },
  root: ([inside], places) => ({node: maths("msqrt", pieceOf(inside, places).node), level: ATOM}),
  power: ([base, exponent], places) => (
    {node: maths("msup", inBrackets(base, places, ATOM), pieceOf(exponent, places).node), level: POWER}),
  function: ([name, ...given], places) => {
    if (name === "exp") {
      return {node: maths("msup", maths("mi", "e"), onOneLine(given[0], places)), level: POWER};
    }
    const nodes = given.map((part) => pieceOf(part, places).node);
    if (name === "abs" || name === "floor") {
      const [left, right] = name === "abs" ? "||" : "⌊⌋";
      return {node: maths("mrow", sign(left), ...nodes, sign(right)), level: ATOM};
    }
    if (name === "mod") {
      return {node: maths("mrow", inBrackets(given[0], places, PRODUCT), maths("mtext", " mod "), nodes[1]), level: SUM};
    }
    const called = maths("mi", {log: "ln"}[name] || name);
    return {node: maths("mrow", called, sign("("), joined(nodes, ","), sign(")")), level: ATOM};
  },
  over: ([kind, , , , term], places, tree) => {
    const inside = shortened(termsOf(tree, places));
    const pieces = inside.map((each) => (
      each === null ? {node: maths("mi", "⋯"), level: ATOM} : pieceOf(term, each)));
    if (kind === "sum") {
      return pieces.length ? added(pieces.map((piece) => [false, piece])) : numberPiece(0);
    }
    const nodes = pieces.map((piece) => piece.node);
    return {node: maths("mrow", maths("mi", "max"), sign("("), joined(nodes, ","), sign(")")), level: ATOM};
  },
  threshold: () => ({node: maths("mi", "τ"), level: ATOM}),
  cases: (cases, places) => pieceOf(chosenCase(cases, places), places),
};

// The values of a line's indices at one entry.
function placesOf(line, position) {
  const places = {};
  line.axes.forEach((name, place) => { places[name] = position[place]; });
  if (line.row) {
    [places[line.row], places[line.column]] = position.slice(-2);
  }
  return places;
}

// Whether the sum of a row's exponentials is no number to divide by, though some key is allowed.
function isOutOfRange(line, position) {
  const sums = state.lines.find((each) => each.role === "sums" && accesses(line.tree).some(([name]) => name === each.name));
  if (line.role !== "normalise" || !sums) {
    return false;
  }
  const total = at(state.values[sums.name], [...position.slice(0, -1), 0]);
  const row = at(state.values[line.name], position.slice(0, -1));
  const isDefined = row.every((weight) => !Number.isNaN(weight));
  return isDefined && (!Number.isFinite(total) || (total === 0 && row.some((weight) => weight !== 0)));
}

// One entry with everything that it is made from: symbol = formula with numbers ≈ value.
function explained(line, position) {
  const places = placesOf(line, position);
  const value = numberAt(line.name, position);
  const root = maths("math", entrySymbol(line.name, position), sign("="));
  root.setAttribute("displaystyle", "true");
  if (isOutOfRange(line, position)) {
    root.append(numberPiece(value).node);
    return root;
  }
  const piece = pieceOf(line.tree, places);
  root.append(piece.node);
  if (piece.node.localName !== "mn" || piece.node.textContent !== shown(value)) {
    root.append(sign(isRounded(line, position) ? "≈" : "="), numberPiece(value).node);
  }
  return root;
}

// Whether what is shown of an entry is not all of it, or may not be: a weight of 0 for an allowed key is a small one.
function isRounded(line, position) {
  const value = numberAt(line.name, position);
  const isSmall = value === 0 && ["exponentials", "normalise"].includes(line.role) && !isMasked(line, position);
  return isSmall || exactForm(line.name, position) !== "" || Number(shown(value).replace("−", "-")) !== value;
}

// A name with its positions below it, counted from 1 as in print.
function entrySymbol(name, position) {
  const [base, ...rest] = name.split("_");
  const below = position.map((place) => place + 1).join(",");
  const subscript = [rest.join("_"), below].filter(Boolean).join(", ");
  const letter = maths("mi", Object.hasOwn(page.letters, base) ? page.letters[base] : base);
  return subscript ? maths("msub", letter, maths("mtext", subscript)) : letter;
}

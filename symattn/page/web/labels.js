// What rows and columns are called: tokens, channels or pixels where they are queries or keys, else numbers.

function weightsLine() {
  return state.lines.find((line) => line.role === "normalise");
}

function tokenSizes() {
  const weights = weightsLine();
  return weights ? weights.sizes.slice(-2) : [];
}

// What a member of a family is called: a head where the weights are a family over that size, a channel, or a number.
function memberName(size, place) {
  const weights = weightsLine();
  const number = place + 1;
  if (weights && weights.sizes.slice(0, -2).includes(size)) {
    return worded(words.head, {number});
  }
  return worded(size === "C" ? words.kinds.channels.label : words.member, {number});
}

function labelsOf(size, length) {
  const own = state.labels[size];
  if (own && own.length) {
    return Array.from({length}, (_, place) => own[place] || String(place + 1));
  }
  if (!tokenSizes().includes(size)) {
    return Array.from({length}, (_, place) => String(place + 1));
  }
  const [queries, keys] = tokenSizes();
  const label = queries === keys ? words.kinds[state.kind].label : size === queries ? words.queryLabel : words.keyLabel;
  return Array.from({length}, (_, place) => worded(label, {number: place + 1}));
}

function nameOfPlace(owner, position) {
  const depth = owner.shape.length;
  return position.map((place, axis) => {
    const size = owner.sizes[axis];
    if (axis < depth - 2) {
      return memberName(size, place);
    }
    return labelsOf(size, owner.shape[axis])[place];
  }).join(" → ");
}

// What rows and columns are called: tokens, channels or pixels where they are queries or keys, else numbers.

function tokenSizes() {
  const weights = activeLines().find((line) => line.role === "normalise");
  const line = weights || activeLines().find((each) => each.name === page.output);
  return weights ? line.sizes.slice(-2) : line.sizes.slice(-2, -1);
}

function labelsOf(size, length) {
  const own = state.labels[size];
  if (own && own.length) {
    return Array.from({length}, (_, place) => own[place] || String(place + 1));
  }
  if (!tokenSizes().includes(size)) {
    return Array.from({length}, (_, place) => String(place + 1));
  }
  return Array.from({length}, (_, place) => worded(words.kinds[state.kind].label, {number: place + 1}));
}

function nameOfPlace(owner, position) {
  const depth = owner.shape.length;
  return position.map((place, axis) => {
    const size = owner.sizes[axis];
    if (axis < depth - 2) {
      return worded(words.member, {number: place + 1});
    }
    return labelsOf(size, owner.shape[axis])[place];
  }).join(" → ");
}

// Small makers of elements; texts are always put in as text, never as HTML, but for the engine's own MathML.

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) {
      made.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      made.setAttribute(name, value);
    }
  }
  made.append(...children);
  return made;
}

// MathML of the engine, which is checked when the page is made.
function engraved(mathml, attributes = {}) {
  const made = element("span", attributes);
  made.innerHTML = mathml;
  return made;
}

function worded(text, given = {}) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in given ? given[name] : whole));
}

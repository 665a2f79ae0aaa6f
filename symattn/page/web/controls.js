// What can be chosen: score function, scale, allowed keys, temperature, labels, digits, theme.

function optionText(choice, option) {
  return words.options[choice][option] || option;
}

function choiceControl(choice) {
  if (choice.name === "scale") {
    const box = element("input", {type: "checkbox", id: "choose-scale", checked: state.chosen.scale === "on"});
    box.addEventListener("change", () => choose("scale", box.checked ? "on" : "off"));
    return element("label", {class: "control"}, box, " ", words.choices.scale);
  }
  const select = element("select", {id: `choose-${choice.name}`}, ...choice.options.map((option) => (
    element("option", {value: option, selected: state.chosen[choice.name] === option}, optionText(choice.name, option)))));
  select.addEventListener("change", () => choose(choice.name, select.value));
  return element("label", {class: "control"}, `${words.choices[choice.name]} `, select);
}

function choose(name, option) {
  setChosen([...Object.entries(state.chosen), [name, option]]);
  rebuild();
}

function temperatureControl() {
  const name = page.temperature;
  const slider = element("input", {type: "range", min: "-2", max: "2", step: "0.01", id: "temperature",
    value: Math.log10(state.numbers[name]) || 0, "aria-label": words.temperature});
  const field = element("input", {type: "text", inputmode: "decimal", size: "6", id: "temperature-number", value: state.texts[name],
    "data-input": name, "data-position": "", "aria-label": words.temperature});
  slider.addEventListener("input", () => {
    const value = Number(slider.value) === 0 ? "1" : String(Number((10 ** Number(slider.value)).toPrecision(3)));
    field.value = value;
    setEntry(name, [], value);
    judge(field, "");
    refresh();
  });
  field.addEventListener("input", () => {
    const value = parsed(field.value);
    const isRight = value !== null && value !== 0 && setEntry(name, [], field.value);
    judge(field, isRight ? "" : worded(words.noTemperature, {text: field.value.slice(0, 40)}));
    if (isRight) {
      slider.value = value > 0 ? Math.log10(value) : 0;
      refresh();
    }
  });
  const symbol = maths("math", entrySymbol(name, []));
  return element("span", {class: "control"}, `${words.temperature} `, symbol, " ", slider, " ", field);
}

function windowControl() {
  const name = page.window;
  const field = element("input", {type: "number", min: "0", step: "1", size: "4", value: state.texts[name],
    id: "window", "data-input": name, "data-position": ""});
  field.addEventListener("input", () => {
    const value = parsed(field.value);
    const isRight = Number.isInteger(value) && value >= 0 && setEntry(name, [], field.value);
    judge(field, isRight ? "" : words.noWindow);
    if (isRight) {
      refresh();
    }
  });
  return element("label", {class: "control"}, `${words.window} `, field);
}

function labelControls() {
  const sizes = [...new Set(tokenSizes())];
  if (!sizes.length) {
    return [];
  }
  const kind = element("select", {id: "kind"}, ...Object.entries(words.kinds).map(([name, each]) => (
    element("option", {value: name, selected: state.kind === name}, each.name))));
  kind.addEventListener("change", () => {
    state.kind = kind.value;
    rebuild();
  });
  const fields = sizes.map((size) => {
    const text = sizes.length > 1 ? worded(words.labelsFor, {size}) : words.labels;
    const field = element("input", {type: "text", value: (state.labels[size] || []).join(" "), maxlength: "400",
      placeholder: words.labelsHint, id: `labels ${size}`});
    field.addEventListener("change", () => {
      const given = field.value.split(/[\s,，、]+/).filter(Boolean).map((label) => label.slice(0, 40));
      state.labels[size] = given;
      rebuild();
      const weights = weightsLine();
      const wanted = weights.shape[weights.sizes.indexOf(size)];
      tell(given.length && given.length !== wanted ? worded(words.labelCount, {given: given.length, wanted}) : "");
    });
    return element("label", {class: "control"}, `${text} `, field);
  });
  // Where queries and keys are different things, they are called that.
  return sizes.length > 1 ? fields : [element("label", {class: "control"}, `${words.kind} `, kind), ...fields];
}

function digitsControl() {
  const select = element("select", {id: "digits"}, ...[2, 3, 4, 6, 8, 12, 17].map((digits) => (
    element("option", {value: digits, selected: digits === state.digits}, String(digits)))));
  select.addEventListener("change", () => {
    state.digits = Number(select.value);
    refresh();
  });
  return element("label", {class: "control"}, `${words.digits} `, select);
}

function exactControl() {
  const box = element("input", {type: "checkbox", id: "show-exact", checked: state.showsExact});
  box.addEventListener("change", () => {
    state.showsExact = box.checked;
    refresh();
  });
  return element("label", {class: "control"}, box, " ", words.showExact);
}

// The controls are built anew where a choice changes them; the one that a person is at keeps the focus.
function buildControls() {
  const focused = document.activeElement ? document.activeElement.id : "";
  const used = new Set(state.inputs.map((input) => input.name));
  const made = page.choices.map(choiceControl);
  if (page.temperature && used.has(page.temperature)) {
    made.push(temperatureControl());
  }
  if (page.window && used.has(page.window)) {
    made.push(windowControl());
  }
  document.getElementById("choices").replaceChildren(...made);
  document.getElementById("display").replaceChildren(...labelControls(), digitsControl(), exactControl());
  const again = focused && document.getElementById(focused);
  if (again && again !== document.activeElement) {
    again.focus();
  }
}

function followTheme() {
  const select = document.getElementById("theme");
  select.addEventListener("change", () => {
    if (select.value === "auto") {
      delete document.documentElement.dataset.theme;
    } else {
      document.documentElement.dataset.theme = select.value;
    }
  });
}

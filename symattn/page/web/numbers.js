// Numbers as a person reads them; zeros at the end say that there is more behind them.

const RAISED = {"-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹"};

function shown(number, digits = state.digits) {
  if (Number.isNaN(number)) {
    return words.noNumber;
  }
  const sign = number < 0 ? "−" : "";
  const size = Math.abs(number);
  if (!Number.isFinite(size)) {
    return `${sign}∞`;
  }
  if (Number.isInteger(size) && size < 10 ** 9) {
    return `${sign}${size}`;
  }
  const exponent = Math.floor(Math.log10(size));
  if (exponent < -4 || exponent >= Math.max(digits, 7)) {
    const [front, power] = size.toExponential(digits - 1).split("e");
    const text = Number(`${front}e${power}`) === size ? trimmed(front) : front;
    return `${sign}${text}×10${[...String(Number(power))].map((sign_) => RAISED[sign_]).join("")}`;
  }
  const text = size.toPrecision(Math.max(digits, exponent + 1));
  if (text.includes("e")) {
    return `${sign}${Number(text)}`;
  }
  return sign + (Number(text) === size ? trimmed(text) : text);
}

function trimmed(text) {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

const NONE = '–';
const whole = new Intl.NumberFormat('en-US');

export const count = (n) => (n === null || n === undefined ? NONE : whole.format(n));
export const share = (x, digits = 1) => (x === null || x === undefined || Number.isNaN(x) ? NONE : `${(x * 100).toFixed(digits)} %`);

/** Dollars: cents, or three digits of a smaller amount. */
export function usd(x) {
  if (x === null || x === undefined) return NONE;
  if (x === 0) return '$0';
  const size = Math.abs(x);
  const digits = size >= 1 ? 2 : Math.min(9, 2 - Math.floor(Math.log10(size)));
  return `${x < 0 ? '−' : ''}$${size.toFixed(digits)}`;
}

export function millis(x) {
  if (x === null || x === undefined) return NONE;
  if (x >= 10_000) return `${(x / 1000).toFixed(1)} s`;
  if (x >= 1000) return `${(x / 1000).toFixed(2)} s`;
  return x >= 100 ? `${x.toFixed(0)} ms` : x >= 1 ? `${x.toFixed(1)} ms` : `${x.toFixed(2)} ms`;
}

export const number = (x, digits = 2) => (x === null || x === undefined ? NONE : x.toFixed(digits));
export const time = (epoch) => new Date(epoch).toLocaleTimeString('en-GB');

export function duration(seconds) {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} days`;
}

export const words = (label) => (label ? label.replaceAll('_', ' ') : NONE);

/** Builds elements. Text is always set as text, so nothing that a server says can become markup. */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined));
}

/** Writes only what has changed, so that a reader's place and a selection survive. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function head(title, subtitle) {
  return h('div', { class: 'head' }, h('h1', {}, title), h('p', {}, subtitle));
}

export function card(width, ...children) {
  return h('section', { class: `card ${width}` }, ...children);
}

/** A figure with a label; returns the element and a way to change what it shows. */
export function tile(label) {
  const value = h('span', { class: 'value' }, '–');
  const more = h('span', { class: 'more' }, '');
  const element = h('div', { class: 'tile' }, h('dt', {}, label), h('dd', {}, value, h('br', { class: 'sr-only' }), more));
  more.style.display = 'block';
  return { element, set: (text, detail = '') => { say(value, text); say(more, detail); } };
}

export function tiles(...list) {
  return h('dl', { class: 'tiles' }, list.map((one) => one.element));
}

/**
 * A table whose rows can be replaced. Columns are [title, numeric?]; the first is the row's header.
 */
export function table(caption, columns, empty, limited = false) {
  const body = h('tbody', {});
  const element = h('div', { class: limited ? 'scroll limit' : 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    h('table', {}, h('caption', { class: 'sr-only' }, caption),
      h('thead', {}, h('tr', {}, columns.map(([title, numeric]) => h('th', { scope: 'col', class: numeric ? 'n' : null }, title)))),
      body));
  let shown = null;
  const rows = (list) => {
    const key = JSON.stringify(list.map((row) => row.map((cell) => (cell instanceof Node ? cell.outerHTML : cell))));
    if (key === shown) return;
    shown = key;
    if (list.length === 0) fill(body, h('tr', {}, h('td', { class: 'empty', colspan: columns.length }, empty)));
    else fill(body, list.map((row) => h('tr', {}, row.map((cell, i) =>
      h(i === 0 ? 'th' : 'td', { scope: i === 0 ? 'row' : null, class: columns[i][1] ? 'n' : null }, cell)))));
  };
  rows([]);
  return { element, rows };
}

export function facts(pairs) {
  return h('dl', { class: 'facts' }, pairs.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));
}

export function pill(text, kind = '') {
  return h('span', { class: `pill ${kind}` }, text);
}

export function announce(text) {
  document.getElementById('announce').textContent = text;
}

import { ApiError, secrets } from './api.js';
import { redress } from './charts.js';
import { announce, card, fill, h, say } from './dom.js';
import * as cache from './pages/cache.js';
import * as canary from './pages/canary.js';
import * as keys from './pages/keys.js';
import * as models from './pages/models.js';
import * as overview from './pages/overview.js';
import * as playground from './pages/playground.js';
import * as requests from './pages/requests.js';
import * as routing from './pages/routing.js';

const EVERY_MILLIS = 2000;
const PAGES = { overview, routing, models, cache, canary, keys, requests, playground };
const READY = 'fairlead.ready'; // drawn with its first figures, and answering to clicks and keys
const THEME = 'fairlead.theme';

const main = document.getElementById('main');
const liveness = document.getElementById('live');
const livenessText = document.getElementById('live-text');
const accessDialog = document.getElementById('access-dialog');

let shown = null;
let timer = 0;

function route() {
  const [name, ...rest] = location.hash.replace(/^#\//, '').split('/');
  return PAGES[name] ? { name, argument: decodeURIComponent(rest.join('/')) } : { name: 'overview', argument: '' };
}

// Not by scrollIntoView, after which browsers begin at the link when somebody presses the tabulator.
function bringIntoSight(list, item) {
  const [outer, inner] = [list.getBoundingClientRect(), item.getBoundingClientRect()];
  list.scrollLeft += Math.min(0, inner.left - outer.left) + Math.max(0, inner.right - outer.right);
}

function navigation() {
  const current = route().name;
  const nav = document.getElementById('nav');
  if (nav.childElementCount === 0) {
    nav.append(...Object.entries(PAGES).map(([name, page]) => h('a', { href: `#/${name}`, 'data-page': name }, page.title)));
  }
  for (const link of nav.children) {
    if (link.dataset.page === current) {
      link.setAttribute('aria-current', 'page');
      bringIntoSight(nav, link);
    } else link.removeAttribute('aria-current');
  }
}

function open(moved) {
  clearTimeout(timer);
  shown?.close?.();
  const { name, argument } = route();
  const page = PAGES[name];
  document.title = `${page.title} – Fairlead`;
  navigation();
  const root = h('div', { 'data-page': name });
  shown = page.open(root, { argument, access, again: () => open(false) });
  shown.root = root;
  fill(main, root);
  window.scrollTo(0, 0);
  if (moved) main.focus();
  refresh(shown);
}

async function refresh(page) {
  clearTimeout(timer);
  if (page !== shown) return;
  if (!document.hidden && page.refresh) {
    try {
      await page.refresh();
      if (page !== shown) return;
      state('on', 'live');
      if (!performance.getEntriesByName(READY).length) performance.mark(READY);
      if (page.failed) {
        page.failed = false;
        fill(main, page.root);
      }
    } catch (error) {
      if (page !== shown) return;
      failed(page, error);
    }
  }
  timer = setTimeout(() => refresh(page), EVERY_MILLIS);
}

function failed(page, error) {
  if (!(error instanceof ApiError)) console.error(error);
  const refused = error.status === 401 || error.status === 403;
  state('off', refused ? 'no access' : 'not connected');
  if (page.failed === error.status) return;
  page.failed = error.status ?? true;
  const retry = refused && error.status === 401
    ? h('button', { type: 'button', class: 'primary', onclick: access }, 'Enter the admin token')
    : null;
  const box = card('problem', h('h2', {}, refused ? 'Access needed' : 'Nothing to show'),
    h('p', {}, error.message), h('p', { class: 'note' }, 'Tried again every two seconds.'), h('div', { class: 'actions' }, retry));
  box.setAttribute('role', 'alert');
  fill(main, h('div', { class: 'head' }, h('h1', {}, PAGES[route().name].title)), box);
}

function state(kind, text) {
  liveness.dataset.state = kind;
  say(livenessText, text);
}

function access() {
  document.getElementById('admin-token').value = secrets.token;
  document.getElementById('api-key').value = secrets.key;
  accessDialog.showModal();
}

accessDialog.addEventListener('close', () => {
  const choice = accessDialog.returnValue;
  accessDialog.returnValue = '';
  if (choice === 'save') {
    secrets.keep(document.getElementById('admin-token').value.trim(), document.getElementById('api-key').value.trim());
  } else if (choice === 'forget') secrets.keep('', '');
  document.getElementById('admin-token').value = '';
  document.getElementById('api-key').value = '';
  if (choice === 'save' || choice === 'forget') {
    announce(choice === 'save' ? 'Access is used in this tab.' : 'Access is forgotten.');
    open(false);
  }
});
document.getElementById('access').addEventListener('click', access);

const systemDark = matchMedia('(prefers-color-scheme: dark)');
const themeButton = document.getElementById('theme');

function theme() {
  const chosen = localStorage.getItem(THEME) ?? 'system';
  const dark = chosen === 'dark' || (chosen === 'system' && systemDark.matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  say(themeButton, `Theme: ${chosen}`);
  redress();
}

themeButton.addEventListener('click', () => {
  const order = ['system', 'light', 'dark'];
  const chosen = localStorage.getItem(THEME) ?? 'system';
  localStorage.setItem(THEME, order[(order.indexOf(chosen) + 1) % order.length]);
  theme();
});
systemDark.addEventListener('change', theme);

document.getElementById('skip').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});
window.addEventListener('hashchange', () => open(true));
document.addEventListener('visibilitychange', () => {
  if (!document.hidden && shown) refresh(shown);
});

theme();
open(false);

import { change, read } from '../api.js';
import { announce, card, h, head, pill, table } from '../dom.js';
import { count, share, usd } from '../format.js';

export const title = 'Keys';

const FIELDS = [['name', 'Name', 'text', 'web shop'], ['tenant', 'Tenant', 'text', 'default'], ['team', 'Team', 'text', ''],
  ['expires_in', 'Expires in', 'text', 'never; 12h, 30d'], ['requests_per_minute', 'Requests a minute', 'number', 'any'],
  ['tokens_per_minute', 'Tokens a minute', 'number', 'any'], ['budget_day_usd', 'Budget a day, USD', 'number', 'none'],
  ['budget_month_usd', 'Budget a month, USD', 'number', 'none']];
const KIND = { active: 'good', expired: 'warn', revoked: 'bad' };

export function open(root, { access }) {
  const budgets = table('Budgets', [['Whose'], ['Level'], ['Window'], ['Spent', true], ['Held', true], ['Limit', true], ['Used']], 'Nobody has a budget.', true);
  const keys = table('Keys', [['Name'], ['Ends with'], ['Tenant, team'], ['Status'], ['Requests a minute', true], ['Created'], ['Expires'], ['Change']], 'No key exists yet: requests need none.', true);
  const outcome = h('p', { class: 'note', role: 'status', id: 'keys-outcome' });
  const secret = h('p', { id: 'new-key', class: 'answer' });
  const copy = h('button', { type: 'button', onclick: () => navigator.clipboard?.writeText(secret.textContent) }, 'Copy');
  const hide = h('button', { type: 'button', id: 'hide-key', onclick: () => { secret.textContent = ''; shown.hidden = true; } }, 'I have it: hide');
  const shown = card('', h('h2', {}, 'The new key'), h('p', { class: 'note' }, 'Shown this once: only its hash is kept.'), secret, h('div', { class: 'actions' }, copy, hide));
  shown.hidden = true;
  const inputs = new Map(FIELDS.map(([name, , type, hint]) =>
    [name, h('input', { id: `key-${name}`, type, placeholder: hint, min: type === 'number' ? '0' : null, step: name.startsWith('budget') ? 'any' : null, autocomplete: 'off' })]));
  const create = h('button', { class: 'primary', id: 'create-key' }, 'Create');
  const form = h('form', { onsubmit: (event) => { event.preventDefault(); make(); } },
    h('div', { class: 'fields' }, FIELDS.map(([name, label]) => h('div', {}, h('label', { for: `key-${name}` }, label), inputs.get(name)))),
    h('div', { class: 'actions' }, create), outcome);
  const why = h('p', { class: 'note' });
  root.append(head('Keys and budgets', 'who may ask, and for how much'), h('div', { class: 'grid' }, shown,
    card('', h('h2', {}, 'Budgets'), budgets.element), card('', h('h2', {}, 'Keys'), keys.element),
    card('', h('h2', {}, 'A new key'), why, form)));
  let admin = false;
  let asked = '';

  async function act(path, body, done) {
    try {
      const told = await change(`/v1/admin/keys${path}`, body);
      if (told.key) {
        secret.textContent = told.key;
        shown.hidden = false;
        shown.scrollIntoView({ block: 'nearest' });
      }
      outcome.textContent = done;
      await show();
    } catch (error) {
      outcome.textContent = `Not done: ${error.message}`;
      if (error.status === 401) access();
    }
    announce(outcome.textContent);
  }

  function make() {
    const body = {};
    for (const [name, , type] of FIELDS) {
      const value = inputs.get(name).value.trim();
      if (value) body[name] = type === 'number' ? Number(value) : value;
    }
    act('', body, 'Created. Its key stands above, this once.');
  }

  /** Asks again before anything that cannot be taken back. */
  function button(id, label, kind, path, done) {
    const armed = asked === id + path;
    return h('button', { type: 'button', class: kind, 'data-act': path, onclick: () => {
      if (!armed) {
        asked = id + path;
        show();
        return;
      }
      asked = '';
      act(`/${encodeURIComponent(id)}/${path}`, {}, done);
    } }, armed ? `Really ${label.toLowerCase()}?` : label);
  }

  function draw(data) {
    admin = data.admin;
    create.disabled = !admin;
    why.textContent = admin ? '' : 'Changes need ADMIN_TOKEN: start the gateway with one, then type it in under Access.';
    budgets.rows(data.budgets.map((b) => [b.name, b.level, b.window, usd(b.spent_usd), usd(b.reserved_usd), usd(b.limit_usd),
      h('span', {}, h('meter', { min: '0', max: '1', high: '0.8', optimum: '0', value: String(Math.min(1, b.spent_usd / b.limit_usd)), 'aria-label': `Used of ${b.name}, ${b.window}` }), ` ${share(b.spent_usd / b.limit_usd, 0)}`)]));
    keys.rows(data.keys.map((k) => [k.name || k.id, `… ${k.ends_with}`, k.team ? `${k.tenant}, ${k.team}` : k.tenant, pill(k.status, KIND[k.status]),
      k.requests_per_minute ? count(k.requests_per_minute) : 'any', new Date(k.created_at).toLocaleDateString('en-GB'),
      k.expires_at ? new Date(k.expires_at).toLocaleString('en-GB') : 'never',
      admin && k.status === 'active'
        ? h('span', {}, button(k.id, 'Rotate', '', 'rotate', 'Rotated. The new key stands above, this once.'), ' ', button(k.id, 'Revoke', 'danger', 'revoke', 'Revoked.'))
        : '–']));
  }

  async function show() { draw(await read('keys')); }

  return { close() { secret.textContent = ''; }, refresh: show };
}

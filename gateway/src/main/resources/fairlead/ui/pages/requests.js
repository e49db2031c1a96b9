import { read } from '../api.js';
import { card, facts, fill, h, head, pill, table } from '../dom.js';
import { count, millis, number, share, time, usd, words } from '../format.js';

export const title = 'Requests';

const STEP = { admit: 'Admit', cache: 'Cache', score: 'Score', route: 'Route', attempt: 'Attempt', replay: 'Replay', store: 'Store', shared: 'Shared answer' };
const KIND = { success: 'good', error: 'bad', cancelled: 'warn' };

export function open(root, { argument }) {
  return argument ? one(root, argument) : list(root);
}

function list(root) {
  const text = h('input', { id: 'find', type: 'search', autocomplete: 'off', oninput: draw });
  const status = h('select', { id: 'status', onchange: draw }, ['all', 'success', 'error', 'cancelled'].map((s) => h('option', {}, s)));
  const use = h('select', { id: 'use', onchange: draw }, ['any', 'hit', 'semantic', 'coalesced', 'stale', 'miss', 'bypass'].map((s) => h('option', {}, s)));
  const rows = table('Recent requests', [['Request'], ['Time'], ['Tenant'], ['Model'], ['Reason'], ['Cache'], ['Complexity', true], ['Cost', true], ['Saved', true], ['Latency', true], ['Status']], 'No request matches.');
  const shown = h('p', { class: 'note', role: 'status' });
  root.append(head('Requests', 'what was remembered of each: numbers and names, never text; of many a second a sample'),
    h('div', { class: 'grid' }, card('',
      h('div', { class: 'fields' },
        h('div', {}, h('label', { for: 'find' }, 'Id, model, tenant or reason'), text),
        h('div', {}, h('label', { for: 'status' }, 'Status'), status),
        h('div', {}, h('label', { for: 'use' }, 'Cache'), use)), shown),
    card('', rows.element)));
  let known = [];

  function draw() {
    const wanted = text.value.trim().toLowerCase();
    const found = known.filter((r) => (status.value === 'all' || r.status === status.value)
      && (use.value === 'any' || r.cache === use.value)
      && (!wanted || [r.id, r.model, r.tenant, r.reason].some((field) => field.toLowerCase().includes(wanted))));
    shown.textContent = `${count(Math.min(200, found.length))} of ${count(known.length)} shown`;
    rows.rows(found.slice(0, 200).map((r) => [
      h('a', { href: `#/requests/${encodeURIComponent(r.id)}`, class: 'mono' }, r.id.length > 16 ? `${r.id.slice(0, 15)}…` : r.id), time(r.time), r.tenant, r.model,
      words(r.reason), r.cache || '–', number(r.complexity), usd(r.cost_usd), usd(r.saved_usd), millis(r.latency_ms), pill(r.failure ? words(r.failure) : r.status, KIND[r.status])]));
  }

  return { close() {}, async refresh() { known = (await read('recent')).requests; draw(); } };
}

function one(root, id) {
  const body = h('div', {});
  root.append(h('p', {}, h('a', { href: '#/requests' }, '← All requests')), head('Request', id), body);
  let done = false;
  return {
    close() {},
    async refresh() {
      if (done) return;
      const r = await read(`request/${id}`);
      done = true;
      fill(body, h('div', { class: 'grid' }, card('', facts([
        ['Status', pill(r.failure ? words(r.failure) : r.status, KIND[r.status])], ['Model', r.model], ['Tier', r.tier || '–'], ['Policy', r.policy || '–'], ['Reason', words(r.reason)],
        ['Complexity', number(r.complexity, 3)], ['Cache', r.cache || '–'], ['Similarity', number(r.similarity, 3)],
        ['Cost', usd(r.cost_usd)], ['Saved', usd(r.saved_usd)], ['Expected quality', share(r.quality)],
        ['Tokens in, out', `${count(r.prompt_tokens)}, ${count(r.completion_tokens)}`], ['Ended', new Date(r.time).toLocaleString('en-GB')], ['Tenant', r.tenant]])),
      card('', timeline(r))));
    },
  };
}

function timeline(r) {
  const total = Math.max(0.001, r.latency_ms, ...r.steps.map((s) => s.begin_ms + s.duration_ms));
  const lanes = [];
  const lane = (name, from, length, kind, note) => {
    const bar = h('span', { class: `span ${kind}` });
    bar.style.left = `${Math.min(100, (from / total) * 100)}%`;
    bar.style.width = `${Math.min(100 - Math.min(100, (from / total) * 100), (length / total) * 100)}%`;
    const track = h('div', { class: 'track', role: 'img', 'aria-label': `${name}: ${note}` }, bar);
    if (r.first_token_ms !== null && kind === '') {
      const mark = h('span', { class: 'mark' });
      mark.style.left = `${Math.min(100, (r.first_token_ms / total) * 100)}%`;
      track.append(mark);
    }
    lanes.push(h('li', {}, h('div', { class: 'lane-name' }, name, h('br', {}), h('span', { class: 'note' }, note)), track));
  };
  for (const s of r.steps) {
    lane(STEP[s.name] ?? s.name, s.begin_ms, s.duration_ms, 'gateway', millis(s.duration_ms));
    if (s.name !== 'attempt') continue;
    let at = s.begin_ms;
    for (const t of r.tries) {
      const ok = t.result === 'success';
      lane(`Try ${t.number}: ${t.model}`, Math.min(at, total), t.latency_ms, ok ? '' : 'failed',
        `${words(t.result)}${t.http_status ? ` (${t.http_status})` : ''}, ${millis(t.latency_ms)}`);
      at += t.latency_ms;
    }
  }
  const first = r.first_token_ms === null ? '' : ` First token after ${millis(r.first_token_ms)} (mark).`;
  return h('div', {}, h('h2', {}, `Timeline: ${millis(r.latency_ms)}`), h('ol', { class: 'lanes' }, lanes),
    h('p', { class: 'note' }, `Each step ends where the next begins. Tries are drawn one behind the other from the start of theirs; waits between them are not kept apart.${first}`));
}

import { change, read } from '../api.js';
import { axis, figure } from '../charts.js';
import { announce, card, h, head, table, tile, tiles } from '../dom.js';
import { count, number, share, words } from '../format.js';

export const title = 'Cache';

const KINDS = [['hit', 'identical request'], ['semantic', 'same meaning'], ['coalesced', 'joined one under way'], ['stale', 'expired, being refreshed'], ['miss', 'looked up, not found'], ['bypass', 'not looked up']];
const BINS = 20;
const LOWEST = 0.8;

export function open(root, { access }) {
  const ratio = tile('Hit ratio of the store');
  const entries = tile('Entries');
  const wrong = tile('False hits, measured');
  const working = tile('Similarity in force');
  const kinds = figure('Answers by how the cache took part', 'bar',
    { indexAxis: 'y', scales: { x: axis('answers', { ticks: { precision: 0 } }), y: { grid: { display: false } } }, plugins: { legend: { display: false, labels: {} } } }, [['Kind'], ['Meaning'], ['Answers', true]]);
  const similar = figure('Similarity of semantic hits', 'bar',
    { scales: { x: { title: { display: true, text: 'cosine similarity' }, grid: { display: false } }, y: axis('hits', { ticks: { precision: 0 } }) }, plugins: { legend: { display: false, labels: {} } } }, [['Similarity'], ['Hits', true]]);
  const vetoes = table('Hits that the verifier refused', [['Because of'], ['Refused', true]], 'None.');
  const tenant = h('input', { id: 'flush-tenant', autocomplete: 'off' });
  const model = h('input', { id: 'flush-model', autocomplete: 'off' });
  const outcome = h('p', { class: 'note', role: 'status' });
  const dialog = h('dialog', { 'aria-labelledby': 'flush-title' },
    h('form', { method: 'dialog' }, h('h2', { id: 'flush-title' }, 'Flush the cache?'),
      h('p', { id: 'flush-what' }), h('div', { class: 'actions' },
        h('button', { value: 'flush', class: 'danger', id: 'flush-confirm' }, 'Flush'), h('button', { value: 'cancel' }, 'Keep'))));
  dialog.addEventListener('close', () => {
    const go = dialog.returnValue === 'flush';
    dialog.returnValue = '';
    if (go) flush();
  });

  function conditions() {
    return Object.fromEntries([['tenant', tenant.value.trim()], ['model', model.value.trim()]].filter(([, value]) => value));
  }

  async function flush() {
    try {
      const { removed } = await change('/cache/flush', conditions());
      outcome.textContent = `${count(removed)} entries removed.`;
    } catch (error) {
      outcome.textContent = `Not flushed: ${error.message}`;
      if (error.status === 401) access();
    }
    announce(outcome.textContent);
  }

  const form = h('form', { onsubmit: (event) => {
    event.preventDefault();
    const only = Object.entries(conditions()).map(([k, v]) => `${k} ${v}`).join(' and ');
    dialog.querySelector('#flush-what').textContent = only ? `Entries of ${only} are removed, on every replica.` : 'All entries of all tenants are removed, on every replica.';
    dialog.showModal();
  } }, h('div', { class: 'fields' },
    h('div', {}, h('label', { for: 'flush-tenant' }, 'Only of tenant'), tenant),
    h('div', {}, h('label', { for: 'flush-model' }, 'Only of model'), model)),
  h('div', { class: 'actions' }, h('button', { class: 'danger', id: 'flush' }, 'Flush …'), outcome));

  root.append(head('Cache', 'the store, and with Redis the answers, are of all replicas; similarities are of this gateway'),
    tiles(ratio, entries, wrong, working),
    h('div', { class: 'grid' }, card('w6', kinds.element),
      card('w6', similar.element, h('p', { class: 'note' }, 'Of the requests that are remembered. What was near but not served is not in here.')),
      card('w6', h('h2', {}, 'Refused by the verifier'), vetoes.element),
      card('w6', h('h2', {}, 'Flush'), h('p', { class: 'note' }, 'Needs the admin token where one is set; without one it works on this machine only.'), form)), dialog);

  return {
    close() { kinds.close(); similar.close(); },
    async refresh() {
      const [data, recent] = await Promise.all([read('cache'), read('recent')]);
      const stats = data.stats;
      if (stats) {
        ratio.set(share(stats.hit_ratio), `${count(stats.hits)} of ${count(stats.lookups)} lookups`);
        entries.set(count(stats.entries), `${count(stats.vectors)} vectors · ${stats.store} ${stats.store_available ? 'available' : 'away'}`);
        const measured = stats.false_hit_rate !== null;
        wrong.set(measured ? share(stats.false_hit_rate, 2) : 'not measured',
          stats.false_hit_rate_low !== null && stats.false_hit_rate_high !== null
            ? `${share(stats.false_hit_rate_low, 2)} to ${share(stats.false_hit_rate_high, 2)} · ${count(stats.labels)} labels` : `${count(stats.labels)} labels so far`);
        const none = stats.operating_similarity == null;
        working.set(none ? 'none' : number(stats.operating_similarity, 3),
          `policy ${words(stats.semantic_policy)}${none ? ' · near answers are not served now' : ''}`);
        vetoes.rows(Object.entries(stats.vetoes).sort((a, b) => b[1] - a[1]).map(([name, n]) => [words(name), count(n)]));
      } else {
        ratio.set('–', 'the cache service is away');
        for (const one of [entries, wrong, working]) one.set('–');
      }
      const seen = KINDS.filter(([kind]) => data.answers[kind] > 0);
      kinds.show({ labels: seen.map(([kind]) => kind), datasets: [{ label: 'answers', index: 0, data: seen.map(([kind]) => data.answers[kind]) }] },
        seen.map(([kind, meaning]) => [kind, meaning, count(data.answers[kind])]));
      histogram(recent.requests.map((r) => r.similarity).filter((s) => s !== null));
    },
  };

  function histogram(values) {
    const counts = new Array(BINS).fill(0);
    const width = (1 - LOWEST) / BINS;
    for (const value of values) counts[Math.min(BINS - 1, Math.max(0, Math.floor((value - LOWEST) / width)))]++;
    const labels = counts.map((_, i) => (i === 0 ? `< ${(LOWEST + width).toFixed(2)}` : (LOWEST + i * width).toFixed(2)));
    similar.show({ labels, datasets: [{ label: 'hits', index: 2, data: counts }] },
      values.length ? labels.map((label, i) => [label, count(counts[i])]).filter((_, i) => counts[i] > 0) : [],
      `${values.length} semantic hits.`);
  }
}

import { read } from '../api.js';
import { axis, figure } from '../charts.js';
import { card, h, head, table, tile, tiles } from '../dom.js';
import { count, duration, millis, share, time, usd } from '../format.js';

export const title = 'Overview';

export function open(root) {
  const requests = tile('Requests');
  const spent = tile('Spend');
  const saved = tile('Saved against the baseline');
  const cached = tile('Answered from the cache');
  const latency = tile('Latency, p95');
  const firstToken = tile('First token, p95');
  const errors = tile('Errors');
  const kept = tile('Quality kept');
  const traffic = figure('Requests in steps of five seconds', 'bar',
    { scales: { x: { stacked: true, ticks: { maxRotation: 0, autoSkipPadding: 24 }, grid: { display: false } }, y: axis('requests', { stacked: true, ticks: { precision: 0 } }) } },
    [['Time'], ['By a model', true], ['From the cache', true], ['Errors', true]]);
  const money = figure('Dollars in steps of five seconds', 'line',
    { elements: { point: { radius: 0 }, line: { borderWidth: 2, tension: 0.25 } },
      scales: { x: { ticks: { maxRotation: 0, autoSkipPadding: 24 }, grid: { display: false } }, y: axis('US dollars', { ticks: { callback: usd } }) } },
    [['Time'], ['Spend', true], ['Saved', true]]);
  const models = table('Answers by model', [['Model'], ['Answers', true], ['Share', true]], 'No answers yet. Send a request, or try the playground.');
  const since = h('p', {});
  const header = head('Overview', '');
  header.lastChild.replaceWith(since);
  root.append(header,
    tiles(requests, spent, saved, cached, latency, firstToken, errors, kept),
    h('div', { class: 'grid' },
      card('w6', traffic.element), card('w6', money.element),
      card('', h('h2', {}, 'Answers by model'), models.element)));

  return {
    close() { traffic.close(); money.close(); },
    async refresh() {
      const data = await read('overview');
      const { totals, window } = data;
      const all = data.scope === 'all';
      const counted = all ? `all gateways since ${new Date(data.since).toLocaleString('en-GB')}` : `since the start of this gateway ${duration(data.uptime_seconds)} ago`;
      since.textContent = `${counted} · default policy ${data.policy} · version ${data.version}`;
      requests.set(count(totals.requests), `${count(window.requests)} in the last ${duration(window.seconds)}${all ? ', here' : ''}`);
      spent.set(usd(totals.cost_usd), `${count(totals.prompt_tokens + totals.completion_tokens)} tokens`);
      const whole = totals.cost_usd + totals.saved_usd;
      saved.set(usd(totals.saved_usd), whole > 0 ? `${share(totals.saved_usd / whole)} of the baseline's price` : '');
      const answers = Object.values(totals.cache).reduce((a, b) => a + b, 0);
      const hits = answers - totals.cache.miss - totals.cache.bypass;
      cached.set(answers ? share(hits / answers) : '–', `${count(hits)} of ${count(answers)} answers`);
      const l = window.latency_ms;
      latency.set(millis(l.p95), l.samples ? `p50 ${millis(l.p50)} · p99 ${millis(l.p99)}` : 'no answers of late');
      const f = window.first_token_ms;
      firstToken.set(millis(f.p95), f.samples ? `p50 ${millis(f.p50)} of ${count(f.samples)} ${f.samples === 1 ? 'stream' : 'streams'}` : 'no streams of late');
      errors.set(count(totals.errors), `${totals.requests ? share(totals.errors / totals.requests) : '0 %'} · ${count(totals.cancelled)} cancelled`);
      const q = totals.quality_retention;
      kept.set(q.answers ? share(q.mean) : '–', q.answers ? `expected; 95 %: ${share(q.low)} to ${share(q.high)}` : 'no routed answers yet');
      charts(window);
      const answered = Object.values(totals.models).reduce((a, b) => a + b, 0);
      models.rows(Object.entries(totals.models).sort((a, b) => b[1] - a[1]).map(([id, n]) => [id, count(n), share(n / answered)]));
    },
  };

  function charts(window) {
    const s = window.series;
    const labels = s.requests.map((_, i) => time(window.begin + i * window.step_seconds * 1000));
    const byModel = s.requests.map((n, i) => n - s.hits[i] - s.errors[i]);
    const busy = labels.map((_, i) => i).filter((i) => s.requests[i] > 0).reverse();
    traffic.show({ labels, datasets: [
      { label: 'by a model', index: 0, data: byModel },
      { label: 'from the cache', index: 3, data: s.hits },
      { label: 'errors', index: 1, data: s.errors }] },
    busy.map((i) => [labels[i], count(byModel[i]), count(s.hits[i]), count(s.errors[i])]),
    `${window.requests} requests, ${window.errors} errors in the last ${window.seconds} seconds.`);
    money.show({ labels, datasets: [
      { label: 'spend', index: 1, data: s.cost_usd, fill: true },
      { label: 'saved', index: 0, data: s.saved_usd, fill: true }] },
    busy.map((i) => [labels[i], usd(s.cost_usd[i]), usd(s.saved_usd[i])]));
  }
}

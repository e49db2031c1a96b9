import { read } from '../api.js';
import { axis, figure } from '../charts.js';
import { card, h, head, pill, table } from '../dom.js';
import { count, millis, number, share, usd } from '../format.js';

export const title = 'Models';

const BREAKER = { closed: 'good', half_open: 'warn', open: 'bad' };

export function open(root) {
  const models = table('Models', [['Model'], ['Provider'], ['Tier'], ['Input / 1M', true], ['Output / 1M', true], ['Tries', true], ['Errors', true], ['p50', true], ['p95', true], ['Tokens / s', true], ['Burn short', true], ['Burn long', true]], 'No models are known yet.');
  const providers = table('Providers', [['Provider'], ['Kind'], ['Breaker'], ['In flight', true], ['Failures', true], ['Models']], 'The provider service does not answer.');
  const latency = figure('Time until an answer of usual length', 'bar',
    { scales: { x: { grid: { display: false } }, y: axis('milliseconds') } }, [['Model'], ['p50', true], ['p95', true]]);
  const burn = figure('How fast error budgets burn', 'bar',
    { scales: { x: { grid: { display: false } }, y: axis('1 uses the budget up exactly', { suggestedMax: 1 }) } }, [['Model'], ['Short window', true], ['Long window', true]]);
  root.append(head('Models and providers', 'prices in US dollars per million tokens; figures of this gateway'),
    h('div', { class: 'grid' }, card('', h('h2', {}, 'Models'), models.element),
      card('w6', latency.element), card('w6', burn.element,
        h('p', { class: 'note' }, 'No bar: no try was late or failed. Above 1 the objective is missed if it goes on like this.')),
      card('', h('h2', {}, 'Providers'), providers.element,
        h('p', { class: 'note' }, 'An open breaker refuses calls for a while after too many failures; half open tries one again.'))));

  return {
    close() { latency.close(); burn.close(); },
    async refresh() {
      const data = await read('models');
      const stats = data.statistics;
      models.rows(data.models.map((m) => {
        const s = stats[m.id];
        const b = data.burn[m.id];
        return [m.id, m.provider, m.tier ?? '–', usd(m.price?.input), usd(m.price?.output), count(s?.tries ?? 0), s ? share(s.error_rate) : '–',
          millis(s?.latency_p50_ms), millis(s?.latency_p95_ms), s?.tokens_per_second ? number(s.tokens_per_second, 0) : '–',
          burning(b?.short), burning(b?.long)];
      }));
      providers.rows(data.providers.map((p) => [p.name, p.kind, pill(p.breaker.replace('_', ' '), BREAKER[p.breaker] ?? ''), count(p.in_flight),
        p.failure_rate === undefined ? '–' : share(p.failure_rate), p.models.join(', ')]));
      const known = data.models.map((m) => m.id).filter((id) => stats[id]?.latency_p50_ms != null);
      latency.show({ labels: known, datasets: [
        { label: 'p50', index: 0, data: known.map((id) => stats[id].latency_p50_ms) },
        { label: 'p95', index: 3, data: known.map((id) => stats[id].latency_p95_ms) }] },
      known.map((id) => [id, millis(stats[id].latency_p50_ms), millis(stats[id].latency_p95_ms)]));
      const tried = data.models.map((m) => m.id).filter((id) => data.burn[id]?.samples > 0);
      burn.show({ labels: tried, datasets: [
        { label: 'short window', index: 1, data: tried.map((id) => data.burn[id].short) },
        { label: 'long window', index: 2, data: tried.map((id) => data.burn[id].long) }] },
      tried.map((id) => [id, number(data.burn[id].short), number(data.burn[id].long)]));
    },
  };
}

function burning(x) {
  return x === undefined ? '–' : x >= 1 ? pill(number(x), 'bad') : number(x);
}

import { read } from '../api.js';
import { axis, figure } from '../charts.js';
import { card, h, head, table } from '../dom.js';
import { count, number, share, usd, words } from '../format.js';

export const title = 'Routing';

const TIERS = ['cheap', 'standard', 'quality', 'none'];

function tally(list, key) {
  const counts = new Map();
  for (const one of list) counts.set(key(one), (counts.get(key(one)) ?? 0) + 1);
  return counts;
}

export function open(root) {
  const scatter = figure('Complexity against cost, one point a request', 'scatter',
    { elements: { point: { radius: 5, hoverRadius: 7 } },
      scales: { x: axis('complexity of the prompt', { min: 0, max: 1 }), y: axis('cost, US dollars', { ticks: { callback: usd } }) },
      plugins: { tooltip: { callbacks: { label: (at) => `${at.dataset.label}: complexity ${number(at.raw.x)}, ${usd(at.raw.y)}` } } } },
    [['Request'], ['Model'], ['Complexity', true], ['Cost', true]], true);
  const tiers = figure('Share per tier', 'bar',
    { indexAxis: 'y', scales: { x: axis('share of decisions', { max: 1, ticks: { callback: (x) => `${Math.round(x * 100)} %` } }), y: { grid: { display: false } } }, plugins: { legend: { display: false, labels: {} } } },
    [['Tier'], ['Decisions', true], ['Share', true]]);
  const reasons = table('Reasons', [['Reason'], ['Policy'], ['Requests', true], ['Share', true], ['Mean cost', true]], 'No decisions yet.');
  const subtitle = h('p', {});
  const header = head('Routing', '');
  header.lastChild.replaceWith(subtitle);
  root.append(header, h('div', { class: 'grid' },
    card('w8', scatter.element,
      h('p', { class: 'note' }, 'Prompts that were scored and answered by a model. A model named by the caller and a hit of the exact cache need no score.')),
    card('w4', tiers.element),
    card('', h('h2', {}, 'Why'), reasons.element)));

  return {
    close() { scatter.close(); tiers.close(); },
    async refresh() {
      const { requests, remembered } = await read('recent');
      const answered = requests.filter((r) => r.status === 'success');
      subtitle.textContent = `the last ${count(requests.length)} requests (at most 1000 of ${count(remembered)} remembered)`;
      const points = answered.filter((r) => r.complexity !== null && r.tier);
      const ids = [...new Set(points.map((r) => r.model))].sort();
      scatter.show({ datasets: ids.map((id, index) => ({ label: id, index, data: points.filter((r) => r.model === id).map((r) => ({ x: r.complexity, y: r.cost_usd })) })) },
        points.slice(0, 100).map((r) => [h('a', { href: `#/requests/${r.id}` }, r.id), r.model, number(r.complexity), usd(r.cost_usd)]),
        `${points.length} requests on ${ids.length} models.`);
      const decided = answered.filter((r) => r.tier);
      const byTier = tally(decided, (r) => r.tier);
      const known = TIERS.filter((t) => byTier.has(t));
      tiers.show({ labels: known, datasets: [{ label: 'share', index: 0, data: known.map((t) => byTier.get(t) / decided.length) }] },
        known.map((t) => [t, count(byTier.get(t)), share(byTier.get(t) / decided.length)]));
      const groups = Map.groupBy(answered, (r) => `${r.reason}|${r.policy}`);
      reasons.rows([...groups.values()].sort((a, b) => b.length - a.length).map((list) => [
        words(list[0].reason), list[0].policy, count(list.length), share(list.length / answered.length),
        usd(list.reduce((sum, r) => sum + r.cost_usd, 0) / list.length)]));
    },
  };
}

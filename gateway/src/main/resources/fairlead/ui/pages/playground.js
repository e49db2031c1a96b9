import { ask, events, read } from '../api.js';
import { announce, card, facts, fill, h, head, pill, table } from '../dom.js';
import { count, millis, number, usd, words } from '../format.js';

export const title = 'Playground';

const EXAMPLE = 'Explain in two sentences why the sky is blue.';

export function open(root, { access }) {
  const prompt = h('textarea', { id: 'prompt', rows: '6' }, EXAMPLE);
  const model = h('select', { id: 'model' }, h('option', { value: 'auto' }, 'auto'));
  const most = h('input', { id: 'most', type: 'number', min: '1', max: '8192', value: '256' });
  const fresh = h('select', { id: 'fresh' }, h('option', { value: '' }, 'may answer'), h('option', { value: 'no-cache' }, 'is left out'));
  const send = h('button', { class: 'primary', id: 'send' }, 'Send');
  const stop = h('button', { type: 'button', id: 'stop', disabled: true, onclick: () => running?.abort() }, 'Stop');
  const state = h('p', { class: 'note', role: 'status', id: 'state' }, 'Real requests: they cost what they say.');
  const answer = h('p', { class: 'answer', id: 'answer', 'aria-live': 'polite', 'aria-busy': 'false' });
  const decision = h('div', { id: 'decision' }, h('p', { class: 'empty' }, 'Send a prompt to see who answers it, and why.'));
  const others = table('What other models would have cost', [['Model'], ['Provider'], ['Tier'], ['Rank', true], ['For these tokens', true], ['Estimated before', true], ['First token', true]], 'Nothing yet.');
  const form = h('form', { onsubmit: (event) => { event.preventDefault(); run(); } },
    h('label', { for: 'prompt' }, 'Prompt'), prompt,
    h('div', { class: 'fields' },
      h('div', {}, h('label', { for: 'model' }, 'Model or policy'), model),
      h('div', {}, h('label', { for: 'most' }, 'Most output tokens'), most),
      h('div', {}, h('label', { for: 'fresh' }, 'The cache'), fresh)),
    h('div', { class: 'actions' }, send, stop), state);
  prompt.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  root.append(head('Playground', 'one prompt through the whole gateway'), h('div', { class: 'grid' },
    card('w5', form), card('w7', h('h2', {}, 'Answer'), answer),
    card('', h('h2', {}, 'Decision'), decision),
    card('', h('h2', {}, 'What other models would have cost'), others.element)));
  let running = null;
  let prices = new Map();

  async function models() {
    const data = await read('models');
    prices = new Map(data.models.map((m) => [m.id, m.price]));
    if (model.options.length === 1) {
      const policies = ['complexity', 'cheapest', 'fastest_p95', 'slo_burn_aware', 'prompt_length'].map((p) => `auto:${p}`);
      model.append(...[...policies, ...data.models.map((m) => m.id)].map((id) => h('option', { value: id }, id)));
    }
  }

  async function run() {
    if (running || !prompt.value.trim()) return;
    const control = new AbortController();
    running = control;
    busy(true);
    fill(answer);
    others.rows([]);
    const body = { model: model.value, messages: [{ role: 'user', content: prompt.value }], max_tokens: Number(most.value) || 256 };
    if (fresh.value) body.fairlead = { cache_control: fresh.value };
    const began = performance.now();
    try {
      const route = await (await ask('/v1/route', body, control.signal)).json();
      candidates(route, null);
      await stream(body, route, control, began);
    } catch (error) {
      const stopped = error.name === 'AbortError';
      say(stopped ? 'Stopped.' : `No answer: ${error.message}`);
      if (error.status === 401) access();
    } finally {
      running = null;
      busy(false);
    }
  }

  async function stream(body, route, control, began) {
    const response = await ask('/v1/chat/completions', { ...body, stream: true, stream_options: { include_usage: true } }, control.signal);
    const header = (name) => response.headers.get(name);
    let first = null;
    let usage = null;
    let extra = null;
    for await (const data of events(response)) {
      if (data === '[DONE]') break;
      const chunk = JSON.parse(data);
      if (chunk.error) throw new Error(chunk.error.message);
      const piece = chunk.choices?.[0]?.delta?.content;
      if (piece) {
        first ??= performance.now() - began;
        answer.append(piece);
      }
      usage = chunk.usage ?? usage;
      extra = chunk.fairlead ?? extra;
    }
    const took = performance.now() - began;
    const cost = extra?.cost_usd ?? header('x-query-cost');
    const id = header('x-request-id');
    fill(decision, facts([
      ['Model', header('x-model-used') ?? '–'], ['Policy', header('x-fairlead-policy') ?? '–'], ['Reason', words(header('x-fairlead-reason'))],
      ['Complexity', header('x-fairlead-complexity') ?? (route.complexity === null ? '–' : number(route.complexity, 3))],
      ['Cache', pill(header('x-fairlead-cache') ?? '–')], ['Cost', cost === null ? '–' : usd(Number(cost))],
      ['Saved', extra?.saved_usd === undefined ? '–' : usd(Number(extra.saved_usd))],
      ['Tokens in, out', usage ? `${count(usage.prompt_tokens)}, ${count(usage.completion_tokens)}` : '–'],
      ['First token here', millis(first)], ['Whole answer here', millis(took)],
      ['Request', h('a', { href: `#/requests/${encodeURIComponent(id)}` }, id)]]));
    candidates(route, usage);
    say(`Answered by ${header('x-model-used')} in ${millis(took)}.`);
  }

  function candidates(route, usage) {
    const chosen = route.model;
    others.rows(route.candidates.map((c) => {
      const price = prices.get(c.model);
      const same = usage && price ? usd((usage.prompt_tokens * price.input + usage.completion_tokens * price.output) / 1e6) : '–';
      return [c.model === chosen ? h('strong', {}, `${c.model} (routed to)`) : c.model, c.provider, c.tier ?? '–',
        c.feasible ? count(c.rank) : words(c.dropped), same, c.feasible ? usd(c.estimated_cost_usd) : '–', millis(c.expected_ttft_ms)];
    }));
  }

  function say(text) {
    state.textContent = text;
    announce(text);
  }

  function busy(on) {
    send.disabled = on;
    stop.disabled = !on;
    answer.setAttribute('aria-busy', String(on));
    if (on) state.textContent = 'Waiting …';
  }

  return { close() { running?.abort(); }, async refresh() { if (model.options.length === 1) await models(); } };
}

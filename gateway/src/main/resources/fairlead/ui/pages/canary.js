import { change, read } from '../api.js';
import { announce, card, facts, fill, h, head, pill, table } from '../dom.js';
import { count, number, words } from '../format.js';

export const title = 'Canary';

export function open(root, { access }) {
  const stages = h('ol', { class: 'steps', 'aria-label': 'Stages' });
  const evidence = h('div', {});
  const progress = h('progress', { max: '1', value: '0', 'aria-label': 'Window of tries' });
  const outcome = h('p', { class: 'note', role: 'status' });
  const history = table('History', [['Time'], ['From stage', true], ['To stage', true], ['Reason']], 'No stage has changed yet.');
  const step = (id, label, kind, path, body) => h('button', { type: 'button', id, class: kind, onclick: () => act(path, body) }, label);
  const buttons = [
    step('advance', 'Advance', 'primary', 'advance', {}),
    step('force', 'Advance without a full window', '', 'advance', { force: true }),
    step('rollback', 'Roll back', 'danger', 'rollback', {})];
  const why = h('p', { class: 'note' });
  const none = card('', h('p', { class: 'empty' }, 'No canary is configured. Name canary.baseline and canary.candidate in the configuration to try a model on a part of the traffic.'));
  const grid = h('div', { class: 'grid' },
    card('w7', h('h2', {}, 'Stage'), stages, evidence, h('label', {}, 'Window'), progress),
    card('w5', h('h2', {}, 'Steer'), h('p', { class: 'note' }, 'Every replica follows; each change is kept with its time and reason.'), h('div', { class: 'actions' }, buttons), why, outcome),
    card('', h('h2', {}, 'History'), history.element));
  root.append(head('Canary', 'a candidate on a growing share of the traffic'), none, grid);
  let last = '';

  async function act(path, body) {
    try {
      draw(await change(`/v1/admin/canary/${path}`, body), true);
      outcome.textContent = 'Done.';
    } catch (error) {
      outcome.textContent = `Not done: ${error.message}`;
      if (error.status === 401) access();
    }
    announce(outcome.textContent);
  }

  let known = {};

  function draw(told) {
    known = { ...known, ...told };
    const data = known;
    none.hidden = data.configured;
    grid.hidden = !data.configured;
    const key = JSON.stringify(data);
    if (key === last || !data.configured) return;
    last = key;
    fill(stages, [0, ...data.stages].map((percent, i) =>
      h('li', { 'aria-current': i === data.stage ? 'step' : null }, `${percent} %`)));
    const burn = data.burn > data.burn_multiplier ? 'bad' : 'good';
    fill(evidence, facts([['Candidate', data.candidate], ['Baseline', data.baseline],
      ['Tries in the window', `${count(data.samples)} of ${count(data.window)}`],
      ['Burn', pill(number(data.burn), data.samples ? burn : '')], ['Rolled back above', number(data.burn_multiplier)]]));
    progress.value = Math.min(1, data.samples / data.window);
    buttons[0].disabled = !data.admin || data.stage >= data.stages.length;
    buttons[1].disabled = buttons[0].disabled;
    buttons[2].disabled = !data.admin || data.stage === 0;
    why.textContent = data.admin ? '' : 'These exist only where ADMIN_TOKEN is set: start the gateway with one, then type it in under Access.';
    history.rows([...data.history].reverse().map((t) => [new Date(t.time).toLocaleString('en-GB'), count(t.from), count(t.to), words(t.reason)]));
  }

  return { close() {}, async refresh() { draw(await read('canary')); } };
}

import { h, fill, table } from './dom.js';

/** Told apart in light and dark and by the commoner kinds of colour blindness; shapes help. */
const LIGHT = ['#0f766e', '#c2410c', '#6d28d9', '#0369a1', '#a16207', '#be185d', '#4d7c0f', '#475569'];
const DARK = ['#2dd4bf', '#fb923c', '#a78bfa', '#38bdf8', '#facc15', '#f472b6', '#a3e635', '#94a3b8'];
const SHAPES = ['circle', 'triangle', 'rect', 'rectRot', 'star', 'cross', 'crossRot', 'dash'];

const live = new Set();
const isDark = () => document.documentElement.dataset.theme === 'dark';
export const colour = (i) => (isDark() ? DARK : LIGHT)[i % LIGHT.length];
export const shape = (i) => SHAPES[i % SHAPES.length];
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function dress(chart) {
  const soft = token('--soft');
  const line = token('--line');
  for (const scale of Object.values(chart.options.scales ?? {})) {
    scale.ticks = { ...scale.ticks, color: soft };
    scale.grid = { ...scale.grid, color: line };
    scale.border = { ...scale.border, color: line };
    if (scale.title) scale.title.color = soft;
  }
  chart.options.plugins.legend.labels.color = token('--ink');
}

/** The theme has changed. */
export function redress() {
  for (const one of live) one.rebuild();
}

/**
 * A chart with a caption, what it says in one sentence, and its figures as a table.
 * `paint(show)` gets a function of the data: it returns {labels, datasets} with palette indexes.
 */
export function figure(caption, type, options, columns, tall = false) {
  const canvas = h('canvas', { role: 'img', 'aria-label': caption });
  const area = h('div', { class: tall ? 'canvas tall' : 'canvas' }, canvas);
  const empty = h('p', { class: 'empty' }, 'Nothing yet.');
  const figures = table(caption, columns, 'Nothing yet.', true);
  const element = h('figure', {}, h('figcaption', {}, caption), area, empty,
    h('details', {}, h('summary', {}, 'As a table'), figures.element));
  let chart = null;
  let last = null;

  function datasets(data) {
    return data.datasets.map((set) => ({
      ...set,
      backgroundColor: type === 'line' ? `${colour(set.index)}22` : type === 'scatter' ? `${colour(set.index)}bb` : colour(set.index),
      borderColor: colour(set.index),
      pointStyle: shape(set.index),
    }));
  }

  function redraw() {
    if (last === null) return;
    if (chart === null) {
      chart = new window.Chart(canvas, {
        type,
        data: { labels: [], datasets: [] },
        options: {
          animation: false,
          responsive: true,
          maintainAspectRatio: false,
          interaction: { mode: 'nearest', intersect: type === 'scatter' },
          ...options,
          plugins: {
            legend: { position: 'bottom', labels: { usePointStyle: true, boxHeight: 7, boxWidth: 10 } },
            ...options.plugins,
          },
        },
      });
    }
    dress(chart);
    chart.data.labels = last.labels;
    // A data set is kept as the same object, or the chart forgets which ones a reader has hidden.
    const sets = datasets(last);
    chart.data.datasets = sets.map((set, i) => Object.assign(chart.data.datasets[i] ?? {}, set));
    chart.update('none');
  }

  const self = {
    element,
    rebuild() {
      chart?.destroy();
      chart = null;
      redraw();
    },
    show(data, rows, sentence) {
      const nothing = rows.length === 0;
      area.hidden = nothing;
      empty.hidden = !nothing;
      figures.rows(rows);
      canvas.setAttribute('aria-label', sentence ? `${caption}. ${sentence}` : caption);
      if (nothing) return;
      last = data;
      redraw();
    },
    close() {
      live.delete(self);
      chart?.destroy();
      fill(area);
    },
  };
  live.add(self);
  return self;
}

export const axis = (title, more = {}) => ({ beginAtZero: true, title: { display: true, text: title }, ...more });

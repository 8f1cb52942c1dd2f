/** Draws a shared chart on a canvas in the window and adds tooltips and a clickable legend. */
import {
  Chart,
  Filler,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  SubTitle,
  Title,
  Tooltip,
} from 'chart.js';
import { notesOf } from '../../shared/charts/heat-map.ts';
import {
  bandLabel,
  type ChartPoint,
  isBand,
  type LineChart,
} from '../../shared/charts/line-chart.ts';

Chart.register(
  Filler,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  SubTitle,
  Title,
  Tooltip,
);

Chart.defaults.font.family = "system-ui, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif";

const MOST_LEGEND_ENTRIES = 8;

/** The window shows title and N beside the chart, so the chart itself leaves them out. */
export function chartForWindow(chart: LineChart): LineChart {
  const lines = chart.data.datasets.filter(({ label }) => !isBand(label));
  const legend = chart.options?.plugins?.legend;
  return {
    ...chart,
    options: {
      ...chart.options,
      layout: { padding: 0 },
      interaction: { mode: 'nearest', intersect: false, axis: 'xy' },
      plugins: {
        ...chart.options?.plugins,
        title: { display: false },
        subtitle: { display: false },
        legend: {
          ...legend,
          display:
            legend?.display === true ||
            (legend?.display !== false && lines.length > 1 && lines.length <= MOST_LEGEND_ENTRIES),
          onClick: (_event, { text, datasetIndex }, { chart: drawn }) => {
            if (datasetIndex === undefined) return;
            const isShown = !drawn.isDatasetVisible(datasetIndex);
            drawn.data.datasets.forEach(({ label }, index) => {
              if (label === text || label === bandLabel(text))
                drawn.setDatasetVisibility(index, isShown);
            });
            drawn.update();
          },
        },
        tooltip: {
          filter: ({ dataset }) => !isBand(dataset.label),
          callbacks: {
            title: ([item]) => (item ? item.dataset.label : ''),
            label: ({ parsed, raw, chart: drawn }) => [
              `${axisTitle(drawn, 'x')}: ${readable(parsed.x)}`,
              `${axisTitle(drawn, 'y')}: ${readable(parsed.y)}`,
              ...notesOf(raw),
            ],
          },
        },
      },
    },
  };
}

export class WindowChart {
  #canvas: HTMLCanvasElement;
  #chart: Chart<'line', ChartPoint[]> | undefined;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  /** Draws the chart. Lines that the user has hidden stay hidden. */
  show(chart: LineChart): void {
    if (!this.#chart) {
      this.#chart = new Chart(this.#canvas, chart);
      return;
    }
    const drawn = this.#chart;
    const hidden = new Set(
      drawn.data.datasets.flatMap(({ label }, index) =>
        label !== undefined && !drawn.isDatasetVisible(index) ? [label] : [],
      ),
    );
    drawn.data = {
      datasets: chart.data.datasets.map((dataset) => ({
        ...dataset,
        hidden: dataset.label !== undefined && hidden.has(dataset.label),
      })),
    };
    if (chart.options) drawn.options = chart.options;
    drawn.update('none');
  }

  destroy(): void {
    this.#chart?.destroy();
  }
}

function axisTitle(chart: Chart, axis: 'x' | 'y'): string {
  const scale = chart.options.scales?.[axis];
  const text = scale && 'title' in scale ? scale.title.text : undefined;
  return typeof text === 'string' ? text : axis;
}

function readable(value: number | null): string {
  if (value === null) return '–';
  return Math.abs(value) >= 1000
    ? value.toLocaleString('en-US')
    : String(Number(value.toPrecision(5)));
}

/** Draws a described chart on a canvas in the window. What one does with it is in HTML around it. */
import {
  Chart,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  type Scale,
} from 'chart.js';
import {
  type ChartDescription,
  datasetsOf,
  drawnChart,
} from '../../shared/charts/chart-description.ts';
import type { ChartPoint, LineChart, LineDataset } from '../../shared/charts/line-chart.ts';
import { type ChartTheme, faded } from '../../shared/charts/palette.ts';
import type { AxisGeometry, PlotGeometry } from '../../shared/charts/zoom.ts';
import { type Drawn, longLinesPlugin, withLongLines } from './long-lines.ts';

Chart.register(Filler, LinearScale, LineController, LineElement, LogarithmicScale, PointElement);

Chart.defaults.font.family = "system-ui, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif";

/** What the lines keep of their ink while another one is brought forward. */
const BEHIND = 0.18;

export interface Drawing {
  readonly chart: ChartDescription;
  readonly theme: ChartTheme;
  /** The label of the line that is brought forward. */
  readonly forward?: string | undefined;
}

export class WindowChart {
  #canvas: HTMLCanvasElement;
  #tell: (geometry: PlotGeometry) => void;
  #chart: Chart<'line', ChartPoint[]> | undefined;
  #long: Drawn['long'] = new Map();

  /** @param tell is told where values are, whenever that changes. */
  constructor(canvas: HTMLCanvasElement, tell: (geometry: PlotGeometry) => void) {
    this.#canvas = canvas;
    this.#tell = tell;
  }

  /** A chart stays of the same kind: lines, or a heat map. */
  show(drawing: Drawing): void {
    Chart.defaults.font.size = smallText();
    const configuration = configurationOf(drawing);
    const { datasets, long } = withLongLines(configuration.data.datasets, drawing.chart.x);
    this.#long = long;
    if (!this.#chart) {
      const layout = {
        id: 'layout',
        afterLayout: (chart: Chart) => {
          this.#tell(geometryOf(chart));
        },
      };
      const longLines = longLinesPlugin(() => this.#long);
      const plugins = [...(configuration.plugins ?? []), layout, longLines];
      this.#chart = new Chart(this.#canvas, { ...configuration, data: { datasets }, plugins });
      return;
    }
    this.#chart.data = { datasets };
    if (configuration.options) this.#chart.options = configuration.options;
    this.#chart.update('none');
  }

  destroy(): void {
    this.#chart?.destroy();
  }
}

/** The window shows title, N and legend beside the chart. */
function configurationOf({ chart, theme, forward }: Drawing): LineChart {
  const configuration = drawnChart(chart, theme);
  const datasets =
    forward === undefined || chart.kind === 'heat-map'
      ? configuration.data.datasets
      : chart.lines.flatMap((line) => {
          const own = datasetsOf(line, theme);
          return line.label === forward ? own.map(broughtForward) : own.map(setBack);
        });
  return {
    ...configuration,
    data: { datasets },
    options: { ...configuration.options, events: [], layout: { padding: 0 }, plugins: {} },
  };
}

function broughtForward(dataset: LineDataset): LineDataset {
  const width = typeof dataset.borderWidth === 'number' ? dataset.borderWidth : 0;
  return { ...dataset, order: -1, borderWidth: width === 0 ? 0 : width + 1 };
}

function setBack(dataset: LineDataset): LineDataset {
  const { borderColor, backgroundColor } = dataset;
  return {
    ...dataset,
    ...(typeof borderColor === 'string' && { borderColor: dimmed(borderColor) }),
    ...(typeof backgroundColor === 'string' && { backgroundColor: dimmed(backgroundColor) }),
  };
}

/** A colour that has little ink already has a tenth of it left. */
function dimmed(colour: string): string {
  if (colour === 'transparent') return colour;
  if (/^#.{8}$/.test(colour)) return `${colour.slice(0, 7)}0a`;
  return colour.startsWith('rgba') ? colour.replace(/[\d.]+\)$/, '0.04)') : faded(colour, BEHIND);
}

/** As large as small text around the chart, which grows with the window. */
function smallText(): number {
  const { fontSize } = getComputedStyle(document.documentElement);
  return Math.round(0.857 * Number.parseFloat(fontSize));
}

function geometryOf({ scales }: Chart): PlotGeometry {
  return { x: axisGeometry(scales['x']!), y: axisGeometry(scales['y']!) };
}

function axisGeometry(scale: Scale): AxisGeometry {
  return {
    from: scale.min,
    to: scale.max,
    isLogarithmic: scale.type === 'logarithmic',
    fromPixel: scale.getPixelForValue(scale.min),
    toPixel: scale.getPixelForValue(scale.max),
  };
}

/** Refuses options of `ticket export` that would do nothing. */
import type { Command, Option } from 'commander';
import { CURVE_CHARTS } from '../../../shared/charts/curve-measures.ts';
import { DENSITY_CHARTS } from '../../../shared/charts/density-chart.ts';
import { STEP_TIME_CHART } from '../../../shared/charts/step-time-chart.ts';
import { TICKET_CHARTS } from '../../../shared/charts/ticket-charts.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';

/** What is exported. */
interface Exported {
  readonly of: 'search' | 'sweep' | 'comparison';
  readonly what: string;
  /** The chart that is drawn where `what` is one. */
  readonly chart: string;
  /** Only of an export for another program. */
  readonly needs?: 'network' | 'model' | 'metrics' | undefined;
}

const ALWAYS = ['what', 'out', 'force', 'dataDir'];
const LOOK = [
  ...['preset', 'width', 'height', 'aspect', 'fontFamily', 'fontSize', 'title', 'legend', 'theme'],
  'dpi',
];
const OF_TRAINING = ['level', 'replicate', 'branch'];
const POINTS = ['published', 'points'];
/** What is shown of each search of a sweep: a metric of one branch at one level. */
const OF_SWEEP = ['metric', 'level', 'density', 'branch'];

/** @throws WorkbenchError `invalid-argument` naming the options, and those that would do something. */
export function refuseUnusedOptions(command: Command, exported: Exported): void {
  const taken = [
    ...ALWAYS,
    ...(exported.needs === undefined && exported.what !== 'bundle' ? ['format'] : []),
    ...optionsOf(exported),
  ];
  const unused = command.options.filter((option) => {
    const name = option.attributeName();
    return command.getOptionValueSource(name) === 'cli' && !taken.includes(name);
  });
  if (unused.length === 0) return;
  const own = command.options.filter((option) =>
    optionsOf(exported).includes(option.attributeName()),
  );
  const { of, what, chart } = exported;
  const subject =
    exported.needs === undefined
      ? `${what === 'chart' ? `the chart ${chart}` : `the ${what}`} of a ${of}`
      : `an export for ${what}`;
  throw new WorkbenchError(
    'invalid-argument',
    `${flagsOf(unused)} would do nothing for ${subject}`,
    own.length === 0 ? undefined : `The options for it are ${flagsOf(own)}.`,
  );
}

function optionsOf({ of, what, chart, needs }: Exported): readonly string[] {
  if (needs !== undefined) return needs === 'metrics' ? [] : OF_TRAINING;
  const several = { search: [], sweep: OF_SWEEP, comparison: ['branch', 'reference'] }[of];
  switch (what) {
    case 'chart':
      return ['chart', ...LOOK, ...chartOptions(of, chart, several)];
    case 'bundle':
      return ['replicates', 'withoutWeights'];
    case 'report':
      return ['methods', ...POINTS, ...several];
    case 'masks':
    case 'weights':
      return OF_TRAINING;
    case 'analyses':
      return ['analysis'];
    default:
      return several;
  }
}

function chartOptions(
  of: Exported['of'],
  chart: string,
  several: readonly string[],
): readonly string[] {
  if (of === 'comparison') return [...several, ...POINTS];
  if (isAmong(DENSITY_CHARTS, chart)) return POINTS;
  if (of === 'sweep') return several;
  if (chart === STEP_TIME_CHART) return [];
  if (CURVE_CHARTS.has(chart)) return OF_TRAINING;
  return isAmong(TICKET_CHARTS, chart) ? [...OF_TRAINING, 'tensor'] : [...OF_TRAINING, 'analysis'];
}

function isAmong(names: readonly string[], name: string): boolean {
  return names.includes(name);
}

/** `--width, --dpi` */
function flagsOf(options: readonly Option[]): string {
  return options.map(({ long, flags }) => long ?? flags).join(', ');
}

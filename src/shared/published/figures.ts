/** All published figures as text, also those that no chart can show. */
import { TICKET_BRANCH } from '../domain/training.ts';
import { formatShortPercent } from '../percent-text.ts';
import {
  type PublishedFile,
  type PublishedMeasure,
  type PublishedSeries,
  sourceOf,
} from './schema.ts';

export interface PublishedFigure {
  /** `ResNet-20 on CIFAR-10` */
  readonly experiment: string;
  readonly label: string;
  /** One line for each measure: `test accuracy at the end of training: 92.29 % at density 51.2 %, …` */
  readonly values: readonly string[];
  /** `Renda, Frankle & Carbin 2020, … (arXiv 2003.02389)` */
  readonly source: string;
  /** How they were read, and what else is known of them. */
  readonly notes: readonly string[];
  /** Which charts show them, or why none does. */
  readonly shownIn: string;
}

export function publishedFigures(files: readonly PublishedFile[]): PublishedFigure[] {
  return files.flatMap((file) =>
    file.series.map((series): PublishedFigure => ({
      experiment: file.title,
      label: series.label,
      values: valuesOf(series),
      source: sourceOf(file, series),
      notes: [`Read: ${series.reading}`, ...(series.note === undefined ? [] : [series.note])],
      shownIn: shownIn(series),
    })),
  );
}

const MEASURES: Readonly<
  Record<PublishedMeasure, { readonly name: string; textOf(value: number): string }>
> = {
  'test-accuracy-at-early-stop': { name: 'test accuracy', textOf: accuracyText },
  'test-accuracy': { name: 'test accuracy at the end of training', textOf: accuracyText },
  'test-accuracy-above-dense': {
    name: 'test accuracy above the dense network',
    textOf: (value) => `${Number((value * 100).toFixed(2))} points`,
  },
  'early-stop-iteration': { name: 'early stop', textOf: iterationText },
  'early-stop-relative-to-dense': {
    name: 'early stop divided by that of the dense network',
    textOf: (value) => String(Number(value.toPrecision(3))),
  },
  'stable-from-iteration': { name: 'stable from', textOf: iterationText },
  'log10-compression-before-collapse': {
    name: 'largest compression before a layer collapses',
    textOf: (value) => `10^${value}`,
  },
};

function valuesOf({ points }: PublishedSeries): string[] {
  const measures = [...new Set(points.map(({ measure }) => measure))];
  return measures.map((measure) => {
    const { name, textOf } = MEASURES[measure];
    const values = points
      .filter((point) => point.measure === measure)
      .map(({ value, density }) =>
        density === undefined
          ? textOf(value)
          : `${textOf(value)} at density ${formatShortPercent(density)}`,
      );
    return `${name}: ${values.join(', ')}`;
  });
}

function shownIn({ inNoChart, belongsTo }: PublishedSeries): string {
  if (inNoChart !== undefined) return `In no chart: ${inNoChart}.`;
  const { architecture, dataset, branch } = belongsTo;
  const ofBranch = branch === TICKET_BRANCH ? '' : ` with the branch ${branch}`;
  return `In charts of ${architecture} on ${dataset}${ofBranch}.`;
}

function accuracyText(value: number): string {
  return formatShortPercent(value);
}

function iterationText(value: number): string {
  return `iteration ${value.toLocaleString('en-US')}`;
}

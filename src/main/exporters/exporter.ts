/** What can be exported, and what an exporter is given and gives back. */
import { z } from 'zod';
import type { SearchSeries, SweepTable } from '../../shared/contract/records.ts';
import type { Definition } from '../../shared/domain/definition.ts';
import type { ParameterLayout } from '../../shared/domain/layout.ts';
import type { DensityChart } from '../../shared/charts/density-chart.ts';
import type { LineChart } from '../../shared/charts/line-chart.ts';
import type { AnalysisRecord, AnalysisResult } from '../../shared/domain/analysis.ts';
import type { SearchRecord, SearchResult } from '../../shared/domain/search.ts';
import type { WrittenSettings } from '../../shared/domain/settings.ts';
import type { TrainingKey } from '../../shared/domain/training.ts';
import type { StoredWeights, TrainingRecord } from '../../shared/domain/training-record.ts';

/** Of one search. */
export const EXPORT_SUBJECTS = [
  'masks',
  'weights',
  'metrics',
  'analyses',
  'settings',
  'chart',
] as const;
/** Of several searches. */
export const SWEEP_SUBJECTS = ['sweep-table', 'sweep-chart'] as const;
export type ExportSubject = (typeof EXPORT_SUBJECTS)[number];
export type SweepSubject = (typeof SWEEP_SUBJECTS)[number];
type AnySubject = ExportSubject | SweepSubject;

/** Which subnetwork of a search the arrays belong to. */
export interface ExportedSubnetwork {
  readonly search: SearchRecord;
  readonly layout: ParameterLayout;
  readonly key: TrainingKey;
  /** Fraction of prunable weights kept. */
  readonly density: number;
}

/** An analysis with what it has found. */
export interface ExportedAnalysis extends AnalysisRecord {
  readonly results: readonly AnalysisResult[];
}

/** What there is to write, by subject. */
export interface ExportData {
  readonly masks: ExportedSubnetwork & Pick<StoredWeights, 'mask'>;
  readonly weights: ExportedSubnetwork & StoredWeights;
  readonly metrics: {
    readonly search: SearchRecord;
    readonly layout: ParameterLayout;
    readonly trainings: readonly TrainingRecord[];
  };
  readonly settings: WrittenSettings;
  readonly analyses: {
    readonly search: SearchRecord;
    readonly analyses: readonly ExportedAnalysis[];
  };
  readonly chart:
    | { readonly result: SearchResult; readonly chart: DensityChart }
    /** Drawn already. */
    | { readonly drawn: LineChart };
  readonly 'sweep-table': SweepTable;
  readonly 'sweep-chart': {
    readonly name: string;
    readonly searches: readonly SearchSeries[];
    readonly chart: DensityChart;
  };
}

/** The whole file, from the data alone: equal data give equal bytes. */
export type Write<Subject extends AnySubject> = (data: ExportData[Subject]) => Uint8Array;

/** One file format and what it can hold. */
export interface Exporter extends Definition {
  readonly write: { readonly [Subject in AnySubject]?: Write<Subject> };
}

/** Formats have no settings so far. */
export const NO_HPARAMS = z.strictObject({});

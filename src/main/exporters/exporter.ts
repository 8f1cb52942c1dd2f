/** Exporters: the data of every subject, and the formats it is written in. */
import { z } from 'zod';
import type { DrawableChart } from '../../shared/charts/chart-description.ts';
import type { ChartLook } from '../../shared/contract/chart-look.ts';
import type { ChartTheme } from '../../shared/charts/palette.ts';
import type {
  ComparisonExportSubject,
  ExportSubject,
  SweepExportSubject,
} from '../../shared/contract/records/catalog.ts';
import type { SweepTable } from '../../shared/contract/records/sweeps.ts';
import type { AnalysisRecord, AnalysisResult } from '../../shared/domain/analysis.ts';
import type { AnalysisRow } from '../../shared/domain/analysis-report.ts';
import type { DataSummary } from '../../shared/domain/data-summary.ts';
import type { Definition } from '../../shared/domain/definition.ts';
import type { ParameterLayout } from '../../shared/domain/layout.ts';
import type { BranchSummary, SearchRecord, SearchResult } from '../../shared/domain/search.ts';
import type { WrittenSettings } from '../../shared/domain/settings.ts';
import type { PairedDifference } from '../../shared/domain/statistics.ts';
import type { TrainingKey } from '../../shared/domain/training.ts';
import type { StoredWeights, TrainingRecord } from '../../shared/domain/training-record.ts';
import type { SweepLevel } from '../../shared/sweep/sweep-level.ts';
import type { SweepQuestion } from '../../shared/sweep/sweep-metrics.ts';
import type { Report } from './report.ts';

/** A subject of sweeps; the prefix tells it from the subjects of searches. */
export type SweepSubject = `sweep-${SweepExportSubject}`;
/** A subject of several searches beside each other. */
export type ComparisonSubject = `comparison-${ComparisonExportSubject}`;
export type AnySubject = ExportSubject | SweepSubject | ComparisonSubject;

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
  /** Replicates are counted from 0, in fields called `replicate`. */
  readonly results: readonly AnalysisResult[];
  /** Every number of the results. */
  rows(): readonly AnalysisRow[];
}

/** A chart, the colours to draw it in, and its size, fonts and legend. */
export interface ExportedChart {
  readonly chart: DrawableChart;
  readonly theme: ChartTheme;
  readonly look: ChartLook;
}

/** The table of a sweep, with the level and the metric that are asked for. */
export interface ExportedSweepTable extends SweepTable {
  readonly question: SweepQuestion;
  /** One for each row; undefined where the search has no such level. */
  readonly levels: readonly (SweepLevel | undefined)[];
}

/** One search at one density of a comparison. */
export interface ComparedLevel {
  readonly level: number;
  readonly summary: BranchSummary;
  /** From the reference; undefined for the reference, or if it lacks this density. */
  readonly accuracyDifference: PairedDifference | undefined;
  readonly iterationDifference: PairedDifference | undefined;
}

/** Levels of several searches at equal densities. */
export interface ComparisonTable {
  /** The ids of the searches, in the order of the cells. */
  readonly ids: readonly string[];
  readonly branch: string;
  /** The confidence of the intervals, in (0, 1). */
  readonly confidence: number;
  /** Distinct names, in the order of the cells. */
  readonly names: readonly string[];
  /** The index of the search that differences are from. */
  readonly reference: number;
  readonly rows: readonly {
    /** Fraction of prunable weights kept. */
    readonly density: number;
    readonly cells: readonly (ComparedLevel | undefined)[];
  }[];
}

/** What was read of the search's own data ('ticket'), and of those of transfers by their branch. */
type DataByBranch = ReadonlyMap<string, DataSummary>;

/** The data to be written, by subject. */
export interface ExportData {
  readonly masks: ExportedSubnetwork & Pick<StoredWeights, 'mask'>;
  readonly weights: ExportedSubnetwork & StoredWeights;
  readonly metrics: {
    readonly search: SearchRecord;
    readonly layout: ParameterLayout;
    readonly trainings: readonly TrainingRecord[];
    /** Undefined while no dense training has finished. */
    readonly result: SearchResult | undefined;
    readonly data: DataByBranch;
  };
  readonly settings: { readonly written: WrittenSettings; readonly data: DataByBranch };
  readonly analyses: {
    readonly search: SearchRecord;
    readonly analyses: readonly ExportedAnalysis[];
  };
  readonly chart: ExportedChart;
  readonly levels: SearchResult;
  readonly report: Report;
  readonly 'sweep-table': ExportedSweepTable;
  readonly 'sweep-chart': ExportedChart;
  readonly 'sweep-report': Report;
  readonly 'comparison-table': ComparisonTable;
  readonly 'comparison-chart': ExportedChart;
  readonly 'comparison-report': Report;
}

/** Makes the whole file from the data alone: equal data give equal bytes. */
export type Write<Subject extends AnySubject> = (data: ExportData[Subject]) => Uint8Array;

/** One file format, and a function for each subject that it can hold. */
export interface Exporter extends Definition {
  /** The MIME type: `text/csv`. */
  readonly mediaType: string;
  /** Without the dot. */
  readonly fileEnding: string;
  readonly write: { readonly [Subject in AnySubject]?: Write<Subject> };
}

/** Formats have no settings so far. */
export const NO_HPARAMS = z.strictObject({});

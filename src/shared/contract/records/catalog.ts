/** What can be chosen: the registered entries, their settings and the presets. */
import type { WrittenSettings } from '../../domain/settings.ts';
import type { Json } from '../json.ts';
import type { DatasetState } from './datasets.ts';

/** The part of JSON Schema (2020-12) that a form is generated from. */
export interface JsonSchema {
  readonly title?: string;
  readonly description?: string;
  /** The unit of a number, for display: `iterations`, `examples`, `%`. */
  readonly unit?: string;
  /** The minimum of a setting that counts optimizer steps, in iterations or epochs. */
  readonly leastIterations?: number;
  /** Still accepted, but replaced by another setting. */
  readonly deprecated?: boolean;
  /** Whether a list may name a value twice, in an order that matters. */
  readonly mayRepeat?: boolean;
  /** Whether planning fills it in from a file. Forms show it only where it has a value. */
  readonly isFilledIn?: boolean;
  readonly type?: string | readonly string[];
  readonly default?: Json;
  readonly const?: Json;
  readonly enum?: readonly Json[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  /** For a choice of registered entries: one schema each, distinguished by the `const` of its `id`. */
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

export interface CatalogEntry {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** The schema of the entry's own settings, without `id`. */
  readonly settings: JsonSchema;
  /** Datasets only: whether a search can use it already. */
  readonly state?: DatasetState;
  /** The file of the plug-in that defines it; undefined if it is built in. */
  readonly plugIn?: string;
}

export const CATALOG_KINDS = [
  'datasets',
  'normalizations',
  'architectures',
  'initializers',
  'optimizers',
  'learningRateSchedules',
  'strategies',
  'pruningSchedules',
  'rewinds',
  'branches',
  'analyses',
] as const;
export type CatalogKind = (typeof CATALOG_KINDS)[number];

/** What can be exported from a search. */
export const EXPORT_SUBJECTS = [
  'masks',
  'weights',
  'metrics',
  'levels',
  'analyses',
  'settings',
  'chart',
  'report',
] as const;
export type ExportSubject = (typeof EXPORT_SUBJECTS)[number];

/** What can be exported from a sweep. */
export const SWEEP_EXPORT_SUBJECTS = ['table', 'chart', 'report'] as const;
export type SweepExportSubject = (typeof SWEEP_EXPORT_SUBJECTS)[number];

/** What can be exported from a comparison of several searches. */
export const COMPARISON_EXPORT_SUBJECTS = ['table', 'chart', 'report'] as const;
export type ComparisonExportSubject = (typeof COMPARISON_EXPORT_SUBJECTS)[number];

/** A file format and what it can hold. */
export interface ExportFormat extends CatalogEntry {
  /** The MIME type: `text/csv`. */
  readonly mediaType: string;
  /** Without the dot. */
  readonly fileEnding: string;
  readonly subjects: readonly ExportSubject[];
  /** What can be exported from a sweep. */
  readonly sweepSubjects: readonly SweepExportSubject[];
  /** What can be exported from a comparison. */
  readonly comparisonSubjects: readonly ComparisonExportSubject[];
}

/** A program that a search can be exported for. */
export interface ProgramEntry extends CatalogEntry {
  /** Whether it takes one subnetwork, one with test examples, or the measurements of the whole search. */
  readonly needs: 'network' | 'model' | 'metrics';
  /** Without the dot: of its only file, or `zip` for a folder. */
  readonly fileEnding: string;
}

export type Catalog = Readonly<Record<CatalogKind, readonly CatalogEntry[]>> & {
  readonly exportFormats: readonly ExportFormat[];
  readonly programs: readonly ProgramEntry[];
  /** The schema of all settings of a search. Choices are `oneOf` over the entries above. */
  readonly settings: JsonSchema;
};

export interface Preset {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** Roughly, until something similar has run on this machine: `plan for days`. */
  readonly takes: string;
  readonly settings: WrittenSettings;
}

/** The history: searches and sweeps, line by line. */
import type { ShortValue } from '../../domain/sweep.ts';
import type { BaselineDifference } from '../../history/baseline.ts';
import type { Json } from '../json.ts';
import type { SearchRow } from './search-rows.ts';
import type { SweepRow } from './sweeps.ts';

export interface SearchPage {
  readonly rows: readonly SearchRow[];
  /** How many searches match, on all pages. */
  readonly total: number;
}

/** A setting of a search, or of all searches of a sweep. */
export type SettingCell = 'absent' | 'varies' | { readonly value: Json };

interface LineOfHistory {
  /** The settings that were asked for, by path. */
  readonly settings?: Readonly<Record<string, SettingCell>>;
  /** From the baseline that was asked for; absent for the baseline itself. */
  readonly difference?: BaselineDifference;
  /** Counted from 1, among the searches of the same sweep or among the lines outside sweeps. */
  readonly position: number;
  /** How many such lines there are. */
  readonly siblings: number;
}

export interface SearchLine extends LineOfHistory {
  readonly kind: 'search';
  readonly row: SearchRow;
  /** The sweep that the line belongs to, and this search's values of the swept settings. */
  readonly sweep:
    | { readonly id: string; readonly name: string; readonly values: readonly ShortValue[] }
    | undefined;
}

export interface SweepLine extends LineOfHistory {
  readonly kind: 'sweep';
  /** Summarises all searches of the sweep, whether they match or not. */
  readonly row: SweepRow;
  /** The ids of the searches that match, in order. */
  readonly matching: readonly string[];
  /** Whether the lines of those searches follow. */
  readonly isExpanded: boolean;
}

export type HistoryLine = SearchLine | SweepLine;

export interface HistoryPage {
  readonly lines: readonly HistoryLine[];
  /** How many lines there are, on all pages. */
  readonly total: number;
  /** How many searches match, whether their sweep is expanded or not. */
  readonly searches: number;
}

/** A value of a field or setting, as a filter writes it. */
export interface ValueCount {
  readonly value: string;
  readonly searches: number;
}

export interface TagCount {
  readonly tag: string;
  readonly searches: number;
}

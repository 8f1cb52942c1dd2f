import type { SearchData } from '../../shared/contract/records/search-results.ts';
import type { DataReading, DataSummary } from '../../shared/domain/data-summary.ts';
import { TICKET_BRANCH } from '../../shared/domain/training.ts';
import { writeArrayJson } from './array-json.ts';
import { damagedAmong, requireSoundParts, sealPart } from './checksums.ts';
import { row, scalar, text } from './columns.ts';
import { StorePart } from './part.ts';
import { dataSamplesJson, dataSummaryJson } from './stored-json.ts';

const READING = row({ branch: text, summary: dataSummaryJson, samples: dataSamplesJson });
const SUMMARY = row({ branch: text, summary: dataSummaryJson });

/** What was read of the datasets of each search. */
export class DataReadings extends StorePart {
  /** Replaces an earlier reading, and all of them if they are damaged. */
  save(searchId: string, branch: string, { summary, samples }: DataReading): void {
    this.connection.write("the summary of the data can't be saved", () => {
      if (damagedAmong(this.connection, 'data', [searchId]).size > 0) {
        this.connection.prepare('DELETE FROM data_readings WHERE search_id = ?').run(searchId);
      }
      this.connection
        .prepare(
          `INSERT INTO data_readings (search_id, branch, summary, samples) VALUES (?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET summary = excluded.summary, samples = excluded.samples`,
        )
        .run(searchId, branch, JSON.stringify(summary), writeArrayJson(samples));
      sealPart(this.connection, 'data', [searchId]);
    });
  }

  /** The search's own data first; empty if it was never started, or by an earlier version. */
  list(searchId: string): SearchData[] {
    return this.connection.read("the summary of the data can't be read", () => {
      requireSoundParts(this.connection, searchId, 'data');
      return this.connection
        .prepare(
          `SELECT branch, summary, samples FROM data_readings WHERE search_id = ?
           ORDER BY branch <> '${TICKET_BRANCH}', branch`,
          READING,
        )
        .all(searchId);
    });
  }

  /** The branches whose data were read. None if they are damaged, so that they are read again. */
  branches(searchId: string): string[] {
    return this.connection.read("the summary of the data can't be read", () => {
      if (damagedAmong(this.connection, 'data', [searchId]).size > 0) return [];
      return this.connection
        .prepare('SELECT branch FROM data_readings WHERE search_id = ?', scalar(text))
        .all(searchId);
    });
  }

  /** By branch; empty if the search was never started, or by an earlier version of the program. */
  summaries(searchId: string): ReadonlyMap<string, DataSummary> {
    return this.connection.read("the summary of the data can't be read", () => {
      requireSoundParts(this.connection, searchId, 'data');
      const rows = this.connection
        .prepare('SELECT branch, summary FROM data_readings WHERE search_id = ?', SUMMARY)
        .all(searchId);
      return new Map(rows.map(({ branch, summary }) => [branch, summary]));
    });
  }
}

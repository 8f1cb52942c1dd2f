/** What an export has made, and the file that it is written to. */
import path from 'node:path';
import { writeExport } from '../../exporters/write-file.ts';

export interface Exported {
  readonly bytes: Uint8Array;
  /** How the points of a chart were trained otherwise than the search. */
  readonly warnings: readonly string[];
}

/** Where an export is written. */
export interface FileRequest {
  readonly file: string;
  readonly overwrite: boolean;
}

export interface ExportedFile {
  readonly path: string;
  readonly bytes: number;
  /** How the points of a chart were trained otherwise than the search. */
  readonly warnings: readonly string[];
}

/** @throws WorkbenchError if the file can't be written. Then no file is left. */
export function toFile(
  { file, overwrite }: FileRequest,
  { bytes, warnings }: Exported,
): ExportedFile {
  writeExport(file, bytes, { overwrite });
  return { path: path.resolve(file), bytes: bytes.length, warnings };
}

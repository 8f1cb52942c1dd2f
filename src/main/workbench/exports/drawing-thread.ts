/**
 * Draws the charts of exports, and reports with their charts, in a thread: what takes a second would hold up
 * windows and the heartbeats of searches. `drawing-worker.ts` is its other side.
 */
import { type LoadedPlugIn, plugInOf } from '../../engine/plug-ins/load.ts';
import type { ExportData } from '../../exporters/exporter.ts';
import { writerFor } from '../../exporters/index.ts';
import { WorkThread } from '../work-thread.ts';

/** What is drawn: of a search, of a sweep or of a comparison. */
type DrawnSubject = `${'' | 'sweep-' | 'comparison-'}${'chart' | 'report'}`;

/** A file to be drawn. */
export interface DrawnFile {
  readonly subject: DrawnSubject;
  readonly format: string;
  readonly data: ExportData[DrawnSubject];
  /** The one that the format comes from. */
  readonly plugIn: LoadedPlugIn | undefined;
}

interface DrawingTasks {
  readonly draw: { readonly given: DrawnFile; readonly result: Uint8Array };
}

export class DrawingThread {
  readonly #thread = new WorkThread<DrawingTasks>({
    module: new URL('drawing-worker.ts', import.meta.url),
    name: 'ticket-drawing',
  });

  /**
   * Like the function `writerFor`, but its file is written in the thread.
   *
   * @throws WorkbenchError as that does.
   */
  writerFor<Subject extends DrawnSubject>(
    subject: Subject,
    format: string,
  ): (data: ExportData[Subject]) => Promise<Uint8Array> {
    // What can't be written is said before anything is read.
    writerFor(subject, format);
    const plugIn = plugInOf('exporters', format);
    return (data) => this.#thread.run('draw', { subject, format, data, plugIn });
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}

/** How far running searches are, and what is said when one of them ends. */
import type { Client } from '../../shared/contract/client.ts';
import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { WorkbenchEvent } from '../../shared/contract/events.ts';
import type {
  HeadlineVerdict,
  SearchRow,
  SearchState,
} from '../../shared/contract/records/search-rows.ts';
import type { SweepRow } from '../../shared/contract/records/sweeps.ts';
import { formatAmount } from '../format.ts';
import type { PreferenceStore } from './preferences.svelte.ts';
import type { RunningSign } from './page-signs.ts';
import type { Router } from './router.svelte.ts';
import type { Toasts } from './toasts.svelte.ts';
import { verdictHeadline } from './verdict-headline.ts';

interface EndingsState {
  readonly client: Pick<Client, 'onEvent'>;
  readonly preferences: Pick<PreferenceStore, 'get'>;
  readonly router: Pick<Router, 'go'>;
  readonly toasts: Pick<Toasts, 'info' | 'error'>;
}

/** The states of a sweep that has searches to run. */
const GOES_ON: readonly SearchState[] = ['running', 'queued', 'paused'];

/** Shows a message of the system. */
type Notify = (title: string, text: string, onclick: () => void) => void;

export class Endings {
  #app: EndingsState;
  #notify: Notify;
  /** How far searches are that run, 0..1, by id. */
  #fractions = $state.raw<ReadonlyMap<string, number>>(new Map());
  /** Searches and sweeps that have run while this window was open, and have not ended. */
  readonly #begun = new Set<string>();
  readonly #runningSweeps = new Set<string>();

  constructor(app: EndingsState, notify: Notify) {
    this.#app = app;
    this.#notify = notify;
    app.client.onEvent((event) => {
      this.#hear(event);
    });
  }

  /** The first search that runs, of those in the queue; undefined if none does. */
  runningOf(active: readonly SearchRow[]): RunningSign | undefined {
    const row = active.find(({ state }) => state === 'running');
    if (!row) return undefined;
    const counted = row.trainingsTotal === 0 ? 0 : row.trainingsDone / row.trainingsTotal;
    return { name: row.name, fraction: this.#fractions.get(row.id) ?? counted };
  }

  #hear(event: WorkbenchEvent): void {
    switch (event.type) {
      case 'search-live':
        this.#takeFraction(event.id, event.live?.fraction);
        return;
      case 'sweep-live':
        // It ends with the change of its row: the last of its searches is told of before that.
        if (event.live === undefined) return;
        this.#runningSweeps.add(event.id);
        this.#begun.add(event.id);
        return;
      case 'search-changed':
        if (this.#hasEnded(event.row)) this.#tellSearch(event.row);
        return;
      case 'sweep-changed':
        if (!GOES_ON.includes(event.row.state)) this.#runningSweeps.delete(event.row.id);
        if (this.#hasEnded(event.row)) this.#tellSweep(event.row);
        return;
      case 'workbench-lost':
        this.#runningSweeps.clear();
        this.#fractions = new Map();
        return;
      default:
    }
  }

  #takeFraction(id: string, fraction: number | undefined): void {
    const fractions = new Map(this.#fractions);
    if (fraction === undefined) fractions.delete(id);
    else {
      fractions.set(id, fraction);
      this.#begun.add(id);
    }
    this.#fractions = fractions;
  }

  #hasEnded({ id, state }: SearchRow | SweepRow): boolean {
    return (state === 'finished' || state === 'failed') && this.#begun.delete(id);
  }

  #tellSearch(row: SearchRow): void {
    // Searches of a sweep run together; it speaks for all of them when it ends.
    if (this.#runningSweeps.size > 0) return;
    const { id, name } = row;
    const show = () => {
      this.#app.router.go({ view: 'detail', id, tab: 'overview' });
    };
    if (row.error) {
      const { code, message, hint } = row.error;
      this.#app.toasts.error(new WorkbenchError(code, `“${name}” has failed: ${message}`, hint));
      this.#notifyUnlessSeen(`“${name}” has failed`, message, show);
      return;
    }
    this.#tell(name, verdictOf(row.verdict), show);
  }

  #tellSweep({ id, name, points, failedPoints, verdict }: SweepRow): void {
    const searches = formatAmount(points, 'search', 'searches');
    const failed = failedPoints === 0 ? '' : `, ${failedPoints} failed`;
    this.#tell(name, `${searches}${failed}; best: ${verdictOf(verdict)}`, () => {
      this.#app.router.go({ view: 'sweep', id });
    });
  }

  #tell(name: string, outcome: string, show: () => void): void {
    this.#app.toasts.info(`“${name}” has finished: ${outcome}`, {
      label: 'See the result',
      run: show,
    });
    this.#notifyUnlessSeen(`“${name}” has finished`, outcome, show);
  }

  #notifyUnlessSeen(title: string, text: string, show: () => void): void {
    if (this.#app.preferences.get('notifies')) this.#notify(title, text, show);
  }
}

/** In the middle of a sentence. */
function verdictOf(verdict: HeadlineVerdict | undefined): string {
  const headline = verdictHeadline(verdict);
  return headline.charAt(0).toLowerCase() + headline.slice(1);
}

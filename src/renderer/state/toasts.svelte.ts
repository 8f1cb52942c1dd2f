/** Short messages at the edge of the window. Some offer to undo an action. */
import { reportOf } from '../../shared/contract/errors.ts';

export interface Toast {
  readonly id: number;
  readonly kind: 'info' | 'error';
  readonly message: string;
  readonly hint?: string | undefined;
  readonly action?: { readonly label: string; readonly run: () => void } | undefined;
}

/** What can be on a message. */
type Holder = 'pointer' | 'focus';

/** The label of the action that undoes what the message reports. */
export const UNDO = 'Undo';

const SHOWN_MILLISECONDS = 6000;
/** Errors and messages with an action stay longer. */
const SHOWN_LONGER_MILLISECONDS = 12_000;
const MOST_SHOWN = 4;

export class Toasts {
  #shown = $state.raw<readonly Toast[]>([]);
  #lastId = 0;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();
  #holders = new Map<number, Set<Holder>>();
  /** Actions under way that will offer to undo themselves. */
  #underWay = 0;
  /** The newest message when one of them was to be undone; undefined if none was. */
  #undoneAfter: number | undefined;

  get shown(): readonly Toast[] {
    return this.#shown;
  }

  info(message: string, action?: Toast['action']): void {
    this.#show({ kind: 'info', message, action });
  }

  error(error: unknown): void {
    const { message, hint } = reportOf(error);
    this.#show({ kind: 'error', message: sentence(message), hint });
  }

  /**
   * Runs an action that shows a message with `UNDO` when it succeeds. Whoever asks to undo before that
   * gets it undone as soon as it has succeeded.
   */
  async undoable<Result>(act: () => Promise<Result>): Promise<Result> {
    this.#underWay += 1;
    try {
      return await act();
    } finally {
      this.#underWay -= 1;
      if (this.#undoneAfter !== undefined && this.#underWay === 0) {
        const before = this.#undoneAfter;
        this.#undoneAfter = undefined;
        this.#undoNewest(before);
      }
    }
  }

  /** @returns whether there was something to undo. */
  undo(): boolean {
    if (this.#underWay === 0) return this.#undoNewest();
    this.#undoneAfter ??= this.#lastId;
    return true;
  }

  /** @param after looks only at messages that are newer than this one. */
  #undoNewest(after = 0): boolean {
    const newest = this.#shown.findLast(({ id, action }) => id > after && action?.label === UNDO);
    if (!newest) return false;
    this.dismiss(newest.id);
    newest.action?.run();
    return true;
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.#holders.delete(id);
    this.#shown = this.#shown.filter((toast) => toast.id !== id);
  }

  /** Keeps a message while the pointer or the focus is on it. */
  hold(id: number, holder: Holder): void {
    clearTimeout(this.#timers.get(id));
    this.#holders.set(id, new Set([...(this.#holders.get(id) ?? []), holder]));
  }

  release(id: number, holder: Holder): void {
    const holders = this.#holders.get(id);
    holders?.delete(holder);
    if (holders && holders.size > 0) return;
    const toast = this.#shown.find((shown) => shown.id === id);
    if (toast) this.#dismissLater(toast);
  }

  #show(toast: Omit<Toast, 'id'>): void {
    this.#lastId += 1;
    const shown = { ...toast, id: this.#lastId };
    this.#shown = [...this.#shown, shown].slice(-MOST_SHOWN);
    this.#dismissLater(shown);
  }

  #dismissLater({ id, kind, action }: Toast): void {
    const isShort = kind === 'info' && !action;
    const wait = isShort ? SHOWN_MILLISECONDS : SHOWN_LONGER_MILLISECONDS;
    clearTimeout(this.#timers.get(id));
    this.#timers.set(
      id,
      setTimeout(() => {
        this.dismiss(id);
      }, wait),
    );
  }
}

/** Error messages begin in lower case, to follow a colon. On their own they begin with a capital. */
export function sentence(message: string): string {
  return message.charAt(0).toUpperCase() + message.slice(1);
}

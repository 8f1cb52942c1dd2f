/** Short messages at the edge of the window. Some offer to undo an action. */
import { reportOf } from '../../shared/contract/errors.ts';

export interface Toast {
  readonly id: number;
  readonly kind: 'info' | 'error';
  readonly message: string;
  readonly hint?: string | undefined;
  readonly action?: { readonly label: string; readonly run: () => void } | undefined;
}

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

  /** @returns whether a message offered to undo something. */
  undo(): boolean {
    const newest = this.#shown.findLast(({ action }) => action?.label === UNDO);
    if (!newest) return false;
    this.dismiss(newest.id);
    newest.action?.run();
    return true;
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.#shown = this.#shown.filter((toast) => toast.id !== id);
  }

  /** Keeps a message while the pointer or the focus is on it. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
  }

  release(id: number): void {
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

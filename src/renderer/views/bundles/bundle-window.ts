/** Which merges and exports were begun in this window: their ids begin with its own, which outlives a reload. */

const KEY = 'ticket-window';

const OWN = `${takeId()}-`;

/** Ends what this page does, by the ids. After a reload, the page does nothing of what its window has begun. */
const stopping = new Map<string, AbortController>();

/** A merge or an export that this window begins. */
export interface WindowTask {
  readonly task: string;
  /** Ends what this page does of it. */
  readonly signal: AbortSignal;
}

export function beginTask(): WindowTask {
  const task = `${OWN}${crypto.randomUUID()}`;
  const controller = new AbortController();
  stopping.set(task, controller);
  return { task, signal: controller.signal };
}

/** To be called when it has ended. */
export function endTask(task: string): void {
  stopping.delete(task);
}

/** Ends what this page does of it, whichever form has begun it. */
export function abortTask(task: string): void {
  stopping.get(task)?.abort();
}

export function isOfThisWindow(task: string): boolean {
  return task.startsWith(OWN);
}

/**
 * A window that is duplicated gets a copy of what the browser keeps for it. So the id is kept only from the end
 * of a page to the start of the next one, and the copy has none.
 */
function takeId(): string {
  const created = crypto.randomUUID().slice(0, 8);
  try {
    const id = sessionStorage.getItem(KEY) ?? created;
    const forget = (): void => {
      sessionStorage.removeItem(KEY);
    };
    forget();
    addEventListener('pagehide', () => {
      sessionStorage.setItem(KEY, id);
    });
    // The browser may bring a page back that had ended.
    addEventListener('pageshow', forget);
    return id;
  } catch {
    // A browser may keep nothing. After a reload, it is another window then.
    return created;
  }
}

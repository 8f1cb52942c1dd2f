/** Which merges and exports were begun in this window: their ids begin with its own, which outlives a reload. */

const KEY = 'ticket-window';

const OWN = `${ownId()}-`;

/** An id for a merge or an export that this window begins. */
export function newTask(): string {
  return `${OWN}${crypto.randomUUID()}`;
}

export function isOfThisWindow(task: string): boolean {
  return task.startsWith(OWN);
}

function ownId(): string {
  const id = crypto.randomUUID().slice(0, 8);
  try {
    const known = sessionStorage.getItem(KEY);
    if (known === null) sessionStorage.setItem(KEY, id);
    return known ?? id;
  } catch {
    // A browser may keep nothing. After a reload, it is another window then.
    return id;
  }
}

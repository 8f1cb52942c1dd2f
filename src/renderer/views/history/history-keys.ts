/** Keys of the table that act on the selection. The bar above the table performs them. */

interface BulkActions {
  readonly archive: () => Promise<void>;
  readonly compare: () => void;
  readonly remove: () => Promise<void>;
  readonly tag: () => void;
}

class HistoryKeys {
  #actions: BulkActions | undefined;

  listen(actions: BulkActions): () => void {
    this.#actions = actions;
    return () => {
      this.#actions = undefined;
    };
  }

  /** @returns whether the key has an action. */
  press(key: string): boolean {
    switch (key) {
      case 'c':
        this.#actions?.compare();
        return true;
      case 'g':
        this.#actions?.tag();
        return true;
      case 'a':
        void this.#actions?.archive();
        return true;
      case 'Delete':
      case 'Backspace':
        void this.#actions?.remove();
        return true;
      default:
        return false;
    }
  }
}

export const historyKeys = new HistoryKeys();

/** Dragging the headings of a table to other places. */

interface Heading {
  readonly id: string;
  readonly label: string;
}

export class ColumnDrag {
  #move: (id: string, index: number) => void;
  #dragged = $state<string>();
  #target = $state<string>();

  /** @param move puts a column at a place. */
  constructor(move: (id: string, index: number) => void) {
    this.#move = move;
  }

  /** Whether the column that is dragged would take the place of this one. */
  isTarget(id: string): boolean {
    return this.#target === id && this.#dragged !== id;
  }

  /** The attributes of a heading. The first column stays first. */
  heading({ id, label }: Heading, index: number) {
    const end = (): void => {
      this.#dragged = undefined;
      this.#target = undefined;
    };
    return {
      draggable: index > 0,
      ondragstart: (event: DragEvent): void => {
        this.#dragged = id;
        event.dataTransfer?.setData('text/plain', label);
      },
      ondragover: (event: DragEvent): void => {
        if (this.#dragged === undefined || index === 0) return;
        event.preventDefault();
        this.#target = id;
      },
      ondragend: end,
      ondrop: (event: DragEvent): void => {
        event.preventDefault();
        if (this.#dragged !== undefined) this.#move(this.#dragged, index);
        end();
      },
    };
  }
}

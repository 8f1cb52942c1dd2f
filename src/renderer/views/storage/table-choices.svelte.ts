/** What users choose in a table of searches: its order, the places of its columns, which rows are selected. */
import { SvelteSet } from 'svelte/reactivity';
import type { JsonObject } from '../../../shared/contract/json.ts';
import type { PreferenceStore } from '../../state/preferences.svelte.ts';
import { movedTo } from '../history/column-widths.ts';

export interface SpaceColumn<Row> {
  readonly id: string;
  readonly label: string;
  readonly isNumber?: true;
  /** Undefined for a column that does not sort. */
  readonly compare?: (one: Row, other: Row) => number;
}

interface TableSort {
  readonly column: string;
  readonly isDescending: boolean;
}

/** More selected rows than these are not remembered: a preference has at most 100,000 characters. */
const MOST_KEPT = 2000;

export class TableChoices<Row extends { readonly id: string }> {
  /** In their order; the first one stays first. */
  columns = $state.raw<readonly SpaceColumn<Row>[]>([]);
  readonly selected = new SvelteSet<string>();
  #sort = $state.raw<TableSort>({ column: '', isDescending: false });
  readonly #preferences: Pick<PreferenceStore, 'get' | 'set'>;
  readonly #key: 'storageTable' | 'trashTable';

  /** @param sort the order at first. */
  constructor(
    preferences: Pick<PreferenceStore, 'get' | 'set'>,
    key: 'storageTable' | 'trashTable',
    columns: readonly SpaceColumn<Row>[],
    sort: TableSort,
  ) {
    this.#preferences = preferences;
    this.#key = key;
    this.columns = columns;
    this.#sort = sort;
    this.#restore(preferences.get(key));
  }

  get sort(): TableSort {
    return this.#sort;
  }

  /** The largest and latest first, names from A; then the other way round. */
  sortBy({ id, compare }: SpaceColumn<Row>): void {
    if (!compare) return;
    const isSame = this.#sort.column === id;
    const isDescending = isSame ? !this.#sort.isDescending : id !== this.columns[0]?.id;
    this.#sort = { column: id, isDescending };
    this.#keep();
  }

  sorted(rows: readonly Row[]): Row[] {
    const { column, isDescending } = this.#sort;
    const compare = this.columns.find(({ id }) => id === column)?.compare;
    if (!compare) return [...rows];
    const sign = isDescending ? -1 : 1;
    return rows.toSorted((one, other) => sign * compare(one, other));
  }

  /** Puts a column at this place. */
  move(id: string, place: number): void {
    this.#order(
      movedTo(
        this.columns.map((column) => column.id),
        id,
        place,
      ),
    );
    this.#keep();
  }

  toggle(id: string, isSelected: boolean): void {
    if (isSelected) this.selected.add(id);
    else this.selected.delete(id);
    this.#keep();
  }

  select(ids: readonly string[]): void {
    this.selected.clear();
    for (const id of ids) this.selected.add(id);
    this.#keep();
  }

  /** What is there no longer must not be selected when it comes back. */
  forgetOthers(rows: readonly Row[]): void {
    const ids = new Set(rows.map(({ id }) => id));
    const gone = [...this.selected].filter((id) => !ids.has(id));
    if (gone.length === 0) return;
    for (const id of gone) this.selected.delete(id);
    this.#keep();
  }

  #order(ids: readonly unknown[]): void {
    const [first, ...others] = this.columns;
    if (!first) return;
    const placeOf = ({ id }: SpaceColumn<Row>) => (ids.includes(id) ? ids.indexOf(id) : Infinity);
    this.columns = [first, ...others.toSorted((one, other) => order(placeOf(one), placeOf(other)))];
  }

  #keep(): void {
    this.#preferences.set(this.#key, {
      sort: { ...this.#sort },
      columns: this.columns.map(({ id }) => id),
      selected: [...this.selected].slice(0, MOST_KEPT),
    });
  }

  /** It may come from another version. */
  #restore({ sort, columns, selected }: JsonObject): void {
    if (Array.isArray(columns)) this.#order(columns);
    if (Array.isArray(selected)) {
      for (const id of selected) if (typeof id === 'string') this.selected.add(id);
    }
    if (typeof sort !== 'object' || sort === null || Array.isArray(sort)) return;
    const { column, isDescending } = sort as JsonObject;
    const known = this.columns.find(({ id, compare }) => compare && id === column);
    if (known) this.#sort = { column: known.id, isDescending: isDescending === true };
  }
}

/** Infinity minus Infinity is not 0. */
const order = (one: number, other: number): number => (one === other ? 0 : one - other);

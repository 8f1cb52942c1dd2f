/** The form around the entries of a record. */
import type { FormOwner } from './form-owner.ts';
import { childOf, isObject, valueAt, withChild } from './settings-tree.ts';

/**
 * The same form, but a change of an entry changes the record as a whole. Names may have dots, as those of
 * layers do (`stage1.block1.conv1`), so they can't be steps of a path.
 *
 * @param pathOf the path of the record.
 */
export function recordOwner(form: FormOwner, pathOf: () => string): FormOwner {
  const nameOf = (path: string): string => path.slice(pathOf().length + 1);
  return {
    get settings() {
      return form.settings;
    },
    get schema() {
      return form.schema;
    },
    get completed() {
      return form.completed;
    },
    get resolved() {
      return form.resolved;
    },
    get layers() {
      return form.layers;
    },
    get prunableLayers() {
      return form.prunableLayers;
    },
    sweep: undefined,
    changeAt: (path) => {
      const change = form.changeAt(pathOf());
      if (!change) return undefined;
      const before = childOf(change.before, nameOf(path));
      return before === childOf(valueAt(form.settings, pathOf()), nameOf(path))
        ? undefined
        : { before };
    },
    change: (path, value) => {
      const record = valueAt(form.settings, pathOf());
      const changed = withChild(isObject(record) ? record : {}, nameOf(path), value);
      const isEmpty = Object.keys(changed).length === 0;
      form.change(pathOf(), isEmpty ? undefined : changed, path);
    },
    problemAt: (path) => form.problemAt(path),
    rejectText: (path, rejected) => form.rejectText(path, rejected),
    rejectedTextAt: (path) => form.rejectedTextAt(path),
    exampleShapeOf: (dataset) => form.exampleShapeOf(dataset),
  };
}

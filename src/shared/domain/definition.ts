import { z } from 'zod';
import { WorkbenchError } from '../contract/errors.ts';

/**
 * What every registry entry (architecture, dataset, optimizer, strategy, branch…) declares about
 * itself. The window's form, the command-line options, the docs page and the stored settings derive
 * from it.
 */
export interface Definition<Hparams extends z.ZodObject = z.ZodObject> {
  /** Stable: it is stored with every search. Lower case, words joined by hyphens. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** The entry's settings besides `id`. Every field has a default unless the user must choose. */
  readonly hparams: Hparams;
}

/** Looks entries up by id. */
export interface Registry<Entry extends Definition> {
  /** What errors call an entry: `optimizer`. */
  readonly kind: string;
  /** In the order of registration, which is also that of lists and forms. */
  readonly entries: readonly Entry[];
  /** Rises with every registration. Values computed under an earlier version are outdated. */
  readonly version: number;
  /**
   * @throws WorkbenchError `not-found` if no entry has this id. New settings are validated before
   *   anything is looked up. Those of saved searches may name an entry of a plug-in that is not
   *   loaded.
   */
  get(id: string): Entry;
}

/** A registry that accepts entries while the program runs, such as those of a plug-in. */
export interface OpenRegistry<Entry extends Definition> extends Registry<Entry> {
  /**
   * Adds an entry after all others.
   *
   * @throws WorkbenchError `conflict`, naming both entries, if its id is taken.
   */
  register(entry: Entry): void;
}

export function registry<Entry extends Definition>(
  kind: string,
  initial: readonly Entry[],
): OpenRegistry<Entry> {
  const byId = new Map<string, Entry>();
  let entries: readonly Entry[] = [];
  const register = (entry: Entry): void => {
    const taken = byId.get(entry.id);
    if (taken) {
      throw new WorkbenchError(
        'conflict',
        `the ${kind} "${entry.id}" is defined twice: by "${taken.label}" and by "${entry.label}"`,
        'Give one of them another id.',
      );
    }
    byId.set(entry.id, entry);
    entries = [...entries, entry];
  };
  initial.forEach(register);
  return {
    kind,
    register,
    get entries() {
      return entries;
    },
    get version() {
      return entries.length;
    },
    get(id) {
      const entry = byId.get(id);
      if (entry) return entry;
      throw new WorkbenchError(
        'not-found',
        `no ${kind} "${id}"; there are ${[...byId.keys()].join(', ')}`,
        'If it comes from a plug-in, start with --plugins FOLDER.',
      );
    },
  };
}

/** A value that is computed once, and again after one of the registries has added an entry. */
export function derivedFrom<Value>(
  registries: readonly Registry<Definition>[],
  compute: () => Value,
): () => Value {
  let known: { readonly value: Value; readonly version: number } | undefined;
  return () => {
    // No version ever falls, so an equal sum means that none has risen.
    let version = 0;
    for (const registered of registries) version += registered.version;
    if (known?.version !== version) known = { value: compute(), version };
    return known.value;
  };
}

/** One entry with its settings, as stored: `{ id: 'adam', learningRate: 0.0012 }`. */
export interface Choice {
  readonly id: string;
  readonly [setting: string]: unknown;
}

/** The entry's own settings from a stored choice, typed by the entry's schema. */
export function hparamsOf<Hparams extends z.ZodObject>(
  definition: Definition<Hparams>,
  choice: Choice,
): z.infer<Hparams> {
  const { id: _id, ...hparams } = choice;
  return definition.hparams.parse(hparams);
}

/** The schema of one of these entries with its settings. Without a value it chooses `defaultId`. */
export function choiceSchema(registered: Registry<Definition>, defaultId: string) {
  return entrySchema(registered, {})
    .prefault({ id: defaultId })
    .meta({ title: titleOf(registered) });
}

/**
 * The schema of one of these entries with its settings: `{ id, ...own, ...common }` and nothing
 * else.
 *
 * @param common settings that every entry of this kind has.
 */
export function entrySchema<Common extends z.core.$ZodShape>(
  { kind, entries }: Pick<Registry<Definition>, 'kind' | 'entries'>,
  common: Common,
) {
  const [first, ...rest] = entries.map(({ id, label, description, hparams }) => {
    const taken = ['id', ...Object.keys(common)].find((name) => name in hparams.shape);
    if (taken !== undefined) {
      throw new Error(`the ${kind} "${id}" declares "${taken}", which every ${kind} already has`);
    }
    return closedObject<{ id: z.ZodLiteral<string> } & Common>({
      id: z.literal(id),
      ...hparams.shape,
      ...common,
    }).meta({ title: label, description });
  });
  if (!first) throw new Error(`the registry of ${kind}s is empty`);
  return z.discriminatedUnion('id', [first, ...rest]);
}

/** `pruning schedule` as `Pruning schedule`. */
export function titleOf({ kind }: Registry<Definition>): string {
  return kind.charAt(0).toUpperCase() + kind.slice(1);
}

/**
 * A strict object whose type lists only the settings `Known`. The settings that entries declare are
 * `unknown` in the type. Like `z.strictObject`, it rejects everything that is not in `shape`.
 */
export function closedObject<Known extends z.core.$ZodShape>(shape: Known) {
  return z.object(shape).catchall(NO_SUCH_SETTING);
}

const NO_SUCH_SETTING: z.ZodType = z.never();

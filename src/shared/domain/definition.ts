import { z } from 'zod';

/**
 * What every registry entry (architecture, dataset, optimizer, strategy, branch…) declares about
 * itself. The form in the window, the CLI flags, the docs page and the stored settings follow from it.
 */
export interface Definition<Hparams extends z.ZodObject = z.ZodObject> {
  /** Stable: it is stored with every search. Lower case, words joined by hyphens. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** Its settings beside `id`; every field carries a default unless the user must choose. */
  readonly hparams: Hparams;
}

/** Looks entries up by id; built once from a folder's list. */
export interface Registry<Entry extends Definition> {
  readonly kind: string;
  readonly entries: readonly Entry[];
  /** @throws Error if no entry has this id: settings are validated before anything is looked up. */
  get(id: string): Entry;
}

export function registry<Entry extends Definition>(
  kind: string,
  entries: readonly Entry[],
): Registry<Entry> {
  const byId = new Map<string, Entry>();
  for (const entry of entries) {
    if (byId.has(entry.id)) throw new Error(`${kind} "${entry.id}" is defined twice`);
    byId.set(entry.id, entry);
  }
  return {
    kind,
    entries,
    get(id) {
      const entry = byId.get(id);
      if (!entry) throw new Error(`no ${kind} "${id}"; there are ${[...byId.keys()].join(', ')}`);
      return entry;
    },
  };
}

/**
 * The schema of "one of these entries with its settings": `{ id, ...hparams, ...common }`, nothing
 * else. `common` are settings that every entry of the kind has.
 */
export function choiceSchema(
  registered: Registry<Definition>,
  defaultId: string,
  common: z.core.$ZodShape = {},
) {
  return entrySchema(registered, common)
    .prefault({ id: defaultId } as never)
    .meta({ title: titleOf(registered) });
}

/** As `choiceSchema`, where nothing is chosen unless the user does. */
export function entrySchema(registered: Registry<Definition>, common: z.core.$ZodShape = {}) {
  const options = registered.entries.map((entry) =>
    z
      .strictObject({ id: z.literal(entry.id), ...entry.hparams.shape, ...common })
      .meta({ title: entry.label, description: entry.description }),
  );
  const [first, ...rest] = options;
  if (!first) throw new Error(`the registry of ${registered.kind}s is empty`);
  return z.discriminatedUnion('id', [first, ...rest]);
}

function titleOf({ kind }: Registry<Definition>): string {
  return kind.charAt(0).toUpperCase() + kind.slice(1);
}

/** One entry with its settings, as stored: `{ id: 'adam', learningRate: 0.0012 }`. */
export interface Choice {
  readonly id: string;
  readonly [setting: string]: unknown;
}

/** The entry's own settings out of a stored choice, typed by the entry's schema. */
export function hparamsOf<Hparams extends z.ZodObject>(
  definition: Definition<Hparams>,
  choice: Choice,
): z.infer<Hparams> {
  const { id: _id, ...hparams } = choice;
  return definition.hparams.parse(hparams);
}

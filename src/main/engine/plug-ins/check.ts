/** What the export `plugIn` of a plug-in has to be. */
import { z } from 'zod';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { isPlainObject, isReservedKey } from '../../../shared/contract/json.ts';
import type { Definition } from '../../../shared/domain/definition.ts';
import { PLUG_IN_KINDS, type PlugInKind } from '../../../shared/domain/plug-in.ts';

/** A definition of a plug-in, and the registry that it is for. */
export interface Defined {
  readonly kind: PlugInKind;
  readonly definition: Definition;
}

const aFunction = z.custom((value) => typeof value === 'function', {
  error: 'expected a function',
});

const COMMON = {
  id: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, {
      error: 'expected lower-case words and digits, joined by hyphens',
    })
    .refine((id) => !isReservedKey(id), { error: 'is reserved by JavaScript; choose another id' }),
  label: z.string().min(1),
  description: z.string().min(1),
  hparams: z
    .custom<z.ZodObject>((value) => value instanceof z.ZodObject, {
      error: 'expected z.object({ … })',
    })
    .refine(({ shape }) => !Object.keys(shape).some(isReservedKey), {
      error: 'has a setting with a name that JavaScript reserves; choose another name',
    }),
};

/** What the functions that make definitions (`defineStrategy` …) leave on them. */
const MEMBERS: Readonly<Record<PlugInKind, z.ZodObject>> = {
  datasets: z.looseObject({ ...COMMON, summarize: aFunction, load: aFunction }),
  architectures: z.looseObject({ ...COMMON, build: aFunction }),
  initializers: z.looseObject({ ...COMMON, create: aFunction }),
  optimizers: z.looseObject({ ...COMMON, create: aFunction }),
  strategies: z.looseObject({ ...COMMON, create: aFunction }),
  pruningSchedules: z.looseObject({ ...COMMON, countLevels: aFunction, plan: aFunction }),
  branches: z.looseObject({
    ...COMMON,
    prepare: aFunction,
    keepsDensity: z.boolean(),
    isTrained: z.boolean(),
  }),
  analyses: z.looseObject({
    ...COMMON,
    plan: aFunction,
    run: aFunction,
    rows: aFunction,
    report: aFunction,
    charts: z.array(z.unknown()),
  }),
  exporters: z.looseObject({
    ...COMMON,
    mediaType: z.string().min(1),
    fileEnding: z.string().min(1),
    write: z.record(z.string(), aFunction),
  }),
};

const EXPECTED = `expected \`export const plugIn = { strategies: […] }\` with lists of definitions, under ${PLUG_IN_KINDS.join(', ')}`;

/** @throws WorkbenchError `invalid-data` naming the file, the place in it, and what was expected. */
export function checkedExport(file: string, exports: unknown): readonly Defined[] {
  const plugIn = isModule(exports) ? exports['plugIn'] : undefined;
  if (plugIn === undefined) throw unusable(file, `it has no export plugIn; ${EXPECTED}`);
  if (!isPlainObject(plugIn)) throw unusable(file, `its export plugIn is no object; ${EXPECTED}`);
  const defined = Object.entries(plugIn).flatMap(([kind, definitions]) =>
    definitionsOf(file, kind, definitions),
  );
  if (defined.length === 0) throw unusable(file, `its export plugIn is empty; ${EXPECTED}`);
  return defined;
}

function definitionsOf(file: string, name: string, definitions: unknown): Defined[] {
  const kind = PLUG_IN_KINDS.find((each) => each === name);
  if (kind === undefined) throw unusable(file, `there is no kind plugIn.${name}; ${EXPECTED}`);
  if (!Array.isArray(definitions)) {
    throw unusable(file, `plugIn.${name} is no list; expected a list of definitions`);
  }
  return definitions.map((definition: unknown, index) => {
    checkDefinition(file, kind, index, definition);
    return { kind, definition };
  });
}

/** The definition itself is registered, not what a schema makes of it: it may have getters. */
function checkDefinition(
  file: string,
  kind: PlugInKind,
  index: number,
  definition: unknown,
): asserts definition is Definition {
  const checked = MEMBERS[kind].safeParse(definition);
  if (checked.success) return;
  const problems = checked.error.issues.map(({ path, message }) =>
    [`plugIn.${kind}[${index}]`, ...path.map(String)].join('.').concat(`: ${message}`),
  );
  throw unusable(file, problems.join('; '));
}

function unusable(file: string, problem: string): WorkbenchError {
  return new WorkbenchError(
    'invalid-data',
    `the plug-in ${file} can't be used: ${problem}`,
    'Mend it, or take it out of the folder. See docs/plug-ins.md.',
  );
}

function isModule(exports: unknown): exports is Readonly<Record<string, unknown>> {
  return typeof exports === 'object' && exports !== null;
}

/**
 * Loads plug-ins: files of a user's own that add entries to the registries. They are programs and run
 * with the user's rights, in this thread.
 */
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { Definition, OpenRegistry } from '../../../shared/domain/definition.ts';
import type { PlugInEntry, PlugInKind } from '../../../shared/domain/plug-in.ts';
import { checkedExport, type Defined } from './check.ts';

/** What plug-ins import; package.json says which file that is. */
const ENTRY_POINT = 'ticket-workbench/plug-in';

const requireFromHere = createRequire(import.meta.url);

export interface PlugInFile {
  /** Absolute. */
  readonly file: string;
  /** SHA-256, hex, of its bytes. */
  readonly sha256: string;
}

/** A plug-in whose entries are in the registries. */
export interface LoadedPlugIn extends PlugInFile {
  readonly entries: readonly PlugInEntry[];
}

/** The registries that plug-ins may add to. A thread that has no use for a kind leaves it out. */
export type PlugInRegistries = Readonly<Partial<Record<PlugInKind, OpenRegistry<Definition>>>>;

/** Those of this thread, in the order in which they were loaded. */
const loaded: LoadedPlugIn[] = [];

export function loadedPlugIns(): readonly LoadedPlugIn[] {
  return loaded;
}

/** The loaded plug-in that an entry comes from; undefined if the entry is built in or not there. */
export function plugInOf(kind: PlugInKind, id: string): LoadedPlugIn | undefined {
  return loaded.find(({ entries }) => entries.some((each) => each.kind === kind && each.id === id));
}

/** @throws WorkbenchError `not-found` naming the file if it can't be read. */
export function plugInFile(file: string): PlugInFile {
  try {
    const absolute = realpathSync(file);
    const sha256 = createHash('sha256').update(readFileSync(absolute)).digest('hex');
    return { file: absolute, sha256 };
  } catch (cause) {
    throw new WorkbenchError(
      'not-found',
      `the plug-in ${file} can't be read: ${messageOf(cause)}`,
      'Bring the file back, and start again.',
      { cause },
    );
  }
}

/**
 * Adds the entries of all files to the registries, or of none if something is wrong with one of them.
 * Files that are loaded already are passed over.
 *
 * @param checkTogether throws if the entries, given by file, can't be offered beside all others.
 * @throws WorkbenchError `invalid-data` naming the file and what is wrong with it; `conflict` if a
 *   file has another content than when it was loaded, or for an id that is taken.
 */
export function loadPlugIns(
  files: readonly PlugInFile[],
  registries: PlugInRegistries,
  checkTogether: (plugIns: readonly PlugInEntries[]) => void = () => undefined,
): void {
  const wanted = files.filter(({ file, sha256 }) => !isLoaded(file, sha256));
  serveEntryPoint(wanted.map(({ file }) => file));
  const plugIns = definitionsOfAll(wanted);
  checkIds(plugIns, registries);
  checkTogether(plugIns);
  for (const { plugIn, entries } of plugIns) {
    for (const { kind, definition } of entries) registries[kind]?.register(definition);
    loaded.push({
      ...plugIn,
      entries: entries.map(({ kind, definition: { id } }) => ({ kind, id })),
    });
  }
}

/** What a file defines. */
export interface PlugInEntries {
  readonly plugIn: PlugInFile;
  readonly entries: readonly Defined[];
}

function isLoaded(file: string, sha256: string): boolean {
  const known = loaded.find((each) => each.file === file);
  if (known && known.sha256 !== sha256) throw hasChanged(file, known.sha256, sha256);
  return known !== undefined;
}

/** @throws WorkbenchError naming every file that can't be used, one a line. */
function definitionsOfAll(wanted: readonly PlugInFile[]): PlugInEntries[] {
  const failures: WorkbenchError[] = [];
  const plugIns = wanted.flatMap((plugIn) => {
    try {
      return [{ plugIn, entries: definitionsOf(plugIn) }];
    } catch (error) {
      if (!(error instanceof WorkbenchError)) throw error;
      failures.push(error);
      return [];
    }
  });
  const [first, ...others] = failures;
  if (!first) return plugIns;
  if (others.length === 0) throw first;
  const messages = failures.map(({ message }) => message).join('\n');
  throw new WorkbenchError(first.code, messages, first.hint, { cause: first });
}

/** @throws WorkbenchError `invalid-data`; `conflict` if the file is not the one whose hash was taken. */
function definitionsOf({ file, sha256 }: PlugInFile): readonly Defined[] {
  const now = plugInFile(file);
  if (now.sha256 !== sha256) throw hasChanged(file, sha256, now.sha256);
  let exports: unknown;
  try {
    exports = requireFromHere(file);
  } catch (cause) {
    throw new WorkbenchError(
      'invalid-data',
      `the plug-in ${file} does not load: ${messageOf(cause)}`,
      'Mend it, or take it out of the folder. See docs/plug-ins.md.',
      { cause },
    );
  }
  return checkedExport(file, exports);
}

function hasChanged(file: string, before: string, now: string): WorkbenchError {
  return new WorkbenchError(
    'conflict',
    `the plug-in ${file} has changed since this process loaded it: its SHA-256 is ${now}, expected ${before}`,
    'Start the workbench again, or bring the old file back.',
  );
}

/** @throws WorkbenchError `conflict` naming both who define an id. */
function checkIds(plugIns: readonly PlugInEntries[], registries: PlugInRegistries): void {
  const files = new Map<string, string>();
  for (const { plugIn, entries } of plugIns) {
    for (const { kind, definition } of entries) {
      const { id } = definition;
      const isTaken = registries[kind]?.entries.some((entry) => entry.id === id) === true;
      const other = files.get(`${kind} ${id}`) ?? plugInOf(kind, id)?.file;
      if (isTaken || other !== undefined) {
        throw new WorkbenchError(
          'conflict',
          `${kind}: "${id}" is defined twice: by ${other ?? 'the workbench itself'} and by ${plugIn.file}`,
          'Give one of them another id.',
        );
      }
      files.set(`${kind} ${id}`, plugIn.file);
    }
  }
}

/** The URLs of the plug-ins of this thread. */
const served = new Set<string>();
let isServing = false;

/**
 * Resolves what plug-ins import: the entry point, wherever their folder is, and modules of Node.
 * Anything else is refused, so that the hash of a plug-in's file stands for all of its code.
 */
function serveEntryPoint(files: readonly string[]): void {
  for (const file of files) served.add(file);
  if (isServing || files.length === 0) return;
  isServing = true;
  module.registerHooks({
    resolve(specifier, context, nextResolve) {
      const { parentURL } = context;
      if (!parentURL?.startsWith('file:') || !served.has(fileURLToPath(parentURL))) {
        return nextResolve(specifier, context);
      }
      if (specifier === ENTRY_POINT) {
        return nextResolve(requireFromHere.resolve(ENTRY_POINT), context);
      }
      if (module.isBuiltin(specifier)) return nextResolve(specifier, context);
      throw new Error(
        `it imports "${specifier}"; expected "${ENTRY_POINT}" or a module of Node: a plug-in is one file`,
      );
    },
  });
}

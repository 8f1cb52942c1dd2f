/**
 * The addon that an installed application brings along, so that it needs no compiler. It is compiled
 * before the application is packed, and works only with the libraries it was compiled for.
 */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bindingOf, WHEEL_VERSION } from './installation.mjs';
import { packageManifest, readJson, record } from './project.mjs';

/** @typedef {import('./installation.mjs').Installation} Installation */
/** @typedef {import('./installation.mjs').Site} Site */

/**
 * The addon of the package, if it was compiled for the libraries of the pinned wheel.
 *
 * @param {Site} site
 * @returns {string | undefined}
 */
export function prebuiltAddon(site) {
  try {
    const { tensorflow, tfjsNode } = record(readJson(recordOf(site.prebuilt)));
    const isFor = tensorflow === WHEEL_VERSION && tfjsNode === versionOf(site.tfjsNode);
    return isFor ? site.prebuilt : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Copies the addon of an installation to where the package has it.
 *
 * @param {Installation} installation
 * @param {Site} site
 * @param {string} output the addon's file; a record of what it was compiled for is written beside it
 * @returns {Promise<void>}
 */
export async function savePrebuiltAddon(installation, site, output) {
  await mkdir(path.dirname(output), { recursive: true });
  await copyFile(bindingOf(installation), output);
  const facts = { tensorflow: installation.tensorflow, tfjsNode: versionOf(site.tfjsNode) };
  await writeFile(recordOf(output), `${JSON.stringify(facts)}\n`);
}

/**
 * @param {string} addon
 * @returns {string}
 */
function recordOf(addon) {
  return addon.replace(/\.node$/, '.json');
}

/**
 * @param {string} tfjsNode
 * @returns {string}
 */
function versionOf(tfjsNode) {
  return String(packageManifest(tfjsNode)['version']);
}

/** Kills of what fetches: datasets, added datasets, and TensorFlow. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkOrphans, checkSuccess, checkSwept } from '../checks.ts';
import { childScript, startNode } from '../program.ts';
import { makeWorld, serveSlowly } from '../small-world.ts';
import { tinyFiles, writeTinyFiles } from '../tiny-cifar.ts';
import { ATTACK, killAtRandom, type Scene } from './killing.ts';

/** What is killed is continued, and leaves nothing beside the dataset. */
export async function fetchScenario(scene: Scene): Promise<void> {
  const { torment, random } = scene;
  const files = tinyFiles();
  const server = await serveSlowly((name) => files[name]);
  try {
    for (const what of ['fetch', 'add'] as const) {
      const folder = torment.newFolder('datasets');
      const source =
        what === 'fetch' ? server.address : writeTinyFiles(torment.newFolder('source'));
      const start = () =>
        startNode([childScript('fetch.ts'), what, source], {
          environment: { TICKET_DATASETS_DIR: folder },
        });
      for (let kill = 1 + random.below(3); kill > 0; kill -= 1) {
        await killAtRandom(scene, `dataset ${what}`, start(), 900);
        await checkOrphans(torment, ATTACK);
      }
      // It loads the dataset, which checks the content.
      checkSuccess(torment, ATTACK, await start().ended, `dataset ${what} after a kill`);
      checkSwept(torment, ATTACK, folder, `a killed dataset ${what}`);
    }
  } finally {
    server.close();
  }
}

export async function provisionScenario(scene: Scene): Promise<void> {
  const { torment, random } = scene;
  const folder = torment.newFolder('world');
  const server = await serveSlowly((name) => {
    const file = path.join(folder, 'index', name.endsWith('/') ? `${name}index.html` : name);
    return existsSync(file) ? readFileSync(file) : undefined;
  });
  try {
    const world = makeWorld(folder, server.address);
    const options = path.join(folder, 'options.json');
    writeFileSync(options, JSON.stringify(world.options));
    const start = () => startNode([childScript('provision.ts'), options]);
    for (let kill = 2 + random.below(3); kill > 0; kill -= 1) {
      await killAtRandom(scene, 'provisioning', start(), 1600);
      await checkOrphans(torment, ATTACK);
    }
    checkSuccess(torment, ATTACK, await start().ended, 'provisioning after a kill');
    checkSwept(torment, ATTACK, world.cache, 'a killed provisioning');
  } finally {
    server.close();
  }
}

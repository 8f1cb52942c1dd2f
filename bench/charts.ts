/**
 * Measures how fast charts are drawn, in a real headless Chromium: a curve of 10 million points, and 8 searches
 * of 60 levels with 5 seeds each.
 *
 *     npm run bench:charts
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { measured } from '../src/main/workbench/bench/statistics.ts';
import { launchBrowser } from '../test/e2e/support.ts';

const PAGE = fileURLToPath(new URL('page/charts.ts', import.meta.url));
const VIEWPORT = { width: 1440, height: 900 };

async function main(): Promise<void> {
  const scratch = mkdtempSync(path.join(tmpdir(), 'ticket-bench-'));
  const browser = await launchBrowser();
  try {
    await build({
      configFile: false,
      logLevel: 'error',
      build: {
        outDir: scratch,
        lib: { entry: PAGE, formats: ['iife'], name: 'bench', fileName: () => 'charts.js' },
      },
    });
    const page = await browser.newPage({ viewport: VIEWPORT });
    await page.addScriptTag({ path: path.join(scratch, 'charts.js') });
    const figures = await page.evaluate<Record<string, number[]>>('benchCharts()');
    for (const [what, milliseconds] of Object.entries(figures)) {
      const { median, min, max } = measured(milliseconds);
      const text = [median, min, max].map((value) => value.toFixed(1));
      process.stdout.write(`${what}: ${text[0]!} ms [${text[1]!}, ${text[2]!}]\n`);
    }
  } finally {
    await browser.close();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

await main();

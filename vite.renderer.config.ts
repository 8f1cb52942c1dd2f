/** Builds the window: the same files for Electron and for the browser host. */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin, type Rolldown } from 'vite';

type OutputBundle = Rolldown.OutputBundle;
type OutputChunk = Rolldown.OutputChunk;
type OutputAsset = Rolldown.OutputAsset;

/** What the window may weigh when it opens, kB after gzip: a build that exceeds it fails. */
const BUDGET_KILOBYTES = 95;

/** What views may weigh that are loaded when they are opened, all of them together. */
const LAZY_BUDGET_KILOBYTES = 295;

/** Nothing from elsewhere, nothing inline: what the hosts also send as a header. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

function contentSecurityPolicy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: CONTENT_SECURITY_POLICY },
        injectTo: 'head-prepend',
      },
    ],
  };
}

function sizeBudget(): Plugin {
  return {
    name: 'size-budget',
    apply: 'build',
    generateBundle(_options, bundle) {
      const lazy = lazyFiles(bundle);
      const check = (
        what: string,
        files: readonly (OutputChunk | OutputAsset)[],
        most: number,
      ): void => {
        const bytes = files.reduce(
          (sum, file) => sum + gzipSync(file.type === 'chunk' ? file.code : file.source).length,
          0,
        );
        const kilobytes = bytes / 1000;
        const text = `${what}: ${kilobytes.toFixed(0)} kB after gzip, of at most ${most} kB`;
        if (kilobytes > most) this.error(`${text}; drop something or raise the budget`);
        this.info(text);
      };
      const files = Object.values(bundle);
      check(
        'renderer',
        files.filter((file) => !lazy.has(file.fileName)),
        BUDGET_KILOBYTES,
      );
      check(
        'views loaded later',
        files.filter((file) => lazy.has(file.fileName)),
        LAZY_BUDGET_KILOBYTES,
      );
    },
  };
}

/** Chunks that only a dynamic import leads to, and their styles. */
function lazyFiles(bundle: OutputBundle): ReadonlySet<string> {
  const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
  const initial = new Set<string>();
  const visit = (name: string): void => {
    const chunk = chunks.find(({ fileName }) => fileName === name);
    if (!chunk || initial.has(name)) return;
    initial.add(name);
    for (const each of chunk.imports) visit(each);
  };
  for (const { isEntry, fileName } of chunks) if (isEntry) visit(fileName);
  const stylesOf = ({ viteMetadata }: OutputChunk): string[] => [
    ...(viteMetadata?.importedCss ?? []),
  ];
  const initialStyles = new Set(
    chunks.filter(({ fileName }) => initial.has(fileName)).flatMap(stylesOf),
  );
  const later = chunks.filter(({ fileName }) => !initial.has(fileName));
  return new Set([
    ...later.map(({ fileName }) => fileName),
    ...later.flatMap(stylesOf).filter((name) => !initialStyles.has(name)),
  ]);
}

export default defineConfig({
  root: 'src/renderer',
  base: './',
  publicDir: false,
  plugins: [
    svelte({ configFile: '../../svelte.config.js' }),
    contentSecurityPolicy(),
    sizeBudget(),
  ],
  build: {
    // An absolute path: electron-vite takes the project for the root, Vite takes `root`.
    outDir: fileURLToPath(new URL('out/renderer', import.meta.url)),
    emptyOutDir: true,
    // The oldest Electron that the window is tested in.
    target: 'chrome108',
    cssTarget: 'chrome108',
    modulePreload: { polyfill: false },
    // A file of its own instead of a data: address, which the policy refuses for styles and fonts.
    assetsInlineLimit: 0,
  },
});

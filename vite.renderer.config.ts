/** Builds the window: the same files for Electron and for the browser host. */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

/** What the window may weigh, kB after gzip: a build that exceeds it fails. */
const BUDGET_KILOBYTES = 220;

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
      const bytes = Object.values(bundle).reduce(
        (sum, file) => sum + gzipSync(file.type === 'chunk' ? file.code : file.source).length,
        0,
      );
      const kilobytes = bytes / 1000;
      const text = `renderer: ${kilobytes.toFixed(0)} kB after gzip, of at most ${BUDGET_KILOBYTES} kB`;
      if (kilobytes > BUDGET_KILOBYTES) this.error(`${text}; drop something or raise the budget`);
      this.info(text);
    },
  };
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

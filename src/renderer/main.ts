import { mount } from 'svelte';
import AppShell from './AppShell.svelte';
import { connectWorkbench } from './client.ts';
import { FILE_MISSING } from './file-missing.ts';
import { App } from './state/app.svelte.ts';
import { beforeLeaving } from './state/leaving.ts';
import './styles/tokens.css';
import './styles/base.css';

const app = new App(connectWorkbench(), window.matchMedia('(prefers-color-scheme: dark)'));
const target = document.getElementById('app');
if (!target) throw new Error('index.html has no element "app"');
mount(AppShell, { target, props: { app } });
void app.start();
// What is not a view says nothing itself: a command, a definition, a table that is copied.
window.addEventListener('vite:preloadError', () => {
  app.toasts.error(FILE_MISSING);
});
beforeLeaving(() => {
  app.preferences.flush();
});

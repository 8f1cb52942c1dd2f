import { mount } from 'svelte';
import AppShell from './AppShell.svelte';
import { connectWorkbench } from './client.ts';
import { App } from './state/app.svelte.ts';
import './styles/tokens.css';
import './styles/base.css';

const app = new App(connectWorkbench(), window.matchMedia('(prefers-color-scheme: dark)'));
const target = document.getElementById('app');
if (!target) throw new Error('index.html has no element "app"');
mount(AppShell, { target, props: { app } });
void app.start();
window.addEventListener('pagehide', () => {
  app.preferences.flush();
});

/** Put into a page before it loads, it makes the window talk to the fake workbench. */
import './without-eval.ts';
import { createFakeWorkbench, type FakeOptions } from './fake-workbench.ts';

declare global {
  interface Window {
    readonly fakeOptions?: FakeOptions;
  }
}

Object.defineProperty(window, 'ticketBridge', { value: createFakeWorkbench(window.fakeOptions) });

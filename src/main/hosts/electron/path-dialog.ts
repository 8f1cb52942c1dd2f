import path from 'node:path';
import { app, type BrowserWindow, dialog } from 'electron';
import type { PathQuestion } from './process-messages.ts';

/** Opens a native dialog over the window. Returns undefined if it was cancelled. */
export async function choosePath(
  parent: BrowserWindow,
  question: PathQuestion,
): Promise<string | undefined> {
  if (question.kind === 'save') {
    const { canceled, filePath } = await dialog.showSaveDialog(parent, {
      // The name comes from the page. It must not lead into another folder.
      defaultPath: path.join(app.getPath('downloads'), path.basename(question.name)),
    });
    return canceled || !filePath ? undefined : filePath;
  }
  const { canceled, filePaths } = await dialog.showOpenDialog(parent, {
    title: question.title,
    properties: [question.kind === 'file' ? 'openFile' : 'openDirectory'],
  });
  return canceled ? undefined : filePaths[0];
}

import { describe, expect, it } from 'vitest';
import { createClient } from '../../../src/shared/contract/client.ts';
import { WorkbenchError } from '../../../src/shared/contract/errors.ts';
import { loadCompared } from '../../../src/renderer/state/compared.ts';
import { createFakeWorkbench } from '../support/fake-workbench.ts';

describe('a comparison', () => {
  it('leaves out what is missing, and says what that is', async () => {
    const client = createClient(createFakeWorkbench({ finished: 2 }));
    const { details, series, missing } = await loadCompared(client, [
      'search-1',
      'gone',
      'search-2',
    ]);
    expect(details.map(({ row }) => row.id)).toEqual(['search-1', 'search-2']);
    expect(series).toHaveLength(2);
    expect(missing).toMatchObject([{ id: 'gone', error: { code: 'not-found' } }]);
  });

  it('fails as a whole only if nothing can be reached', async () => {
    const call = () => Promise.reject(new WorkbenchError('unavailable', 'the connection is lost'));
    await expect(loadCompared({ call }, ['search-1'])).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});

import { Closing } from './closing.js';

describe('what was opened', () => {
  it('is closed in reverse, also where something cannot be closed', async () => {
    const closed: string[] = [];
    const closing = new Closing();
    closing.add(async () => closed.push('first'));
    closing.add(() => Promise.reject(new Error('stuck')));
    closing.add(async () => closed.push('last'));
    await closing.close();
    await closing.close();
    expect(closed).toEqual(['last', 'first']);
  });

  it('is closed when opening the rest fails', async () => {
    const closed: string[] = [];
    const opening = Closing.opening(async (closing) => {
      closing.add(async () => closed.push('server'));
      throw new Error('port taken');
    });
    await expect(opening).rejects.toThrow('port taken');
    expect(closed).toEqual(['server']);
  });
});

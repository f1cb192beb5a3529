import { exampleSnapshot } from '../__fixtures__/snapshots.js';
import { parseSnapshotPart } from './snapshot-parts.js';

const { routing } = exampleSnapshot(3);
const keys = Array.from({ length: 2_001 }, (_, place) => ({
  id: `key_${place}`,
  hash: `hash ${place}`,
  tenantId: 'tnt_1',
}));

describe('checking a snapshot with many keys', () => {
  it('gives all of them, in their order', async () => {
    expect(await parseSnapshotPart('routing', { ...routing, keys })).toEqual({ ...routing, keys });
  });

  it('lets other work go on meanwhile', async () => {
    let turns = 0;
    const count = (): void => {
      turns += 1;
      if (turns < 1_000) setImmediate(count);
    };
    setImmediate(count);
    await parseSnapshotPart('routing', { ...routing, keys });
    expect(turns).toBeGreaterThanOrEqual(4);
    turns = 1_000;
  });

  it.each([0, 1_500, 2_000])('refuses a key that is none, be it number %s', async (place) => {
    const value = { ...routing, keys: [...keys.slice(0, place), { id: 'key_x' }, ...keys.slice(place + 1)] };
    await expect(parseSnapshotPart('routing', value)).rejects.toThrow('hash');
  });

  it.each([undefined, null, 7, {}, { ...routing, keys: 'none' }, { ...routing, version: 'x' }])(
    'refuses what is no snapshot: %j',
    async (value) => {
      await expect(parseSnapshotPart('routing', value)).rejects.toThrow();
    },
  );
});

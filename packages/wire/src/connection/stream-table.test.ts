import fc from 'fast-check';

import { StreamTable } from './stream-table.js';

describe('the table of streams', () => {
  it('holds what a Map would hold, whatever comes and goes', () => {
    const step = fc.record({ add: fc.boolean(), pick: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const table = new StreamTable<{ name: string }>();
        const map = new Map<number, { name: string }>();
        steps.forEach(({ add, pick }, index) => {
          const ids = [...map.keys()];
          const id = add ? index + 1 : ids[pick % Math.max(1, ids.length)];
          if (id === undefined) return;
          const stream = { name: `stream ${id}` };
          if (add) {
            table.add(id, stream);
            map.set(id, stream);
          } else {
            table.delete(id);
            map.delete(id);
          }
          expect(table.get(id)).toBe(map.get(id));
        });
        expect(table.size).toBe(map.size);
        expect(table.entries()).toEqual([...map]);
      }),
    );
  });

  it('lets an entry be removed while they are gone through', () => {
    const table = new StreamTable<string>();
    table.add(1, 'a');
    table.add(2, 'b');
    const seen: string[] = [];
    for (const [id, stream] of table.entries()) {
      seen.push(stream);
      table.delete(id);
    }
    expect(seen).toEqual(['a', 'b']);
    expect(table.size).toBe(0);
  });
});

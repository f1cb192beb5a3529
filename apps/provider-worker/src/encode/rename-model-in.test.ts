import { scanRequest } from '@switchyard/dialects';
import fc from 'fast-check';

import { renameModelIn } from './rename-model-in.js';

const SENT = { isAsSent: true };

function placeIn(body: Buffer): number {
  return scanRequest(body, { maxDepth: 9 }).spans.model.start;
}

describe('renameModelIn', () => {
  it('gives the same bytes with a hint as without, wherever the hint points', () => {
    const names = fc.oneof(fc.constantFrom('a', 'b', 'x/y', 'gpt "4"', 'módel'), fc.string({ minLength: 1 }));
    const beside = fc.dictionary(fc.constantFrom('a', 'messages', 'temperature'), fc.jsonValue({ maxDepth: 2 }));
    fc.assert(
      fc.property(names, names, beside, fc.nat(60), (asked, model, fields, at) => {
        const body = Buffer.from(JSON.stringify({ ...fields, model: asked, other: asked }));
        const unhinted = renameModelIn(body, { model, requestedModel: asked }, SENT);
        const hinted = renameModelIn(body, { model, requestedModel: asked, modelAt: placeIn(body) }, SENT);
        expect(hinted.equals(unhinted)).toBe(true);
        // No such place begins the name, but for the true one and that of the other field.
        if (body.toString('utf8', at).startsWith(JSON.stringify(asked))) return;
        const misled = renameModelIn(body, { model, requestedModel: asked, modelAt: at }, SENT);
        expect(misled.equals(unhinted)).toBe(true);
      }),
    );
  });

  it('relies on the hint instead of walking over the body', () => {
    const body = Buffer.from('{"model":"asked", not walked over');
    const open = { model: 'named', requestedModel: 'asked', modelAt: 9 };
    expect(renameModelIn(body, open, SENT).toString()).toBe('{"model":"named", not walked over');
    expect(renameModelIn(body, { ...open, model: 'asked' }, SENT)).toBe(body);
  });

  it('looks for the name itself in a body that is not as it was sent', () => {
    const body = Buffer.from('{"was":"asked","model":"asked"}');
    const open = { model: 'named', requestedModel: 'asked', modelAt: 7 };
    expect(renameModelIn(body, open, { isAsSent: false }).toString()).toBe('{"was":"asked","model":"named"}');
  });

  it('walks over a body whose name is not the one that was resolved', () => {
    const body = Buffer.from('{"model":"asked(high)"}');
    expect(renameModelIn(body, { model: 'm', requestedModel: 'asked', modelAt: 9 }, SENT).toString()).toBe(
      '{"model":"m"}',
    );
  });
});

import type { Operation } from '@switchyard/canonical';

import { credentialOf } from '../__fixtures__/snapshot-builder.js';
import { candidateOf, type Candidate } from '../resolve/candidate.js';
import type { Resolution } from '../resolve/resolve.js';
import { withOperation } from './with-operation.js';

const candidate = (id: string, operations?: Operation[]): Candidate =>
  candidateOf({ credential: credentialOf({ id, operations }), model: 'm' });

const RESOLUTION: Resolution = {
  model: 'm',
  targets: [
    { name: 'first', candidates: [candidate('chat-only', ['chat'])] },
    { name: 'second', candidates: [candidate('both', ['chat', 'embeddings']), candidate('also-chat-only', ['chat'])] },
  ],
};

describe('withOperation', () => {
  it('keeps the candidates that can be asked for it, and the targets that still have some', () => {
    const found = withOperation(RESOLUTION, 'embeddings');
    expect(found?.targets.map(({ name, candidates }) => [name, candidates.map((one) => one.credential.id)])).toEqual([
      ['second', ['both']],
    ]);
    expect(withOperation(RESOLUTION, 'chat')).toEqual(RESOLUTION);
  });

  it('is undefined when no candidate can be asked for it', () => {
    expect(withOperation(RESOLUTION, 'rerank')).toBeUndefined();
  });

  it('keeps a candidate whose operations nobody told', () => {
    const untold: Resolution = { model: 'm', targets: [{ name: 'only', candidates: [candidate('untold')] }] };
    expect(withOperation(untold, 'rerank')).toEqual(untold);
  });
});

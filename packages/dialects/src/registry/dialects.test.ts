import { DIALECT_IDS } from '@switchyard/canonical';

import { dialectById } from './dialects.js';

describe('dialectById', () => {
  it.each(DIALECT_IDS.map((id) => [id]))('finds %s under its own name', (id) => {
    expect(dialectById(id).id).toBe(id);
  });
});

import { summariseStalls } from './stalls.js';

describe('the stalls of an event loop', () => {
  it('are what happens regularly, beyond what the machine does by itself', () => {
    expect(summariseStalls({ idle: [2, 3, 90], loaded: [22, 400, 24, 23, 21] })).toEqual({
      loadedMs: 23,
      idleMs: 3,
      addedMs: 20,
    });
  });

  it('are never less than none', () => {
    expect(summariseStalls({ idle: [9], loaded: [4] }).addedMs).toBe(0);
  });
});

import { isContentEvent, isMeant } from './stream.js';

describe('isContentEvent', () => {
  it('does not take an opened, still empty block for content', () => {
    expect(isContentEvent({ type: 'text-start', choice: 0, index: 0 })).toBe(false);
    expect(isContentEvent({ type: 'text-delta', choice: 0, index: 0, text: '' })).toBe(false);
  });

  it('takes the first character, a tool call, and a finish that says more than that it is over for content', () => {
    expect(isContentEvent({ type: 'text-delta', choice: 0, index: 0, text: 'a' })).toBe(true);
    expect(isContentEvent({ type: 'tool-call-start', choice: 0, index: 0, id: 'call_1', name: 'weather' })).toBe(true);
    expect(isContentEvent({ type: 'finish', choice: 0, finish: { reason: 'length' } })).toBe(true);
    expect(isContentEvent({ type: 'finish', choice: 0, finish: { reason: 'stop' } })).toBe(false);
  });
});

describe('isMeant', () => {
  it('believes an empty answer for which the model wrote something', () => {
    expect([isMeant({ output: 2 }), isMeant({ output: 0 }), isMeant(undefined)]).toEqual([true, false, false]);
  });
});

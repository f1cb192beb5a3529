import { isContentEvent } from './stream.js';

describe('isContentEvent', () => {
  it('does not take an opened, still empty block for content', () => {
    expect(isContentEvent({ type: 'text-start', choice: 0, index: 0 })).toBe(false);
    expect(isContentEvent({ type: 'text-delta', choice: 0, index: 0, text: '' })).toBe(false);
  });

  it('takes the first character, a tool call and a finish for content', () => {
    expect(isContentEvent({ type: 'text-delta', choice: 0, index: 0, text: 'a' })).toBe(true);
    expect(isContentEvent({ type: 'tool-call-start', choice: 0, index: 0, id: 'call_1', name: 'weather' })).toBe(true);
    expect(isContentEvent({ type: 'finish', choice: 0, finish: { reason: 'stop' } })).toBe(true);
  });
});

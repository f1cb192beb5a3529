import { GatewayError } from '../errors/gateway-error.js';
import type { StreamEvent } from '../stream.js';
import { checkStreamGrammar } from './check-grammar.js';

const start: StreamEvent = { type: 'start', id: 'msg_1', model: 'm' };
const text = (index: number): StreamEvent[] => [
  { type: 'text-start', choice: 0, index },
  { type: 'text-delta', choice: 0, index, text: 'a' },
  { type: 'text-end', choice: 0, index },
];
const finish: StreamEvent = { type: 'finish', choice: 0, finish: { reason: 'stop' } };
const error: StreamEvent = { type: 'error', error: new GatewayError('upstream_truncated', 'cut').toData() };
const end: StreamEvent = { type: 'end' };

describe('checkStreamGrammar', () => {
  it.each<[string, StreamEvent[]]>([
    ['a whole stream', [start, { type: 'ping' }, ...text(0), ...text(1), finish, end]],
    ['an empty answer', [start, finish, end]],
    ['a stream that fails within a block', [start, { type: 'text-start', choice: 0, index: 0 }, error, end]],
    ['a stream that fails at once', [error, end]],
  ])('accepts %s', (_name, events) => {
    expect(checkStreamGrammar(events)).toEqual([]);
  });

  it.each<[StreamEvent[], string]>([
    [[...text(0), finish, end], 'text-start before start'],
    [[start, start, finish, end], 'a second start'],
    [[start, ...text(1), finish, end], 'text-start 0/1 appears where index 0 is next'],
    [[start, ...text(0), ...text(0), finish, end], 'text-start 0/0 appears where index 1 is next'],
    [
      [start, { type: 'text-delta', choice: 0, index: 0, text: 'a' }, finish, end],
      'text-delta 0/0 without an open block',
    ],
    [[start, { type: 'text-start', choice: 0, index: 0 }, finish, end], 'text 0/0 is open at finish'],
    [
      [start, { type: 'text-start', choice: 0, index: 0 }, { type: 'tool-call-end', choice: 0, index: 0 }],
      'tool-call-end',
    ],
    [[start, finish, ...text(0), end], 'text-start 0/0 after finish'],
    [[start, finish, finish, end], 'choice 0 finishes twice'],
    [[start, ...text(0), end], 'choice 0 has no finish'],
    [[start, end], 'end without any finish'],
    [[end], 'end without start or error'],
    [[start, error, finish, end], 'finish after error'],
    [[start, finish], 'no end'],
    [[start, finish, end, end], 'end after end'],
  ])('finds in %j that there is: %s', (events, violation) => {
    expect(checkStreamGrammar(events)).toContainEqual(expect.stringContaining(violation));
  });
});

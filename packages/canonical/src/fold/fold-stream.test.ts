import { GatewayError } from '../errors/gateway-error.js';
import type { StreamEvent } from '../stream.js';
import { foldStream } from './fold-stream.js';

const start: StreamEvent = { type: 'start', id: 'msg_1', model: 'm' };
const finish: StreamEvent = { type: 'finish', choice: 0, finish: { reason: 'stop' } };
const end: StreamEvent = { type: 'end' };
const usage = (output: number): StreamEvent => ({
  type: 'usage',
  usage: { inputUncached: 3, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output },
});

describe('foldStream', () => {
  it('puts interleaved blocks of several choices together, each in its place', () => {
    const events: StreamEvent[] = [
      start,
      { type: 'tool-call-start', choice: 0, index: 0, id: 'a', name: 'weather' },
      { type: 'text-start', choice: 1, index: 0 },
      { type: 'tool-call-start', choice: 0, index: 1, id: 'b', name: 'time' },
      { type: 'tool-call-delta', choice: 0, index: 1, argumentsText: '{"zone":' },
      { type: 'text-delta', choice: 1, index: 0, text: 'Hel' },
      { type: 'tool-call-delta', choice: 0, index: 0, argumentsText: '{"city":"Oslo"}' },
      { type: 'tool-call-delta', choice: 0, index: 1, argumentsText: '"UTC"}' },
      { type: 'text-delta', choice: 1, index: 0, text: 'lo' },
      { type: 'tool-call-end', choice: 0, index: 0 },
      { type: 'tool-call-end', choice: 0, index: 1 },
      { type: 'text-end', choice: 1, index: 0 },
      { type: 'finish', choice: 1, finish: { reason: 'length' } },
      { type: 'finish', choice: 0, finish: { reason: 'tool-calls' } },
      end,
    ];
    expect(foldStream(events)).toEqual({
      response: {
        id: 'msg_1',
        model: 'm',
        choices: [
          {
            content: [
              { type: 'tool-call', id: 'a', name: 'weather', arguments: '{"city":"Oslo"}' },
              { type: 'tool-call', id: 'b', name: 'time', arguments: '{"zone":"UTC"}' },
            ],
            finish: { reason: 'tool-calls' },
          },
          { content: [{ type: 'text', text: 'Hello' }], finish: { reason: 'length' } },
        ],
      },
    });
  });

  it('gives a tool call whose arguments never came an empty object', () => {
    const call: StreamEvent[] = [
      { type: 'tool-call-start', choice: 0, index: 0, id: 'a', name: 'now' },
      { type: 'tool-call-end', choice: 0, index: 0 },
    ];
    const { response } = foldStream([start, ...call, finish, end]);
    expect(response?.choices[0]?.content).toEqual([{ type: 'tool-call', id: 'a', name: 'now', arguments: '{}' }]);
  });

  it('keeps the last usage that was told', () => {
    const { response } = foldStream([start, usage(1), usage(7), finish, end]);
    expect(response?.usage?.output).toBe(7);
  });

  it('gives the error and no answer when the stream failed after content', () => {
    const error = new GatewayError('upstream_truncated', 'cut').toData();
    expect(foldStream([start, finish, { type: 'error', error }, end])).toEqual({ error });
  });

  it('takes a stream without end for cut off, even after its finish', () => {
    expect(foldStream([start, finish]).error?.code).toBe('upstream_truncated');
  });

  it('takes a stream that ends without an answer for malformed', () => {
    expect(foldStream([end]).error?.code).toBe('upstream_malformed');
    expect(foldStream([start, end]).error?.code).toBe('upstream_malformed');
  });
});

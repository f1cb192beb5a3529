import { startReplayUpstream, validateResponsesStream, type ReplayUpstream } from '@switchyard/testkit';
import OpenAI from 'openai';
import { ResponsesWS } from 'openai/resources/responses/ws';
import type { ResponsesServerEvent } from 'openai/resources/responses/responses';

import { startDataPlane, type DataPlane } from './start-data-plane.js';

const KEY = 'key-of-one';

let upstream: ReplayUpstream;
let plane: DataPlane;
let socket: ResponsesWS;

beforeAll(async () => {
  upstream = await startReplayUpstream();
  const secret = 'upstream-key';
  plane = await startDataPlane({
    tenantKeys: { [KEY]: ['local', 'claude', 'google'] },
    credentials: [
      { id: 'local', provider: 'openai-compatibility', prefix: 'local', baseUrl: `${upstream.url}/v1`, secret },
      { id: 'claude', provider: 'claude', prefix: 'claude', baseUrl: upstream.url, secret },
      { id: 'google', provider: 'gemini', prefix: 'google', baseUrl: upstream.url, secret },
    ],
  });
  socket = new ResponsesWS(new OpenAI({ baseURL: `${plane.url}/v1`, apiKey: KEY }));
});

afterAll(async () => {
  socket.close();
  await plane.close();
  await upstream.close();
});

/** The events of one turn, to its last. */
function turn(frame: Parameters<ResponsesWS['send']>[0]): Promise<readonly ResponsesServerEvent[]> {
  const events: ResponsesServerEvent[] = [];
  return new Promise((resolve, reject) => {
    const onEvent = (event: ResponsesServerEvent): void => {
      events.push(event);
      if (event.type !== 'response.completed') return;
      socket.off('event', onEvent);
      socket.off('error', reject);
      resolve(events);
    };
    socket.on('event', onEvent);
    socket.on('error', reject);
    socket.send(frame);
  });
}

describe('the official openai client over a WebSocket', () => {
  it.each(['local/m', 'claude/m', 'google/m'])('talks with %s, turn by turn', async (model) => {
    const first = await turn({ type: 'response.create', model, input: 'Hello' });
    const text = first.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
    expect(validateResponsesStream(text)).toEqual([]);
    const last = first.at(-1);
    const response = last?.type === 'response.completed' ? last.response : undefined;
    expect(response?.output).toMatchObject([{ type: 'message', content: [{ text: 'Hello from upstream.' }] }]);

    await turn({ type: 'response.create', model, input: 'And now?', previous_response_id: response?.id ?? '' });
    const asked = JSON.stringify(upstream.requests.at(-1)?.json);
    expect(asked.indexOf('Hello"')).toBeLessThan(asked.indexOf('Hello from upstream.'));
    expect(asked.indexOf('Hello from upstream.')).toBeLessThan(asked.indexOf('And now?'));
  });

  it('is told of a failure', async () => {
    await expect(turn({ type: 'response.create', model: 'nobody/m', input: 'Hello' })).rejects.toThrow(
      /does not exist/,
    );
  });
});

import { CollectingReply, HEAD, OPEN, SUCCESS } from '../__fixtures__/attempt.js';
import { createDirectTransport } from './direct-transport.js';

const { signal } = new AbortController();

describe('the direct transport', () => {
  it('calls the handler with the very same arguments', async () => {
    const body = Buffer.from('body');
    const reply = new CollectingReply();
    const transport = createDirectTransport(async (open, givenBody, givenReply, givenSignal) => {
      expect([open, givenBody, givenReply, givenSignal]).toEqual([OPEN, body, reply, signal]);
      givenReply.head(HEAD);
      return SUCCESS;
    });
    expect(transport.availableWorkers()).toBe(1);
    expect(await transport.attempt(OPEN, body, reply, signal)).toBe(SUCCESS);
    expect(reply.heads).toEqual([HEAD]);
  });

  it('turns what a handler throws into an internal error that does not repeat it', async () => {
    const transport = createDirectTransport(() => {
      throw new Error('prompt text');
    });
    const end = await transport.attempt(OPEN, Buffer.alloc(0), new CollectingReply(), signal);
    expect(end).toMatchObject({ outcome: 'error', error: { code: 'internal' } });
    expect(JSON.stringify(end)).not.toContain('prompt text');
  });

  it('has no worker once closed', async () => {
    const transport = createDirectTransport(() => Promise.resolve(SUCCESS));
    await transport.close();
    expect(transport.availableWorkers()).toBe(0);
    const end = await transport.attempt(OPEN, Buffer.alloc(0), new CollectingReply(), signal);
    expect(end.error?.code).toBe('no_worker');
  });
});

import { anthropicMessages, openaiChat, type Dialect } from '@switchyard/dialects';
import { anthropicPayloads, frameEvent, openaiChatPayloads } from '@switchyard/testkit';

import { StreamTranslator } from './stream-translator.js';

function createTranslator(client: Dialect, upstream: Dialect): StreamTranslator {
  return new StreamTranslator({
    decoder: upstream.createStreamDecoder(),
    encoder:
      client === upstream
        ? undefined
        : client.createStreamEncoder({ model: 'm', includeUsage: false, nowSeconds: 1_700_000_000 }),
    toolNames: new Map(),
    observe: () => undefined,
  });
}

/** The stream up to its first text, whose event lacks the empty line behind it. */
function upToFirstText(upstream: Dialect): Buffer {
  const payloads = upstream === openaiChat ? openaiChatPayloads() : anthropicPayloads();
  const events = payloads.map((payload) => frameEvent(upstream.id, payload));
  const first = events.findIndex((event) => event.includes('Hello'));
  return Buffer.concat(events.slice(0, first + 1)).subarray(0, -1);
}

describe('StreamTranslator', () => {
  it.each([
    [openaiChat, openaiChat],
    [openaiChat, anthropicMessages],
    [anthropicMessages, openaiChat],
    [anthropicMessages, anthropicMessages],
  ])('does not count text that came with the end of a cut stream, for it is not handed on', (client, upstream) => {
    const translator = createTranslator(client, upstream);
    expect(translator.push(upToFirstText(upstream)).content).toBe(false);
    const last = translator.end();
    expect(last).toMatchObject({ content: false, ended: false, error: { code: 'upstream_truncated' } });
    expect(Buffer.concat(last.bytes).toString()).not.toContain('Hello');
  });

  it.each(['d', 'data', 'data: ', 'data: \n'])('leaves out %j, cut off after the proof of the end', (rest) => {
    const translator = createTranslator(openaiChat, openaiChat);
    const finished = openaiChatPayloads().slice(0, -2);
    translator.push(
      Buffer.concat([...finished.map((payload) => frameEvent('openai-chat', payload)), Buffer.from(rest)]),
    );
    expect(translator.end()).toEqual({ bytes: [], content: true, error: undefined, ended: true });
  });

  it('hands on a last event without its empty line', () => {
    const translator = createTranslator(openaiChat, openaiChat);
    const finished = openaiChatPayloads().slice(0, -1);
    const rest = Buffer.from('data: [DONE]');
    translator.push(Buffer.concat([...finished.map((payload) => frameEvent('openai-chat', payload)), rest]));
    expect(translator.end()).toEqual({ bytes: [rest], content: true, error: undefined, ended: true });
  });

  it('does not count text beside an error in the same event', () => {
    const translator = createTranslator(openaiChat, openaiChat);
    const choice = { index: 0, delta: { content: 'Hello' }, finish_reason: null };
    const both = { index: 1, delta: {}, finish_reason: 'error' };
    const event = frameEvent('openai-chat', { id: 'a', model: 'm', choices: [choice, both] });
    expect(translator.push(event)).toMatchObject({
      content: false,
      bytes: [],
      error: { code: 'upstream_server_error' },
    });
  });
});

import { checkAnthropicRequest, checkOpenaiChatRequest } from '@switchyard/testkit';

import { requestBody, requestPath } from './request-body.js';

describe('the requests of the load', () => {
  it.each([
    ['chat-2k', 2_000],
    ['chat-100k', 100_000],
    ['chat-stream', 2_000],
    ['messages-stream', 2_000],
  ] as const)('%s is %i bytes that its dialect allows', (name, bytes) => {
    const text = requestBody(name, 'bench-model');
    expect(Buffer.byteLength(text)).toBe(bytes);
    const check = requestPath(name) === '/v1/messages' ? checkAnthropicRequest : checkOpenaiChatRequest;
    expect(check(JSON.parse(text))).toEqual([]);
  });
});

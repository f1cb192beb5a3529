import { dialectById } from '@switchyard/dialects';

import { ownBody } from './own-body.js';

const claude = dialectById('anthropic-messages');

function bodyWith(signature: string): Buffer {
  const thinking = { type: 'thinking', thinking: 'hm', signature };
  const content = [thinking, { type: 'text', text: 'so' }];
  return Buffer.from(`{ "model":"m", "messages":[${JSON.stringify({ role: 'assistant', content })}]}`);
}

describe('ownBody', () => {
  it('leaves bytes without a mark alone, and those whose mark is in a text', () => {
    for (const body of [bodyWith('SIG'), Buffer.from('{ "messages":[{"content":"switchyard_requests_total"}]}')]) {
      expect(ownBody(body, claude)).toEqual({ body, warnings: [] });
      expect(ownBody(body, claude).body).toBe(body);
    }
  });

  it('takes out what another provider proved, and says so', () => {
    const { body, warnings } = ownBody(bodyWith('switchyard_proof:openai-responses:reasoning:ENC'), claude);
    const content = [{ type: 'text', text: 'so' }];
    expect(JSON.parse(body.toString())).toEqual({ model: 'm', messages: [{ role: 'assistant', content }] });
    expect(warnings).toMatchObject([{ type: 'dropped', field: 'messages[].content[].thinking' }]);
  });

  it('leaves a dialect alone whose clients are told nothing of the kind', () => {
    const body = bodyWith('switchyard_proof:openai-responses:reasoning:ENC');
    expect(ownBody(body, dialectById('gemini')).body).toBe(body);
  });
});

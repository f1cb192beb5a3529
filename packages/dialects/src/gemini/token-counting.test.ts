import { tokenCounting } from './token-counting.js';

const CONTENTS = [{ role: 'user', parts: [{ text: 'Hi' }] }];
const OUTSIDE = { model: 'm', stream: false };

describe('counting tokens', () => {
  it.each([
    ['the contents alone', { contents: CONTENTS }],
    ['a whole request', { generateContentRequest: { model: 'models/m', contents: CONTENTS } }],
    ['a whole request in snake case', { generate_content_request: { contents: CONTENTS } }],
  ])('reads %s', (_what, body) => {
    const { value } = tokenCounting.decodeRequest(body, OUTSIDE);
    expect(value.messages).toEqual([{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }]);
    expect(value.model).toBe('m');
  });

  it('asks with the whole request, since the contents alone leave the tools and the instructions out', () => {
    const { value } = tokenCounting.decodeRequest(
      { contents: CONTENTS, systemInstruction: { parts: [{ text: 'S' }] } },
      OUTSIDE,
    );
    expect(tokenCounting.encodeRequest(value, { model: 'gemini-x' }).value).toEqual({
      generateContentRequest: {
        model: 'models/gemini-x',
        contents: CONTENTS,
        systemInstruction: { parts: [{ text: 'S' }] },
      },
    });
  });

  it('reads and writes the count', () => {
    expect(tokenCounting.decodeCount(tokenCounting.encodeCount(7))).toBe(7);
    expect([{}, null, { totalTokens: 'x' }].map((body) => tokenCounting.decodeCount(body))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

import { AnswerBody } from './answer-body.js';

const HOOKS = { onDrain: () => {}, onAbandon: () => {} };

function bodyOf(...pieces: string[]): AnswerBody {
  const body = new AnswerBody(HOOKS);
  for (const piece of pieces) body.push(Buffer.from(piece));
  return body;
}

async function textOf(body: AnswerBody): Promise<string> {
  let text = '';
  for await (const chunk of body) text += chunk.toString();
  return text;
}

describe('taking a whole body', () => {
  it.each([[[]], [['one']], [['one', ' and ', 'two']]])('gives all of %j, and nothing is left then', async (pieces) => {
    const body = bodyOf(...pieces);
    body.end();
    expect(body.takeWhole(100)?.toString()).toBe(pieces.join(''));
    expect(await textOf(body)).toBe('');
  });

  it('gives what is left of one that was begun', async () => {
    const body = bodyOf('one', 'two');
    body.end();
    await body.next();
    expect(body.takeWhole(3)?.toString()).toBe('two');
  });

  it('leaves one that has not ended, or has more than the limit, to be read', async () => {
    const body = bodyOf('one');
    expect(body.takeWhole(100)).toBeUndefined();
    body.end();
    expect(body.takeWhole(2)).toBeUndefined();
    expect(await textOf(body)).toBe('one');
  });

  it('leaves one that failed to tell of it', async () => {
    const body = bodyOf('one');
    body.fail(new Error('cut'));
    expect(body.takeWhole(100)).toBeUndefined();
    await expect(textOf(body)).rejects.toThrow('cut');
  });
});

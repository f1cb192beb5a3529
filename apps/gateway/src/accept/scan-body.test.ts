import { scanBody } from './scan-body.js';
import type { Surface } from './surfaces.js';

const CHAT: Surface = { path: '/v1/chat/completions', dialect: 'openai-chat', operation: 'chat' };

describe('scanBody', () => {
  it('tells where in the body the name of the model begins', () => {
    const body = Buffer.from('{ "é": ["model"], "model" : "m", "stream": true }');
    const { model, modelAt } = scanBody(body, { surface: CHAT, contentType: 'application/json', maxDepth: 9 });
    expect(body.toString('utf8', modelAt).startsWith(JSON.stringify(model))).toBe(true);
  });
});

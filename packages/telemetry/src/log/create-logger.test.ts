import { createLogger } from './create-logger.js';

function captureLogger(level = 'info') {
  const lines: string[] = [];
  const logger = createLogger({ service: 'gateway', level, destination: { write: (line) => lines.push(line) } });
  return { logger, lines };
}

describe('createLogger', () => {
  it('writes one JSON line with service, level word and an ISO time', () => {
    const { logger, lines } = captureLogger();
    logger.info({ status: 200, attempts: [{ provider: 'groq' }] }, 'request');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/),
      service: 'gateway',
      status: 200,
      attempts: [{ provider: 'groq' }],
      msg: 'request',
    });
  });

  it('keeps quiet below its level', () => {
    const { logger, lines } = captureLogger('warn');
    logger.info('not this');
    expect(lines).toEqual([]);
  });

  it('hides the values of secret names at any depth and in any spelling, and nothing else', () => {
    const { logger, lines } = captureLogger();
    const headers = { Authorization: 'Bearer hidden-1', 'x-api-key': 'hidden-2', accept: 'json' };
    logger.info({
      apiKey: 'hidden-3',
      tokens: 12,
      request: { headers, list: [{ client_secret: 'hidden-4' }, { deep: { OPENAI_API_KEY: 'hidden-5' } }] },
    });
    expect(lines[0]).not.toContain('hidden');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      tokens: 12,
      request: { headers: { Authorization: '[redacted]', accept: 'json' } },
    });
    expect(headers.Authorization).toBe('Bearer hidden-1');
  });

  it('takes of an error its type, message, code and causes, but no hung-on properties and no quoted text', () => {
    const { logger, lines } = captureLogger();
    let cause: unknown;
    try {
      JSON.parse('{"prompt": hidden}');
    } catch (error) {
      cause = error;
    }
    const error = Object.assign(new Error('the call failed', { cause }), { code: 'EX', headers: { key: 'hidden' } });
    logger.error({ err: error }, 'failed');
    expect(lines[0]).not.toContain('hidden');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      err: { type: 'Error', message: 'the call failed', code: 'EX', cause: { type: 'SyntaxError' } },
    });
  });

  it('survives a field that refers to itself', () => {
    const { logger, lines } = captureLogger();
    const loop: Record<string, unknown> = { name: 'loop' };
    loop['self'] = loop;
    logger.info({ loop });
    expect(lines).toHaveLength(1);
  });
});

import { createLogger } from './create-logger.js';
import { logRecord } from './log-record.js';

const RECORD = { requestId: 'r "1"\n', status: 200, absent: undefined, attempts: [{ provider: 'groq', ms: 1.5 }] };

function capture(level: string) {
  const lines: string[] = [];
  const logger = createLogger({ service: 'gate"way', level, destination: { write: (line) => lines.push(line) } });
  return { logger, lines };
}

describe('logRecord', () => {
  it.each([RECORD, {}])('writes the line that the logger would: %#', (record) => {
    const { logger, lines } = capture('info');
    logRecord(logger, record, 'request');
    logger.info(record, 'request');
    const [own = '', usual = ''] = lines.map((line) => line.replace(/"time":"[^"]+Z"/, '"time":"T"'));
    expect(own).toBe(usual);
  });

  it('writes as a child would that was bound to something', () => {
    const { logger, lines } = capture('info');
    logRecord(logger.child({ bound: 1 }), RECORD, 'request');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ bound: 1, status: 200, msg: 'request' });
  });

  it('keeps quiet below its level', () => {
    const { logger, lines } = capture('warn');
    logRecord(logger, RECORD, 'request');
    expect(lines).toEqual([]);
  });
});

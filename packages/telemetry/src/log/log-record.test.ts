import { jest } from '@jest/globals';

import { createLogger } from './create-logger.js';
import { logRecord } from './log-record.js';

/** A record as it is handed over. */
function membersOf(record: object): string {
  return JSON.stringify(record).slice(1, -1);
}

const RECORD = { requestId: 'r "1"\n', status: 200, absent: undefined, attempts: [{ provider: 'groq', ms: 1.5 }] };

function capture(level: string) {
  const lines: string[] = [];
  const logger = createLogger({ service: 'gate"way', level, destination: { write: (line) => lines.push(line) } });
  return { logger, lines };
}

describe('logRecord', () => {
  it.each([RECORD, {}])('writes the line that the logger would: %#', (record) => {
    const { logger, lines } = capture('info');
    logRecord(logger, membersOf(record), 'request');
    logger.info(record, 'request');
    const [own = '', usual = ''] = lines.map((line) => line.replace(/"time":"[^"]+Z"/, '"time":"T"'));
    expect(own).toBe(usual);
  });

  it('writes as a child would that was bound to something', () => {
    const { logger, lines } = capture('info');
    logRecord(logger.child({ bound: 1 }), membersOf(RECORD), 'request');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ bound: 1, status: 200, msg: 'request' });
  });

  it('tells the time of each line', () => {
    const { logger, lines } = capture('info');
    jest.useFakeTimers({ now: 1_000 });
    logRecord(logger, '', 'one');
    jest.setSystemTime(1_001);
    logRecord(logger, '', 'two');
    jest.useRealTimers();
    const times = lines.map((line) => JSON.parse(line).time);
    expect(times).toEqual(['1970-01-01T00:00:01.000Z', '1970-01-01T00:00:01.001Z']);
  });

  it('keeps quiet below its level', () => {
    const { logger, lines } = capture('warn');
    logRecord(logger, membersOf(RECORD), 'request');
    expect(lines).toEqual([]);
  });
});

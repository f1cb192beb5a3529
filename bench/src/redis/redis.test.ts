import { startRedisServer } from '@switchyard/testkit';

import { commandCounts, countsBetween, parseCommandStats } from './command-counts.js';
import { commandsPerRequest, parseTraceLine, traceCommands } from './command-trace.js';
import { connectRedisClient } from './redis-client.js';

describe('what is counted in Redis', () => {
  it('are the commands between two looks, subcommands by their own names', () => {
    const before = parseCommandStats('# Commandstats\r\ncmdstat_get:calls=3,usec=9\r\ncmdstat_info:calls=1,usec=9\r\n');
    const after = parseCommandStats(
      'cmdstat_get:calls=3,usec=9\r\ncmdstat_info:calls=2,usec=9\r\ncmdstat_config|get:calls=2,usec=4,usec_per_call=2.00\r\n',
    );
    expect(countsBetween(before, after)).toEqual({ 'config|get': 2 });
  });

  it('are commands by what they are for, without those that scripts run', () => {
    const line = (from: string, ...words: string[]) =>
      `1700000000.000001 [0 ${from}] ${words.map((word) => `"${word}"`).join(' ')}`;
    const lines = [
      line('127.0.0.1:5', 'evalsha', '3fa9cc', '1', 'switchyard:limits:{t}:request:r'),
      line('lua', 'hget', 'switchyard:limits:{t}:key:1:requests:60000ms', 'sum'),
      line('127.0.0.1:5', 'EVALSHA', '77b0', '2', 'switchyard:{usage}', 'x', 'about switchyard:limits:'),
      line('127.0.0.1:6', 'publish', '{switchyard:health}:beat', '1'),
      line('127.0.0.1:6', 'zadd', 'switchyard:limits:replicas', '1', 'a'),
      line('127.0.0.1:7', 'ping'),
      'OK',
    ];
    expect(lines.map(parseTraceLine)).toEqual([
      { purpose: 'limits', command: 'evalsha 3fa9' },
      undefined,
      { purpose: 'usage', command: 'evalsha 77b0' },
      { purpose: 'health', command: 'publish' },
      { purpose: 'other', command: 'zadd' },
      { purpose: 'other', command: 'ping' },
      undefined,
    ]);
    expect(
      commandsPerRequest(
        lines.flatMap((one) => parseTraceLine(one) ?? []),
        2,
      ),
    ).toEqual({
      limits: { 'evalsha 3fa9': 0.5 },
      usage: { 'evalsha 77b0': 0.5 },
      health: { publish: 0.5 },
      other: { zadd: 0.5, ping: 0.5 },
    });
  });

  it('is what a server really ran', async () => {
    const { url, stop } = await startRedisServer();
    const client = await connectRedisClient(url);
    const script = "return redis.call('incr', KEYS[1])";
    const before = await commandCounts(url);
    const traced = await traceCommands(url, async () => {
      expect(await client.ask('EVAL', script, '1', 'switchyard:limits:{bench}:x')).toBe(1);
      await expect(client.ask('INCR', 'one', 'too many')).rejects.toThrow('wrong number of arguments');
    });
    expect(countsBetween(before, await commandCounts(url))).toMatchObject({ eval: 1, incr: 1 });
    const own = traced.filter(({ command }) => ['eval retu', 'incr'].includes(command));
    expect(own).toEqual([{ purpose: 'limits', command: 'eval retu' }]);
    client.close();
    await stop();
  });
});
